"""What `script/lint` and `script/test` run, in order; everything runs even if something fails, and all must pass."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from supervisor import children
from supervisor.folders import REPOSITORY

BIN = Path(sys.executable).parent
NOTHING_COLLECTED = 5  # pytest's exit code; a suite without tests has not passed


def static() -> dict[str, list[str]]:
    """Return the checks that need no database, by name."""
    return {
        "lint": _tool("ruff", "check", "."),
        "formatting": _tool("ruff", "format", "--check", "."),
        "templates": _tool("djade", "--check", "--target-version", "5.2", *_templates()),
        "types": _tool("mypy", "."),
        "import contracts": _tool("lint-imports"),
    }


def repairs() -> dict[str, list[str]]:
    """Return what puts right what a machine can put right: `script/lint --fix`."""
    return {
        "lint": _tool("ruff", "check", "--fix", "--quiet", "."),
        "formatting": _tool("ruff", "format", "."),
        "templates": _tool("djade", "--target-version", "5.2", *_templates()),
    }


def dynamic(arguments: Sequence[str]) -> dict[str, list[str]]:
    """Return the checks that need a database, by name."""
    at_once = (
        []
        if any(one.startswith(("-n", "--numprocesses", "--dist")) for one in arguments)
        else ["-n", "2", "--dist", "worksteal"]
    )
    return {
        "missing migrations": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
        "tests": [sys.executable, "-m", "pytest", *at_once, *arguments],
    }


def run(checks: Mapping[str, Sequence[str]], values: Mapping[str, str]) -> list[str]:
    """Run the checks on this terminal and return the names of those that failed."""
    failed = []
    for name, command in checks.items():
        print(f"\n== {name}", flush=True)
        if children.run_in_foreground(command, values):
            failed.append(name)
    return failed


def report(failed: Sequence[str]) -> int:
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nAll passed.", flush=True)
    return 1 if failed else 0


def _tool(name: str, *arguments: str) -> list[str]:
    return [str(BIN / name), *arguments]


def _templates() -> list[str]:
    # The sandbox's are Jinja's, which djade does not know.
    folders = [REPOSITORY / "templates", *(p for p in REPOSITORY.glob("*/templates") if p.parent.name != "sandbox")]
    return sorted(os.path.relpath(path, REPOSITORY) for folder in folders for path in folder.rglob("*.html"))
