"""Letters of which nobody can say whether they left. Nothing sends them again by itself: a person says what happened."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now

from cms.models import Delivery, Sending
from cms.sending import asking
from organisation import audit
from organisation.models import User

# A letter is in flight for seconds, and for five minutes if a server is slow at every step.
LEASE = timedelta(minutes=6)

State = Delivery.State


class NotUncertain(Exception):
    """Somebody has decided on this letter already, or it was found to have arrived."""


class StoppedForGood(Exception):
    """The sending was stopped: nothing of it leaves any more."""


def mark(*, lease: timedelta = LEASE) -> int:
    """Mark what was in flight when its worker died: what was claimed too long ago, by the database's clock, and not settled.

    :returns: how many letters
    """
    return Delivery.objects.filter(state=State.SENDING, claimed_at__lt=Now() - lease).update(state=State.UNCERTAIN)


@transaction.atomic
def arrived(*, delivery: Delivery, by: User, at: datetime) -> None:
    """Note that it arrived: the reader says so, or the mail server's log.

    :raises NotUncertain: if it is not uncertain any more
    """
    _locked(delivery)
    Delivery.objects.filter(pk=delivery.pk).update(state=State.ACCEPTED, settled_at=at)
    audit.record(actor=by, action="cms.delivery_arrived", subject=delivery, at=at)


@transaction.atomic
def send_again(*, delivery: Delivery, by: User, at: datetime) -> None:
    """Send it again, knowing that it may arrive twice. A sending that has ended goes on for it.

    :raises NotUncertain: if it is not uncertain any more
    :raises StoppedForGood: if the sending was stopped
    """
    sending = Sending.objects.get(pk=delivery.sending_id)
    try:
        asking.reopen(sending=sending, by=by, at=at)
    except asking.NotNow as error:
        raise StoppedForGood from error
    _locked(delivery)
    Delivery.objects.filter(pk=delivery.pk).update(state=State.QUEUED, due_at=at)
    audit.record(actor=by, action="cms.delivery_sent_again", subject=delivery, at=at)


@transaction.atomic
def leave(*, delivery: Delivery, by: User, at: datetime) -> None:
    """Leave it: better no letter than two.

    :raises NotUncertain: if it is not uncertain any more
    """
    _locked(delivery)
    Delivery.objects.filter(pk=delivery.pk).update(state=State.LEFT_OUT, reason=Delivery.Reason.DROPPED, settled_at=at)
    audit.record(actor=by, action="cms.delivery_left", subject=delivery, at=at)


def _locked(delivery: Delivery) -> None:
    found = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if found.state != State.UNCERTAIN:
        raise NotUncertain
