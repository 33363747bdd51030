"""Money that goes back to a supporter, asked for by us or made at Stripe; the receipts follow by themselves."""

from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from moneyed import Money

from core.money import to_minor
from donations import booking, letters, receipts
from donations.models import Payment, Receipt, Refund
from ledger.models import Kind
from organisation import audit
from organisation.models import User
from stripe_gateway import asking, door, idempotency
from stripe_gateway import objects as stripe_objects

METADATA_KEY = "liferaft_refund"


class MoreThanIsLeft(Exception):
    """The gift has less left, counting refunds that are on their way."""


class RefusedByStripe(Exception):
    """Stripe will not send it back. That is written down on the refund, and the gift has as much left as before."""


@transaction.atomic
def ask(*, payment: Payment, amount: Money, reason: Refund.Reason, by: User, at: datetime) -> Refund:
    """Write down that a gift goes back, whole or in part. ``send`` then asks Stripe.

    :raises MoreThanIsLeft: if refunds would exceed the gift
    """
    list(Payment.objects.select_for_update().filter(pk=payment.pk))
    if not 0 < to_minor(amount) <= left_minor(payment) or amount.currency.code != payment.given_currency:
        raise MoreThanIsLeft
    refund = Refund.objects.create(
        payment=payment,
        state=Refund.State.REQUESTED,
        amount_minor=to_minor(amount),
        currency=payment.given_currency,
        reason=reason,
        asked_by=by,
        asked_at=at,
    )
    audit.record(actor=by, action="donations.refund_asked", subject=refund, reason=str(reason), at=at)
    return refund


def left_minor(payment: Payment) -> int:
    """Return what may still be sent back, in minor units: what is on its way, or at the donor's bank, counts as gone."""
    gone = (
        Refund.objects.filter(payment=payment)
        .exclude(state__in=[Refund.State.FAILED, Refund.State.CANCELED, Refund.State.REFUSED])
        .aggregate(sum=Sum("amount_minor", default=0))["sum"]
    )
    taken = sum(dispute.gone_minor for dispute in payment.disputes.prefetch_related("moves"))
    return max(payment.given_minor - int(gone) - taken, 0)


def send(*, refund: Refund, at: datetime) -> bool:
    """Ask Stripe for a refund that is written down and committed. May be repeated: it is the same call.

    Its state follows by the webhook.

    :returns: whether Stripe has heard it; if not, the sweep asks again
    :raises RefusedByStripe: if it never will
    """
    key = idempotency.key("refund", refund.pk, "create")
    metadata = {METADATA_KEY: str(refund.pk)}
    try:
        made = asking.refund(
            intent_id=refund.payment.intent_id or "",
            amount=refund.amount,
            metadata=metadata,
            key=key,
            at=at,
            is_fraud=refund.reason == Refund.Reason.FRAUD,
        )
    except door.StripeUnavailable:
        return False
    except door.StripeRefused as refused:
        Refund.objects.filter(pk=refund.pk, state=Refund.State.REQUESTED, stripe_id=None).update(
            state=Refund.State.REFUSED
        )
        raise RefusedByStripe from refused
    Refund.objects.filter(pk=refund.pk, stripe_id=None).update(stripe_id=made.id)
    return True


@transaction.atomic
def apply(stated: stripe_objects.Refund, *, payment: Payment, at: datetime) -> Refund:
    """Take over what Stripe says of a refund: book what moved, and let the receipt say what is left of the gift."""
    payment = receipts.locked(payment)
    refund = _row(stated, payment=payment, at=at)
    if stated.state:
        refund.state = Refund.State(stated.state)
    refund.stripe_id = stated.id
    if stated.balance and refund.ledger_transaction is None:
        refund.ledger_transaction = booking.book(kind=Kind.REFUND, move=stated.balance, fund=payment.fund, at=at)
    if stated.failure and refund.ledger_transaction and refund.failure_transaction is None:
        refund.failure_transaction = booking.book(
            kind=Kind.REFUND_FAILED, move=stated.failure, fund=payment.fund, at=at
        )
    refund.save()
    if refund.failure_transaction:
        letters.refund_failed(refund=refund, at=at)
    valid = receipts.bring_up_to_date(payment=payment, at=at)
    if valid is None and refund.gone_minor:
        void = Receipt.objects.filter(payment=payment).latest("pk")
        letters.gift_sent_back(refund=refund, void=void, at=at)
    return refund


def _row(stated: stripe_objects.Refund, *, payment: Payment, at: datetime) -> Refund:
    ours = stated.metadata.get(METADATA_KEY, "")
    return (
        Refund.objects.filter(stripe_id=stated.id).first()
        or Refund.objects.filter(payment=payment, stripe_id=None, pk=int(ours) if ours.isdecimal() else 0).first()
        or Refund(
            payment=payment,
            amount_minor=to_minor(stated.amount),
            currency=stated.amount.currency.code,
            reason=Refund.Reason.AT_STRIPE,
            asked_at=stated.created_at,
        )
    )
