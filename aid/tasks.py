"""Work that is due without anybody asking for it."""

from aid import applying
from core import clock


def sweep() -> None:
    """Erase what was begun and never sent."""
    applying.forget_unsent(at=clock.now())
