"""What Stripe has: retrieved fresh, in our own types."""

from collections.abc import Iterator
from datetime import datetime

from stripe.params import PaymentIntentListParams, RefundListParams, SubscriptionListParams

from stripe_gateway import objects
from stripe_gateway.door import client, translated_errors

_CHARGE_WITH_BALANCE = ["latest_charge.balance_transaction"]
_INVOICE_WITH_TRIES = ["payments.data.payment.payment_intent"]
_REFUND_WITH_BALANCE = ["balance_transaction", "failure_balance_transaction"]
_SUBSCRIPTION_WITH_CARD = ["default_payment_method"]


def session(session_id: str) -> objects.Session:
    with translated_errors():
        return objects.session(client().v1.checkout.sessions.retrieve(session_id))


def paid_charge(intent_id: str) -> objects.PaidCharge | None:
    """Return the successful charge of a payment intent, or none if there is none (yet)."""
    with translated_errors():
        return objects.paid_charge(client().v1.payment_intents.retrieve(intent_id, {"expand": _CHARGE_WITH_BALANCE}))


def intent_of_charge(charge_id: str) -> str:
    """Return the payment intent of a charge; empty for charges made without one."""
    with translated_errors():
        return objects.id_of(client().v1.charges.retrieve(charge_id).payment_intent)


def invoice(invoice_id: str) -> objects.Invoice:
    with translated_errors():
        return objects.invoice(client().v1.invoices.retrieve(invoice_id, {"expand": _INVOICE_WITH_TRIES}))


def invoice_of_intent(intent_id: str) -> objects.Invoice | None:
    """Return the invoice that a payment intent pays, if it pays one."""
    with translated_errors():
        found = client().v1.invoice_payments.list(
            {"payment": {"type": "payment_intent", "payment_intent": intent_id}, "limit": 1}
        )
    return invoice(objects.id_of(found.data[0].invoice)) if found.data else None


def subscription(subscription_id: str) -> objects.Subscription:
    with translated_errors():
        return objects.subscription(
            client().v1.subscriptions.retrieve(subscription_id, {"expand": _SUBSCRIPTION_WITH_CARD})
        )


def find_refund(refund_id: str) -> objects.Refund:
    with translated_errors():
        return objects.refund(client().v1.refunds.retrieve(refund_id, {"expand": _REFUND_WITH_BALANCE}))


def succeeded_intents(since: datetime | None) -> Iterator[str]:
    """Yield the ids of all payment intents that succeeded, newest first."""
    params: PaymentIntentListParams = {"limit": 100}
    if since:
        params["created"] = {"gte": int(since.timestamp())}
    with translated_errors():
        for raw in client().v1.payment_intents.list(params).auto_paging_iter():
            if raw.status == "succeeded":
                yield raw.id


def subscriptions(since: datetime | None) -> Iterator[str]:
    """Yield the ids of all subscriptions, also of ended ones, newest first."""
    params: SubscriptionListParams = {"limit": 100, "status": "all"}
    if since:
        params["created"] = {"gte": int(since.timestamp())}
    with translated_errors():
        for raw in client().v1.subscriptions.list(params).auto_paging_iter():
            yield raw.id


def refunds(since: datetime | None) -> Iterator[str]:
    """Yield the ids of all refunds, newest first."""
    params: RefundListParams = {"limit": 100}
    if since:
        params["created"] = {"gte": int(since.timestamp())}
    with translated_errors():
        for raw in client().v1.refunds.list(params).auto_paging_iter():
            yield raw.id


def undelivered_events() -> Iterator[dict[str, object]]:
    """Yield the events of the last 30 days that Stripe could not deliver to us, as it would have posted them."""
    with translated_errors():
        for raw in client().v1.events.list({"limit": 100, "delivery_success": False}).auto_paging_iter():
            yield raw.to_dict(for_json=True)


def open_invoices(subscription_id: str) -> list[objects.Invoice]:
    """Return the invoices of a subscription that wait to be paid, newest first."""
    with translated_errors():
        found = client().v1.invoices.list(
            {
                "subscription": subscription_id,
                "status": "open",
                "limit": 10,
                "expand": ["data.payments"],
            }
        )
        return [objects.invoice(raw) for raw in found.data]


def default_card(customer_id: str) -> str:
    """Return the id of the payment method that a customer has chosen for what is to come; empty if none."""
    with translated_errors():
        raw = client().v1.customers.retrieve(customer_id)
        settings = raw.invoice_settings
        return objects.id_of(settings.default_payment_method) if settings else ""
