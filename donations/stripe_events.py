"""What to do when Stripe says that something happened: look at the object as it is now, and bring ours up to date.

An event is only a hint. It may come twice, late, out of order, or not at all: each function here may run at any time,
and the commands that compare us with Stripe call the same ones.
"""

from datetime import datetime

from django.conf import settings

from donations import checkout_letters, disputes, fraud_warnings, giving, new_cards, payouts, refunds, subscriptions
from donations.models import Checkout, HeldPayment, Payment, Subscription
from stripe_gateway import inbox, reading
from stripe_gateway.bank import PayoutLine
from stripe_gateway.inbox import Handler
from stripe_gateway.objects import Invoice, PaidCharge, Session

# Lines of the balance by which a payout went and came back.
_OF_A_PAYOUT = {"payout", "payout_cancel", "payout_failure"}


class NotBookedYet(Exception):
    """A payment is not in the books: Stripe has not written its line yet, its event is late, or a person holds it."""


def refresh_checkout(session_id: str, *, at: datetime) -> None:
    """Paid, expired, failed or still on its way: follow a Checkout Session.

    A session is complete when the visitor is done. A bank debit's money is there, or not, only days later.
    """
    inbox.lock(session_id)
    session = reading.session(session_id)
    checkout = Checkout.objects.filter(reference=session.reference).first() if session.reference else None
    if checkout is None:
        return  # Not one of ours: the account may serve other programs too.
    if session.state == "expired":
        giving.note_expired(checkout, at=at)
    elif session.payment_state == "paid" and session.intent_id:
        refresh_payment(session.intent_id, at=at)
    elif session.payment_state == "paid" and session.invoice_id:
        refresh_invoice(session.invoice_id, at=at)
    elif has_failed(session):
        giving.note_failed(checkout, at=at)
        if not checkout.comes_again:  # A recurring gift's failed invoice has a letter of its own.
            checkout_letters.gift_failed(checkout=checkout, at=at)


def has_failed(session: Session) -> bool:
    """Return whether the visitor was done and the bank did not pay after all."""
    if session.state != "complete" or session.payment_state != "unpaid":
        return False
    if session.intent_id:
        return reading.has_failed(session.intent_id)
    return bool(session.invoice_id and reading.invoice(session.invoice_id).failure)


def refresh_invoice(invoice_id: str, *, at: datetime) -> None:
    """Book what was paid on a subscription's invoice, or note that a try failed."""
    inbox.lock(invoice_id)
    invoice = reading.invoice(invoice_id)
    if giving.METADATA_KEY not in invoice.metadata:
        return  # Not one of ours.
    for intent_id in invoice.paid_intent_ids:
        _book(intent_id, invoice=invoice, at=at)
    if invoice.state == "open" and invoice.attempts:
        subscription = refresh_subscription(invoice.subscription_id, at=at)
        if subscription:
            subscriptions.note_failed_renewal(subscription=subscription, invoice=invoice, at=at)


def refresh_charge(charge_id: str, *, at: datetime) -> None:
    """A charge has changed, for example its line in the balance was written."""
    if Payment.objects.filter(charge_id=charge_id).exists():
        return  # Booked is booked; refunds have events of their own.
    intent_id = reading.intent_of_charge(charge_id)
    if intent_id:
        refresh_payment(intent_id, at=at)


def refresh_payment(intent_id: str, *, at: datetime) -> None:
    """Book a payment if it is one of ours, one-time or a subscription's."""
    inbox.lock(intent_id)
    _book(intent_id, invoice=None, at=at)


def refresh_subscription(subscription_id: str, *, at: datetime) -> Subscription | None:
    """Take over the state of a subscription; none if it is not one of ours."""
    inbox.lock(subscription_id)
    return subscriptions.apply(reading.subscription(subscription_id), at=at)


def refresh_refund(refund_id: str, *, at: datetime) -> None:
    """Book a refund, its failure, and what follows for the receipt."""
    inbox.lock(refund_id)
    stated = reading.find_refund(refund_id)
    payment = _payment_behind(stated.intent_id, at=at)
    if payment:
        refunds.apply(stated, payment=payment, at=at)


def refresh_dispute(dispute_id: str, *, at: datetime) -> None:
    """Book what a donor's bank took and gave back, and what follows for the receipt."""
    inbox.lock(dispute_id)
    stated = reading.dispute(dispute_id)
    _check_mode(livemode=stated.livemode)
    payment = _payment_behind(stated.intent_id, at=at)
    if payment:
        disputes.apply(stated, payment=payment, at=at)


def refresh_fraud_warning(warning_id: str, *, at: datetime) -> None:
    """Keep what a card network suspects."""
    inbox.lock(warning_id)
    stated = reading.fraud_warning(warning_id)
    _check_mode(livemode=stated.livemode)
    payment = _payment_behind(stated.intent_id, at=at)
    if payment:
        fraud_warnings.apply(stated, payment=payment, at=at)


