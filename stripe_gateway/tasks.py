"""The worker's side of the inbox."""

from datetime import timedelta

from django.utils.timezone import now as wall_clock

from core import clock, nudging
from stripe_gateway import inbox, silence

# A slice ends well before the queue would hand the task to another worker.
_SLICE = timedelta(seconds=25)


def process_due() -> int:
    """Work through what is due, each event in its own transaction. Safe to run twice and anywhere.

    :returns: how many events were taken up
    """
    taken = 0
    until = wall_clock() + _SLICE
    while inbox.process_next(at=clock.now()):
        taken += 1
        if wall_clock() > until:
            nudging.now(inbox.WORK)
            break
    return taken


def sweep() -> None:
    """Take up what a lost nudge left behind and what failed and is due again; notice if nothing comes any more."""
    process_due()
    silence.check(at=clock.now())
