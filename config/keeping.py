"""Puts together what the packages erase when its time is over, and does it: by command, and a little every hour."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.cache import caches
from django.utils.timezone import now as wall_clock

from aid import erasing
from cms import expiring as cms_expiring
from core import clock
from core.expiring import Expiring
from ledger import expiring as ledger_expiring
from mail import expiring as mail_expiring
from organisation import expiring as organisation_expiring

EXPIRING: list[Expiring] = [
    *erasing.EXPIRING,
    *cms_expiring.EXPIRING,
    *ledger_expiring.EXPIRING,
    *mail_expiring.EXPIRING,
    *organisation_expiring.EXPIRING,
]
_PAUSE = timedelta(hours=1)
# The queue hands a task that takes long to a second worker; the rest is done a minute later.
_SLICE = timedelta(seconds=20)
_LAST = "config.erased"


def erase(*, at: datetime) -> Iterator[tuple[Expiring, int]]:
    """Erase what has outlived its time; yield after each commit what it was and how many."""
    for each in EXPIRING:
        for many in each.erase(at):
            yield each, many


def sweep() -> None:
    """Erase for a while, once an hour. Called every minute; may be called twice at once."""
    if not caches["shared"].add(_LAST, value=True, timeout=_PAUSE.total_seconds()):
        return
    until = wall_clock() + _SLICE
    for _each, _many in erase(at=clock.now()):
        if wall_clock() >= until:
            caches["shared"].delete(_LAST)  # There is more: the next minute goes on.
            return
