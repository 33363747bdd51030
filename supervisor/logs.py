"""The children's log files: written by the children themselves, read by the supervisor for what went wrong."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

LARGEST = 5_000_000  # bytes; an older file is kept as NAME.log.1

TROUBLE = re.compile(r"\b(WARNING|ERROR|CRITICAL|FATAL|PANIC|Traceback|Error:)")
CONTINUED = re.compile(r"^(\s+\S|\w+(\.\w+)*(Error|Exception)\b|DETAIL:|HINT:)")


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a log file for a child to append to."""
    if path.exists() and path.stat().st_size > LARGEST:
        path.replace(path.with_name(path.name + ".1"))
    with path.open("ab", buffering=0) as log:
        path.chmod(0o600)
        yield log


class Tail:
    """Reads what is added to a log file from now on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._position = path.stat().st_size if path.exists() else 0
        self._rest = b""
        self._in_trouble = False

    def new_lines(self) -> list[str]:
        """Return the whole lines added since the last call."""
        if not self.path.exists():
            return []
        with self.path.open("rb") as log:
            if log.seek(0, 2) < self._position:
                self._position = 0
            log.seek(self._position)
            added = log.read()
        self._position += len(added)
        *lines, self._rest = (self._rest + added).split(b"\n")
        return [line.decode(errors="replace") for line in lines]

    def new_troubles(self) -> list[str]:
        """Return of the new lines those that tell of trouble, tracebacks whole."""
        shown = []
        for line in self.new_lines():
            self._in_trouble = bool(TROUBLE.search(line) or (self._in_trouble and CONTINUED.search(line)))
            if self._in_trouble:
                shown.append(line)
        return shown


def last_lines(path: Path, count: int = 20) -> str:
    if not path.exists():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-count:])
