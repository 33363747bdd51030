"""The worker's side of the inbox."""

from datetime import timedelta

from django.utils.timezone import now as wall_clock

from core import clock
from stripe_gateway import inbox

# A slice ends well before the queue would hand the task to another worker.
_SLICE = timedelta(seconds=25)


def process_due() -> int:
    """Work through what is due, each event in its own transaction. Safe to run twice and anywhere.

    :returns: how many events were taken up
    """
    taken = 0
    until = wall_clock() + _SLICE
    while wall_clock() < until and inbox.process_next(at=clock.now()):
        taken += 1
    return taken


def sweep() -> None:
    """Take up what a lost nudge left behind and what failed and is due again."""
    process_due()
