"""Work that is due without anybody asking for it."""

from aid import applying, asking
from core import clock


def sweep() -> None:
    """Erase what was begun and never sent; lay aside what we asked and nobody answered."""
    at = clock.now()
    applying.forget_unsent(at=at)
    asking.lay_aside_unanswered(at=at)
