"""What the worker looks after each minute: what is due begins, what is late is held, what has ended ends."""

import logging
from datetime import datetime

from django.db.models import Q

from cms.models import Delivery, Sending
from cms.sending import asking, heartbeat, uncertain
from core import faults

log = logging.getLogger(__name__)

State = Sending.State


def sweep(*, at: datetime) -> None:
    """Bring every sending up to date; a letter leaves by a slice or a worker of its own, never here."""
    _put_off_after_an_absence(at)
    heartbeat.beat()
    uncertain.mark()
    for sending in Sending.objects.filter(state=State.WAITING, due_at__lte=at).order_by("due_at", "pk"):
        _begin_or_hold(sending, at)
    # A letter that was in flight when its sending was stopped may have come back since.
    Delivery.objects.filter(sending__state=State.STOPPED, state=Delivery.State.QUEUED).update(
        state=Delivery.State.LEFT_OUT, reason=Delivery.Reason.STOPPED, settled_at=at
    )
    for sending in Sending.objects.filter(state=State.SENDING).order_by("pk"):
        asking.finish(sending=sending, at=at)


def _put_off_after_an_absence(at: datetime) -> None:
    """Leave to a person what was under way or due when we were away for long: it may have left, and we not know."""
    seen = heartbeat.last(at=at)
    due = Sending.objects.filter(Q(state=State.SENDING) | Q(state=State.WAITING, due_at__lte=at)).order_by("pk")
    for sending in due:
        if heartbeat.was_away(seen, began=sending.started_at, at=at):
            asking.put_off(sending=sending, at=at)


def _begin_or_hold(sending: Sending, at: datetime) -> None:
    try:
        if sending.due_at and at > sending.due_at + asking.LATEST:
            asking.hold(sending=sending, at=at)
        else:
            begin(sending=sending, at=at)
    except asking.NotNow:
        return  # Somebody called it back, or another worker was quicker.
    except Exception as error:  # noqa: BLE001 - one that fails must not keep the others; it is logged, and held in an hour
        faults.report(log, f"the start of sending {sending.pk}", error)


def begin(*, sending: Sending, at: datetime) -> None:
    """Freeze the readers and let the sending begin; hold it if what was agreed to is not there any more.

    :raises asking.NotNow: if it was called back, is not due yet, or began already
    """
    try:
        asking.start(sending=sending, at=at)
    except (asking.ChangedSince, asking.NothingFrozen):
        asking.hold(sending=sending, at=at)
