"""What to do when Stripe says that something happened: look at the object as it is now, and bring ours up to date.

An event is only a hint. It may come twice, late, out of order, or not at all: each function here may run at any time,
and the commands that compare us with Stripe call the same ones.
"""

from datetime import datetime

from donations import giving, refunds, subscriptions
from donations.models import Checkout, HeldPayment, Payment, Subscription
from stripe_gateway import inbox, reading
from stripe_gateway.inbox import Handler
from stripe_gateway.objects import Invoice


class NotBookedYet(Exception):
    """Stripe has taken the money and not yet written the line of its balance; that comes a moment later."""


def refresh_checkout(session_id: str, *, at: datetime) -> None:
    """Paid, expired or still open: follow a Checkout Session."""
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


def refresh_failed_checkout(session_id: str, *, at: datetime) -> None:
    """A payment method that takes days has failed."""
    inbox.lock(session_id)
    session = reading.session(session_id)
    checkout = Checkout.objects.filter(reference=session.reference).first() if session.reference else None
    if checkout and session.payment_state == "unpaid":
        giving.note_failed(checkout, at=at)


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
    if not stated.intent_id:
        return  # Not one of ours: all our charges have a payment intent.
    if not Payment.objects.filter(intent_id=stated.intent_id).exists():
        refresh_payment(stated.intent_id, at=at)
    payment = Payment.objects.filter(intent_id=stated.intent_id).select_related("fund").first()
    if payment:
        refunds.apply(stated, payment=payment, at=at)


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
    reference = charge.metadata.get(giving.METADATA_KEY, "")
    if not reference:
        invoice = invoice or reading.invoice_of_intent(intent_id)
        reference = invoice.metadata.get(giving.METADATA_KEY, "") if invoice else ""
    if not reference:
        return  # Not one of ours.
    if charge.balance is None:
        raise NotBookedYet
    subscription = refresh_subscription(invoice.subscription_id, at=at) if invoice else None
    checkout = Checkout.objects.filter(reference=reference).first()
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
    "checkout.session.async_payment_failed": refresh_failed_checkout,
    "checkout.session.expired": refresh_checkout,
    "charge.updated": refresh_charge,
    "invoice.paid": refresh_invoice,
    "invoice.payment_failed": refresh_invoice,
    "customer.subscription.created": _subscription,
    "customer.subscription.updated": _subscription,
    "customer.subscription.deleted": _subscription,
    "customer.subscription.paused": _subscription,
    "customer.subscription.resumed": _subscription,
    "refund.created": refresh_refund,
    "refund.updated": refresh_refund,
    "refund.failed": refresh_refund,
}
