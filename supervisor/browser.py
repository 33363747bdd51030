"""Finds a Chromium that really starts: on Ubuntu the command of that name only points at a snap."""

import os
import shutil
import subprocess

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def found() -> str | None:
    """Return the path of a browser of the system, or None: then Playwright's own is to be used."""
    named = os.environ.get("LIFERAFT_BROWSER")
    if named:
        return named
    for name in NAMES:
        path = shutil.which(name)
        if path and _starts(path):
            return path
    return None


def _starts(path: str) -> bool:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
