"""Compares, object by object, what Stripe has with what we have. Mending is what an event would have done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core.money import to_minor
from donations import giving, stripe_events
from donations.models import HeldPayment, Payment, Refund, Subscription
from stripe_gateway import reading


@dataclass(frozen=True)
class Step:
    """One object of Stripe. ``difference``: what is not as it should be here; empty if nothing."""

    object_id: str
    difference: str
    refresh: Callable[..., object]

    def mend(self, *, at: datetime) -> None:
        with transaction.atomic():
            self.refresh(self.object_id, at=at)


def walk(since: datetime | None) -> Iterator[Step]:
    """Go through payments, then monthly gifts, then refunds, newest first.

    :param since: only objects that Stripe made since then; none: all
    """
    for intent_id in reading.succeeded_intents(since):
        yield Step(intent_id, _payment(intent_id), stripe_events.refresh_payment)
    for subscription_id in reading.subscriptions(since):
        yield Step(subscription_id, _subscription(subscription_id), stripe_events.refresh_subscription)
    for refund_id in reading.refunds(since):
        yield Step(refund_id, _refund(refund_id), stripe_events.refresh_refund)


def _payment(intent_id: str) -> str:
    ours = Payment.objects.filter(intent_id=intent_id).first()
    charge = reading.paid_charge(intent_id)
    if charge is None:
        return ""
    if ours:
        same = charge.balance and (ours.balance_transaction_id, ours.gross_minor, ours.fee_minor, ours.currency) == (
            charge.balance.id,
            to_minor(charge.balance.gross),
            to_minor(charge.balance.fee),
            charge.balance.gross.currency.code,
        )
        return "" if same else "the gift is booked with other amounts than Stripe has"
    held = HeldPayment.objects.filter(intent_id=intent_id).first()
    if held:
        return "" if held.closed_at else "the payment is held for a person to look at"
    if giving.METADATA_KEY in charge.metadata:
        return "the gift is not booked"
    invoice = reading.invoice_of_intent(intent_id)
    return "the monthly payment is not booked" if invoice and giving.METADATA_KEY in invoice.metadata else ""


def _subscription(subscription_id: str) -> str:
    stated = reading.subscription(subscription_id)
    if giving.METADATA_KEY not in stated.metadata:
        return ""
    ours = Subscription.objects.filter(stripe_id=subscription_id).first()
    if ours is None:
        return "the monthly gift is not known here"
    if ours.state != stated.state or ours.ended_at != stated.ended_at:
        return f"the monthly gift is {ours.state} here and {stated.state} at Stripe"
    if ours.paid_until != stated.paid_until:
        return "the monthly gift is paid until another day at Stripe"
    return "" if ours.amount == stated.amount else "the monthly gift has another amount at Stripe"


def _refund(refund_id: str) -> str:
    stated = reading.find_refund(refund_id)
    if not Payment.objects.filter(intent_id=stated.intent_id).exists():
        return ""  # Of a payment that is not ours, is held, or was just named above.
    ours = Refund.objects.filter(stripe_id=refund_id).first()
    if ours is None or (stated.balance and ours.ledger_transaction_id is None):
        return "the refund is not booked"
    if stated.failure and ours.failure_transaction_id is None:
        return "the failure of the refund is not booked"
    return "" if ours.state == stated.state else f"the refund is {ours.state} here and {stated.state} at Stripe"
