"""What a person decides about money that is not what was asked for: it is a gift after all, or it goes back."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction

from core.money import to_minor
from donations import giving, stripe_events
from donations.models import Checkout, HeldPayment, Payment, Subscription
from donations.models.giving import Interval
from ledger.models import Fund
from organisation import audit
from organisation.models import User
from stripe_gateway import asking, door, idempotency, reading
from stripe_gateway.objects import PaidCharge

METADATA_KEY = "liferaft_held_payment"
# Stripe's words for: it went back already, perhaps by our own call whose answer was lost.
_WENT_BACK = {"charge_already_refunded", "charge_disputed"}


class DealtWithAlready(Exception):
    """Somebody has decided about this payment before."""


class CannotBeBooked(Exception):
    """It is test money in live books (or the other way round), or no fund of its currency was chosen."""


def book(*, held: HeldPayment, fund: Fund, email: str, by: User, at: datetime) -> Payment:
    """Book a held payment as a gift, as it came, and what became of it since.

    A recurring gift's payment goes to that gift's fund. A second payment for a one-time gift is a gift of its own.

    :param fund: for a one-time gift; it counts in the currency in which Stripe settled the payment
    :param email: whose gift it is, if no checkout of ours says so
    :raises DealtWithAlready: if a person has decided before
    :raises CannotBeBooked: see there
    :raises stripe_gateway.door.StripeUnavailable: if Stripe does not answer
    """
    with transaction.atomic():
        payment = _book(held, fund=fund, email=email, by=by, at=at)
        _take_over(held.intent_id, at=at)
    # What went back while that was under way found no gift in the books. If Stripe is away now, the sync finds it.
    with suppress(door.StripeUnavailable, door.StripeRefused), transaction.atomic():
        _take_over(held.intent_id, at=at)
    return payment


def _book(held: HeldPayment, *, fund: Fund, email: str, by: User, at: datetime) -> Payment:
    row = _open(held)
    charge = reading.paid_charge(row.intent_id)
    if row.reason == HeldPayment.Reason.MODE or charge is None or charge.balance is None:
        raise CannotBeBooked
    renewal = _renewal(charge)
    checkout = renewal.subscription.checkout if renewal else _checkout(row, charge, fund=fund, email=email, at=at)
    if checkout.fund.currency != charge.balance.gross.currency.code:
        raise CannotBeBooked
    payment = giving.book(charge=charge, move=charge.balance, checkout=checkout, renewal=renewal, at=at)
    _close(row, action="donations.held_payment_booked", by=by, at=at)
    return payment


def _take_over(intent_id: str, *, at: datetime) -> None:
    """Book what went back of a payment that is in the books."""
    for refund_id in reading.refunds_of(intent_id):
        stripe_events.refresh_refund(refund_id, at=at)
    for dispute_id in reading.disputes_of(intent_id):
        stripe_events.refresh_dispute(dispute_id, at=at)


def send_back(*, held: HeldPayment, by: User, at: datetime) -> None:
    """Let Stripe send a held payment back, whole. It was never in the books, so nothing is booked.

    :raises DealtWithAlready: if a person has decided before
    :raises stripe_gateway.door.StripeUnavailable: if it is not certain that Stripe heard it; to ask again is the same call
    :raises stripe_gateway.door.StripeRefused: if Stripe will not
    """
    if held.closed_at:
        raise DealtWithAlready
    try:
        asking.refund(
            intent_id=held.intent_id,
            amount=held.came,
            metadata={METADATA_KEY: str(held.pk)},
            key=idempotency.key("held-payment", held.pk, "refund"),
            at=at,
        )
    except door.StripeRefused as refused:
        if refused.code not in _WENT_BACK:
            raise
    with transaction.atomic():
        _close(_open(held), action="donations.held_payment_sent_back", by=by, at=at)


def _open(held: HeldPayment) -> HeldPayment:
    row = HeldPayment.objects.select_for_update().get(pk=held.pk)
    if row.closed_at:
        raise DealtWithAlready
    return row


def _close(row: HeldPayment, *, action: str, by: User, at: datetime) -> None:
    row.closed_at, row.closed_by = at, by
    row.save(update_fields=["closed_at", "closed_by"])
    audit.record(actor=by, action=action, subject=row, at=at)


def _renewal(charge: PaidCharge) -> giving.Renewal | None:
    invoice = reading.invoice_of_intent(charge.intent_id)
    subscription = Subscription.objects.filter(stripe_id=invoice.subscription_id).first() if invoice else None
    return giving.Renewal(subscription, invoice.id, [charge.amount]) if invoice and subscription else None


def _checkout(held: HeldPayment, charge: PaidCharge, *, fund: Fund, email: str, at: datetime) -> Checkout:
    """Return the checkout to book a one-time gift under: the one that asked for it, or else one written now."""
    asked = held.checkout
    if asked and not asked.comes_again and asked.fund_id == fund.pk and not asked.payments.exists():
        return asked
    if asked is None and not email:
        raise CannotBeBooked
    return Checkout.objects.create(
        email=asked.email if asked else email,
        name=asked.name if asked else "",
        language=asked.language if asked else "en",
        amount_minor=to_minor(charge.amount),
        currency=charge.amount.currency.code,
        interval=Interval.ONCE,
        fund=fund,
        campaign=asked.campaign if asked else "",
        started_at=at,
    )
