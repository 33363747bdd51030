"""Early warnings of card networks: this gift will probably be disputed. A person decides what to do about it."""

from datetime import datetime

from django.db import transaction

from core.money import from_minor
from donations import changing, letters, refunds
from donations.models import FraudWarning, Payment, Refund
from organisation import audit
from organisation.models import User
from stripe_gateway import bank


class LeftAlready(Exception):
    """Somebody has decided to leave the gift as it is."""


@transaction.atomic
def apply(stated: bank.FraudWarning, *, payment: Payment, at: datetime) -> FraudWarning:
    """Take over what Stripe says of a warning; tell fundraisers once, while something can be done."""
    facts = {"fraud_type": stated.fraud_type[:60], "is_actionable": stated.is_actionable}
    warning, is_new = FraudWarning.objects.update_or_create(
        stripe_id=stated.id,
        defaults=facts,
        create_defaults=facts | {"payment": payment, "warned_at": stated.warned_at},
    )
    if is_new and warning.is_actionable:
        letters.fraud_warning(warning=warning, at=at)
    return warning


def send_back(*, warning: FraudWarning, by: User, at: datetime) -> bool:
    """Send back all that is left of the gift, before it is disputed, and stop it if it would come again.

    :returns: whether Stripe has heard it; if not, the sweep asks again
    :raises refunds.MoreThanIsLeft: if nothing is left of it
    :raises refunds.RefusedByStripe: if Stripe will not
    """
    payment = warning.payment
    left = from_minor(refunds.left_minor(payment), payment.given_currency)
    refund = refunds.ask(payment=payment, amount=left, reason=Refund.Reason.FRAUD, by=by, at=at)
    if payment.subscription:
        changing.ask_to_stop(subscription=payment.subscription, at=at, by=by)
    return refunds.send(refund=refund, at=at)


@transaction.atomic
def leave(*, warning: FraudWarning, by: User, at: datetime) -> None:
    """Keep the gift, although it may be disputed.

    :raises LeftAlready: if that was decided before
    """
    left = FraudWarning.objects.filter(pk=warning.pk, left_at=None).update(left_at=at, left_by=by)
    if not left:
        raise LeftAlready
    audit.record(actor=by, action="donations.fraud_warning_left", subject=warning, at=at)
