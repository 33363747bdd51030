"""Tells the worker that there is something to do. The rows say what; a nudge that is lost costs a minute, no more."""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.cache import caches
from django.utils.timezone import now as wall_clock
from django_q.brokers.orm import ORM
from django_q.tasks import async_task

log = logging.getLogger(__name__)

_TASK = "stripe_gateway.tasks.process_due"
_PAUSE = timedelta(seconds=0.25)
_UNDER_WAY = "stripe_gateway.nudge_is_under_way"


class _InAMoment(ORM):  # type: ignore[misc]  # django-q2 has no types
    """The queue in the database, whose workers leave a message alone until the time it is locked for."""

    def enqueue(self, task: str) -> int:
        lock = wall_clock() + _PAUSE
        message: int = self.get_connection().create(key=self.list_key, payload=task, lock=lock).pk
        return message


def stored() -> None:
    """Nudge for an event that has just been committed.

    A nudge costs more than the event. So each one starts a quarter of a second late and serves for everything that
    this process commits until then; Stripe sends the five events of a gift at once.
    """
    try:
        if "orm" not in settings.Q_CLUSTER:
            async_task(_TASK)
        # This cache is the process's own memory. Its entry ends before the nudge can be taken up.
        elif caches["default"].add(_UNDER_WAY, value=True, timeout=_PAUSE.total_seconds()):
            async_task(_TASK, broker=_InAMoment())
    except Exception:
        # Whatever the queue's trouble is: the event is stored, and Stripe must be told so.
        log.exception("the worker could not be nudged; the sweep finds what is due")


def now() -> None:
    """Nudge for what has become due in this transaction, or is left over."""
    async_task(_TASK)
