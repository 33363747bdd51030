"""Whether style sheets, scripts and pictures have to be collected again."""

import hashlib
from pathlib import Path

from supervisor.folders import REPOSITORY, Var

COLLECTED_BY = ("requirements-local.txt", "config/settings.py")  # packages bring files of their own; settings say which


def fingerprint() -> str:
    """Return a digest of names, sizes and times of all our static files, and of what else decides about them."""
    files = [REPOSITORY / name for name in COLLECTED_BY]
    # Those of the applications, not every folder of that name: where they are collected to may be in the repository.
    for folder in (REPOSITORY / "static", *(app.parent / "static" for app in REPOSITORY.glob("*/apps.py"))):
        files += [path for path in folder.rglob("*") if path.is_file()]
    digest = hashlib.sha256()
    for path in sorted(files):
        if path.exists():
            facts = path.stat()
            digest.update(f"{path.relative_to(REPOSITORY)} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def are_collected(var: Var) -> bool:
    stamp = _stamp(var)
    return stamp.exists() and (var.root / "static").is_dir() and stamp.read_text() == fingerprint()


def remember(var: Var, collected: str) -> None:
    """Note that the files with this fingerprint, taken before the collecting, are in place."""
    new = _stamp(var).with_suffix(".new")
    new.write_text(collected)
    new.replace(_stamp(var))


def _stamp(var: Var) -> Path:
    return var.root / "static-collected"
