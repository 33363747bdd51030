"""Letters to the staff about Stripe's events: what must not go wrong unseen."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from mail import outbox
from mail.models import OutgoingEmail
from organisation import roles
from organisation.models import User
from stripe_gateway.models import StripeEvent


def gave_up(*, event: StripeEvent, at: datetime) -> None:
    """Tell every fundraiser, once for each event, that it is not tried again by itself."""
    for person in _reachable("fundraiser") or _reachable("administrator"):
        outbox.queue(
            key=f"stripe-event-gave-up:{event.pk}:{person.pk}",
            to=person.email,
            template="stripe_gateway/gave_up",
            context={"event": event, "name": str(person)},
            at=at,
        )


def silence(*, after: StripeEvent, usual: timedelta, at: datetime) -> None:
    """Tell fundraisers and administrators, once for each silence, that nothing has come from Stripe.

    :param after: the last event that came
    """
    for person in _reachable("fundraiser").union(_reachable("administrator")):
        key = f"stripe-silence:{after.pk}:{person.pk}"
        # Asked each minute for as long as it is silent; the letter need not be made each time.
        if not OutgoingEmail.objects.filter(key=key).exists():
            expected_by = after.received_at + usual
            outbox.queue(
                key=key,
                to=person.email,
                template="stripe_gateway/silence",
                context={"last_at": after.received_at, "expected_by": expected_by, "now": at, "name": str(person)},
                at=at,
            )


def _reachable(role: str) -> QuerySet[User]:
    return roles.holders(role).exclude(email="")
