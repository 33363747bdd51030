"""What Stripe has: retrieved fresh, in our own types."""

from collections.abc import Iterator
from datetime import datetime

from stripe.params import (
    DisputeListParams,
    PaymentIntentListParams,
    PayoutListParams,
    RefundListParams,
    SubscriptionListParams,
)
from stripe.params.checkout import SessionListParams
from stripe.params.radar import EarlyFraudWarningListParams

from stripe_gateway import bank, objects
from stripe_gateway.door import client, translated_errors

_CHARGE_WITH_BALANCE = ["latest_charge.balance_transaction"]
_INVOICE_WITH_TRIES = ["payments.data.payment.payment_intent"]
_REFUND_WITH_BALANCE = ["balance_transaction", "failure_balance_transaction"]
_SUBSCRIPTION_WITH_CARD = ["default_payment_method"]
_NOT_PAID = {"requires_payment_method", "canceled"}
_PAYOUT_WITH_BALANCE = ["balance_transaction", "failure_balance_transaction"]


def session(session_id: str) -> objects.Session:
    with translated_errors():
        return objects.session(client().v1.checkout.sessions.retrieve(session_id))


def paid_charge(intent_id: str) -> objects.PaidCharge | None:
    """Return the successful charge of a payment intent, or none if there is none (yet)."""
    with translated_errors():
        return objects.paid_charge(client().v1.payment_intents.retrieve(intent_id, {"expand": _CHARGE_WITH_BALANCE}))


def has_failed(intent_id: str) -> bool:
    """Return whether a payment that takes days (a bank debit) did not go through; not so while the bank works on it."""
    with translated_errors():
        return client().v1.payment_intents.retrieve(intent_id).status in _NOT_PAID


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


def dispute(dispute_id: str) -> bank.Dispute:
    with translated_errors():
        return bank.dispute(client().v1.disputes.retrieve(dispute_id))


def fraud_warning(warning_id: str) -> bank.FraudWarning:
    with translated_errors():
        return bank.fraud_warning(client().v1.radar.early_fraud_warnings.retrieve(warning_id))


def payout(payout_id: str) -> bank.Payout:
    with translated_errors():
        return bank.payout(client().v1.payouts.retrieve(payout_id, {"expand": _PAYOUT_WITH_BALANCE}))


def payout_lines(payout_id: str) -> Iterator[bank.PayoutLine]:
    """Yield what an automatic payout took along, its own line left out. Stripe lists nothing for a manual one."""
    with translated_errors():
        found = client().v1.balance_transactions.list({"payout": payout_id, "limit": 100, "expand": ["data.source"]})
        for raw in found.auto_paging_iter():
            if objects.id_of(raw.source) != payout_id or raw.type != "payout":
                yield bank.payout_line(raw)


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


def refunds_of(intent_id: str) -> list[str]:
    with translated_errors():
        return [raw.id for raw in client().v1.refunds.list({"payment_intent": intent_id, "limit": 100}).data]


def disputes_of(intent_id: str) -> list[str]:
    with translated_errors():
        return [raw.id for raw in client().v1.disputes.list({"payment_intent": intent_id, "limit": 100}).data]


def refunds(since: datetime | None) -> Iterator[str]:
    """Yield the ids of all refunds, newest first."""
    params: RefundListParams = {"limit": 100}
    if since:
        params["created"] = {"gte": int(since.timestamp())}
    with translated_errors():
        for raw in client().v1.refunds.list(params).auto_paging_iter():
            yield raw.id


def sessions(since: datetime | None) -> Iterator[objects.Session]:
    """Yield all Checkout Sessions, newest first."""
    params: SessionListParams = {"limit": 100}
    if since:
        params["created"] = {"gte": int(since.timestamp())}
    with translated_errors():
        for raw in client().v1.checkout.sessions.list(params).auto_paging_iter():
            yield objects.session(raw)


def disputes(since: datetime | None) -> Iterator[str]:
    """Yield the ids of all disputes, newest first."""
    params: DisputeListParams = {"limit": 100}
    if since:
        params["created"] = {"gte": int(since.timestamp())}
    with translated_errors():
        for raw in client().v1.disputes.list(params).auto_paging_iter():
            yield raw.id


def fraud_warnings(since: datetime | None) -> Iterator[str]:
    """Yield the ids of all early fraud warnings, newest first."""
    params: EarlyFraudWarningListParams = {"limit": 100}
    if since:
        params["created"] = {"gte": int(since.timestamp())}
    with translated_errors():
        for raw in client().v1.radar.early_fraud_warnings.list(params).auto_paging_iter():
            yield raw.id


def payouts(since: datetime | None) -> Iterator[str]:
    """Yield the ids of all payouts, newest first."""
    params: PayoutListParams = {"limit": 100}
    if since:
        params["created"] = {"gte": int(since.timestamp())}
    with translated_errors():
        for raw in client().v1.payouts.list(params).auto_paging_iter():
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
        # A deleted customer has none.
        settings = getattr(raw, "invoice_settings", None)
        return objects.id_of(settings.default_payment_method) if settings else ""
