"""Work that is due without anybody asking for it."""

from django.utils.timezone import now as wall_clock

from aid import applying, asking, attaching, linking
from core import clock


def sweep() -> None:
    """Erase what was begun and never sent; scan files that wait for it; lay aside what we asked and nobody answered."""
    at = clock.now()
    applying.forget_unsent(at=at)
    asking.lay_aside_unanswered(at=at)
    attaching.scan_waiting(at=at)
    attaching.remove_strays()
    linking.forget_spent(wall=wall_clock())
    write_links()


def write_links() -> int:
    """Write the letters with links that were asked for."""
    return linking.write_owed(at=clock.now(), wall=wall_clock())
