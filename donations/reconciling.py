"""Compares, object by object, what Stripe has with what we have. Mending is what an event would have done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core.money import to_minor
from donations import booking, giving, payouts, stripe_events, subscriptions
from donations.models import (
    Checkout,
    Dispute,
    FailedRenewal,
    FraudWarning,
    HeldPayment,
    Payment,
    Payout,
    Refund,
    Subscription,
)
from ledger.models import Transaction
from stripe_gateway import objects, reading


@dataclass(frozen=True)
class Step:
    """One object of Stripe. ``difference``: what is not as it should be here; empty if nothing."""

    trade: str
    object_id: str
    difference: str
    refresh: Callable[..., object]

    def mend(self, *, at: datetime) -> None:
        """
        :raises stripe_events.NotBookedYet: if something else must be mended first, or a person must decide
        """
        with transaction.atomic():
            self.refresh(self.object_id, at=at)


def walk(since: datetime | None) -> Iterator[Step]:
    """Go through all that Stripe has, what others hang on first: payments, then what became of them, then payouts.

    :param since: only objects that Stripe made since then; none: all
    """
    for intent_id in reading.succeeded_intents(since):
        yield Step("payments", intent_id, _payment(intent_id), stripe_events.refresh_payment)
    for session in reading.sessions(since):
        yield Step("checkouts", session.id, _checkout(session), stripe_events.refresh_checkout)
    for subscription_id in reading.subscriptions(since):
        yield from _subscription_and_tries(subscription_id)
    for refund_id in reading.refunds(since):
        yield Step("refunds", refund_id, _refund(refund_id), stripe_events.refresh_refund)
    for dispute_id in reading.disputes(since):
        yield Step("disputes", dispute_id, _dispute(dispute_id), stripe_events.refresh_dispute)
    for warning_id in reading.fraud_warnings(since):
        yield Step("fraud warnings", warning_id, _fraud_warning(warning_id), stripe_events.refresh_fraud_warning)
    # The oldest first: a payout that came back goes with the next one.
    for payout_id in reversed(list(reading.payouts(since))):
        yield Step("payouts", payout_id, _payout(payout_id), stripe_events.refresh_payout)


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
        return "" if same and ours.given == charge.amount else "the gift is booked with other amounts than Stripe has"
    held = HeldPayment.objects.filter(intent_id=intent_id).first()
    if held:
        return "" if held.closed_at else "the payment is held for a person to look at"
    if giving.METADATA_KEY in charge.metadata:
        return "the gift is not booked"
    invoice = reading.invoice_of_intent(intent_id)
    return "the recurring payment is not booked" if invoice and giving.METADATA_KEY in invoice.metadata else ""


def _checkout(session: objects.Session) -> str:
    ours = Checkout.objects.filter(reference=session.reference).first() if session.reference else None
    if ours is None or ours.state == Checkout.State.PAID:
        return ""
    if session.state == "expired":
        is_same = ours.state in {Checkout.State.EXPIRED, Checkout.State.FAILED}
        return "" if is_same else "the checkout has expired at Stripe"
    if ours.state == Checkout.State.OPEN and stripe_events.has_failed(session):
        return "the bank did not pay"
    return ""  # What is paid is named with its payment.


def _subscription_and_tries(subscription_id: str) -> Iterator[Step]:
    stated = reading.subscription(subscription_id)
    yield Step("recurring gifts", subscription_id, _subscription(stated), stripe_events.refresh_subscription)
    if giving.METADATA_KEY not in stated.metadata or stated.state not in Subscription.FAILING:
        return
    for invoice in reading.open_invoices(subscription_id):
        if invoice.attempts:
            is_noted = FailedRenewal.objects.filter(invoice_id=invoice.id, attempt=invoice.attempts).exists()
            difference = "" if is_noted else "a payment that failed is not noted"
            yield Step("open invoices", invoice.id, difference, stripe_events.refresh_invoice)


def _subscription(stated: objects.Subscription) -> str:
    if giving.METADATA_KEY not in stated.metadata:
        return ""
    ours = Subscription.objects.filter(stripe_id=stated.id).first()
    if ours is None:
        return "the recurring gift is not known here"
    if ours.state != stated.state or ours.ended_at != stated.ended_at:
        return f"the recurring gift is {ours.state} here and {stated.state} at Stripe"
    interval = subscriptions.INTERVALS.get(stated.months or 0)
    card = (stated.card.brand, stated.card.last4, stated.card.expires_on) if stated.card else ("", "", None)
    drift = {
        "the recurring gift is paid until another day at Stripe": ours.paid_until != stated.paid_until,
        "the recurring gift has another amount at Stripe": ours.amount != stated.amount,
        "the recurring gift has another interval at Stripe": ours.interval != interval,
        "the recurring gift is paused otherwise at Stripe": ours.paused_until != stated.paused_until,
        "the recurring gift has another card at Stripe": (ours.card_brand, ours.card_last4, ours.card_expires_on)
        != card,
    }
    return ", ".join(what for what, is_so in drift.items() if is_so)


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


def _dispute(dispute_id: str) -> str:
    stated = reading.dispute(dispute_id)
    if not Payment.objects.filter(intent_id=stated.intent_id).exists():
        return ""
    ours = Dispute.objects.filter(stripe_id=dispute_id).first()
    if ours is None:
        return "the dispute is not known here"
    lines = {booking.line_reference(move) for move in stated.moves}
    if Transaction.objects.filter(reference__in=lines).count() < len(lines):
        return "what the dispute moved is not booked"
    if ours.state != stated.state:
        return f"the dispute is {ours.state} here and {stated.state} at Stripe"
    is_same = (ours.amount, ours.respond_by, ours.reason) == (stated.amount, stated.respond_by, stated.reason)
    return "" if is_same else "the dispute has another amount, reason or time limit at Stripe"


def _fraud_warning(warning_id: str) -> str:
    stated = reading.fraud_warning(warning_id)
    if not Payment.objects.filter(intent_id=stated.intent_id).exists():
        return ""
    ours = FraudWarning.objects.filter(stripe_id=warning_id).first()
    if ours is None:
        return "the fraud warning is not known here"
    return "" if ours.is_actionable == stated.is_actionable else "the fraud warning has come to something at Stripe"


def _payout(payout_id: str) -> str:
    stated = reading.payout(payout_id)
    ours = Payout.objects.filter(stripe_id=payout_id).first()
    if ours is None:
        return "the payout is not known here"
    if payouts.is_to_be_booked(stated):
        return "the payout is not booked"
    if stated.failure and ours.ledger_transaction_id and ours.failure_transaction_id is None:
        return "the failure of the payout is not booked"
    return "" if ours.state == stated.state else f"the payout is {ours.state} here and {stated.state} at Stripe"