def refresh_payout(payout_id: str, *, at: datetime) -> None:
    """Book what went to the bank, each fund's share, and what came back.

    :raises NotBookedYet: if it holds money of a gift that is not in the books; the event is tried again
    """
    inbox.lock(payout_id)
    stated = reading.payout(payout_id)
    _check_mode(livemode=stated.livemode)
    is_listed = payouts.is_to_be_booked(stated) and payouts.says_what_it_holds(stated)
    lines = list(reading.payout_lines(payout_id)) if is_listed else []
    if any(_is_awaited(line) for line in payouts.unbooked(lines)):
        raise NotBookedYet
    payouts.apply(stated, lines=lines, at=at)


def _is_awaited(line: PayoutLine) -> bool:
    """Return whether a line that is not in the books will be: it belongs to one of our gifts, or to a payout."""
    if not line.intent_id:
        return line.type in _OF_A_PAYOUT
    if Payment.objects.filter(intent_id=line.intent_id).exists():
        return True
    held = HeldPayment.objects.filter(intent_id=line.intent_id).first()
    if held:
        return held.closed_at is None
    charge = reading.paid_charge(line.intent_id)
    return charge is not None and bool(_checkout_behind(charge, reading.invoice_of_intent(line.intent_id)))


def _check_mode(*, livemode: bool) -> None:
    """
    :raises inbox.OtherMode: if it is test money in live books, or the other way round
    """
    if livemode != settings.STRIPE_LIVEMODE:
        raise inbox.OtherMode


def _payment_behind(intent_id: str, *, at: datetime) -> Payment | None:
    """Return the gift that a payment intent paid, booked now if need be; none if it is not ours, or is held."""
    if not intent_id:
        return None  # All our charges have a payment intent.
    if not Payment.objects.filter(intent_id=intent_id).exists():
        refresh_payment(intent_id, at=at)
    return Payment.objects.filter(intent_id=intent_id).select_related("fund", "subscription").first()


def _checkout_behind(charge: PaidCharge, invoice: Invoice | None) -> str:
    """Return the reference of our checkout that a charge, or the invoice it pays, carries; empty if it is not ours."""
    invoiced = invoice.metadata if invoice else {}
    return charge.metadata.get(giving.METADATA_KEY, "") or invoiced.get(giving.METADATA_KEY, "")


def _book(intent_id: str, *, invoice: Invoice | None, at: datetime) -> None:
    """
    :param invoice: if it is known already that the payment pays one
    :raises NotBookedYet: if Stripe needs another moment; the event is tried again
    """
    if Payment.objects.filter(intent_id=intent_id).exists() or HeldPayment.objects.filter(intent_id=intent_id).exists():
        return
    charge = reading.paid_charge(intent_id)
    if charge is None:
        return
    if giving.METADATA_KEY not in charge.metadata:
        invoice = invoice or reading.invoice_of_intent(intent_id)
    reference = _checkout_behind(charge, invoice)
    if not reference:
        return  # Not one of ours.
    if charge.balance is None:
        raise NotBookedYet
    subscription = refresh_subscription(invoice.subscription_id, at=at) if invoice else None
    checkout = Checkout.objects.select_related("fund").filter(reference=reference).first()
    if checkout is None or (invoice and subscription is None):
        giving.hold(charge=charge, checkout=None, asked=None, reason=HeldPayment.Reason.UNKNOWN, at=at)
        return
    giving.record_payment(
        charge=charge,
        move=charge.balance,
        checkout=checkout,
        renewal=giving.Renewal(subscription, invoice.id, subscriptions.agreed_amounts(subscription, invoice))
        if invoice and subscription
        else None,
        at=at,
    )


def _subscription(subscription_id: str, *, at: datetime) -> None:
    refresh_subscription(subscription_id, at=at)


HANDLERS: dict[str, Handler] = {
    "checkout.session.completed": refresh_checkout,
    "checkout.session.async_payment_succeeded": refresh_checkout,
    "checkout.session.async_payment_failed": refresh_checkout,
    "checkout.session.expired": refresh_checkout,
    "charge.updated": refresh_charge,
    "invoice.paid": refresh_invoice,
    "invoice.payment_failed": refresh_invoice,
    "invoice.payment_action_required": refresh_invoice,
    "customer.updated": new_cards.put_to_use,
    "customer.subscription.created": _subscription,
    "customer.subscription.updated": _subscription,
    "customer.subscription.deleted": _subscription,
    "customer.subscription.paused": _subscription,
    "customer.subscription.resumed": _subscription,
    "refund.created": refresh_refund,
    "refund.updated": refresh_refund,
    "refund.failed": refresh_refund,
    "charge.dispute.created": refresh_dispute,
    "charge.dispute.updated": refresh_dispute,
    "charge.dispute.closed": refresh_dispute,
    "charge.dispute.funds_withdrawn": refresh_dispute,
    "charge.dispute.funds_reinstated": refresh_dispute,
    "radar.early_fraud_warning.created": refresh_fraud_warning,
    "radar.early_fraud_warning.updated": refresh_fraud_warning,
    "payout.created": refresh_payout,
    "payout.updated": refresh_payout,
    "payout.paid": refresh_payout,
    "payout.failed": refresh_payout,
    "payout.canceled": refresh_payout,
    "payout.reconciliation_completed": refresh_payout,
}
