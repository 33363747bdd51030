"""What a page is made of beside its own text: noted where it is read, so that the page is made anew when that changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_noted: ContextVar[set[str] | None] = ContextVar("noted", default=None)


def note(name: str) -> None:
    """Say that what is being made shows something that changes: ``fund:3``, ``wall``, ``pages``."""
    noted = _noted.get()
    if noted is not None:
        noted.add(name)


@contextmanager
def noting() -> Iterator[set[str]]:
    """Collect what is noted in this thread meanwhile."""
    noted: set[str] = set()
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)
