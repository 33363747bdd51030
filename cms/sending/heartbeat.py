"""When the worker last looked for letters that are due: a schedule is worth what its worker is."""

import time
from datetime import datetime, timedelta

from django.core.cache import caches

_KEY = "cms.sending.heartbeat"
# It looks once a minute.
_LATE = timedelta(minutes=3)
# After such a time nothing goes on by itself.
_AWAY = timedelta(hours=1)
_KEPT = 7 * 24 * 60 * 60


def beat() -> None:
    """Note that the worker looks now, by the wall clock. Its sweep says so."""
    caches["shared"].set(_KEY, int(time.time()), timeout=_KEPT)


def last(*, at: datetime) -> datetime | None:
    """Return when the worker last looked; none if it has not for a week."""
    noted = caches["shared"].get(_KEY)
    return None if noted is None else at - timedelta(seconds=max(0, int(time.time()) - noted))


def is_late(seen: datetime | None, *, at: datetime) -> bool:
    """Say whether letters wait for a worker that does not come."""
    return seen is None or at - seen > _LATE


def was_away(seen: datetime | None, *, began: datetime | None, at: datetime) -> bool:
    """Say whether a sending was left alone for long: no worker was there, or this database is a backup of earlier.

    :param began: when the sending did; counts if nobody knows when the worker looked
    """
    last_known = seen or began
    return last_known is not None and at - last_known > _AWAY
