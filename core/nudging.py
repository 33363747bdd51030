"""Tells the worker that there is something to do. The rows say what; a nudge that is lost costs a minute, no more."""

import logging
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.utils.timezone import now as wall_clock
from django_q.brokers.orm import ORM
from django_q.tasks import async_task

log = logging.getLogger(__name__)

_PAUSE = timedelta(seconds=0.25)


class _InAMoment(ORM):  # type: ignore[misc]  # django-q2 has no types
    """The queue in the database, whose workers leave a message alone until the time it is locked for."""

    def enqueue(self, task: str) -> int:
        lock = wall_clock() + _PAUSE
        message: int = self.get_connection().create(key=self.list_key, payload=task, lock=lock).pk
        return message


def after_commit(task: str) -> None:
    """Nudge for what this transaction leaves to be done, once it is committed.

    :param task: the dotted name of a function that looks for due rows: ``mail.tasks.deliver_due``
    """
    transaction.on_commit(partial(now, task))


def now(task: str) -> None:
    """Nudge for what has just been committed.

    A nudge costs more than many a deed. So each one starts a quarter of a second late and serves for everything that
    this process commits until then; Stripe sends the five events of a gift at once.
    """
    try:
        if "orm" not in settings.Q_CLUSTER:
            async_task(task)
        # This cache is the process's own memory. Its entry ends before the nudge can be taken up.
        elif caches["default"].add(under_way(task), value=True, timeout=_PAUSE.total_seconds()):
            async_task(task, broker=_InAMoment())
    except Exception:
        # Whatever the queue's trouble is: the rows are there, and whoever waits for an answer must be told so.
        log.exception("the worker could not be nudged; the sweep finds what is due")


def under_way(task: str) -> str:
    """Return the name of the mark in the cache that such a nudge is in the queue and has not started."""
    return f"nudge_is_under_way:{task}"
