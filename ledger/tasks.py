"""The worker's side of the books: every minute it seals what was booked, and after midnight says what the day came to."""

from datetime import timedelta

from django.utils.timezone import now as wall_clock

from core import clock
from ledger import tree

# A slice ends well before the queue would hand the task to another worker.
_SLICE = timedelta(seconds=25)


def sweep() -> None:
    """Seal what was booked since the last minute."""
    seal_due()


def seal_due(*, most: int = tree.BATCH) -> int:
    """Seal what was booked, a batch at a time. Safe to run twice and to kill; what is left over is the next minute's.

    :param most: in one batch
    :returns: how many transactions were sealed
    """
    sealed, last = 0, 0
    until = wall_clock() + _SLICE
    try:
        tree.make_heads(at=clock.now())
        while wall_clock() < until:
            batch = tree.seal_next(after=last, at=clock.now(), most=most)
            if batch is None:
                break
            sealed, last = sealed + batch.count, batch.last
    except tree.SomebodyElseSeals:
        pass  # What is due is being done.
    return sealed
