"""What the clock brings to subscriptions: the next period, another attempt, the end."""

from typing import Any

from sandbox import clock, invoices, payments, schedule, subscriptions
from sandbox.payments import Purpose
from sandbox.store import Transaction

Json = dict[str, Any]

# Days after each failure until the next attempt; after the last one the subscription ends.
DAYS_UNTIL_RETRY = (3, 5, 7)


def renew(transaction: Transaction, identifier: str) -> None:
    """A period has ended: begin the next one and charge for it, or end as was wished."""
    subscription = transaction.get("subscription", identifier)
    if subscription["status"] in subscriptions.ENDED:
        return
    if subscription["cancel_at_period_end"]:
        subscriptions.end(transaction, subscription, "cancellation_requested")
        return
    before = dict(subscription)
    former_start = _begin_next_period(subscription)
    intent = payments.open_intent(
        transaction,
        Purpose(
            amount=_amount(subscription),
            currency=subscription["currency"],
            customer=subscription["customer"],
            description="Subscription update",
            metadata={},
            off_session_later=True,
        ),
    )
    invoice = invoices.open_for(transaction, subscription, intent, former_start=former_start)
    subscription["latest_invoice"] = invoice["id"]
    subscriptions.changed(transaction, subscription, before)
    next_end = subscription["items"]["data"][0]["current_period_end"]
    schedule.plan(transaction, schedule.RENEW_SUBSCRIPTION, identifier, next_end)
    _attempt(transaction, subscription, invoice, intent)


def retry(transaction: Transaction, invoice_id: str) -> None:
    """Try once more to charge for an unpaid invoice."""
    invoice = transaction.get("invoice", invoice_id)
    subscription = transaction.get("subscription", invoice["parent"]["subscription_details"]["subscription"])
    if invoice["status"] != "open" or subscription["status"] in subscriptions.ENDED:
        return
    payment = invoices.payments_of(transaction, invoice_id)[0]
    intent = transaction.get("payment_intent", payment["payment"]["payment_intent"])
    _attempt(transaction, subscription, invoice, intent)


def _begin_next_period(subscription: Json) -> int:
    """
    :return: when the period before began
    """
    former_start = 0
    items = []
    for item in subscription["items"]["data"]:
        recurring = item["price"]["recurring"]
        former_start, begin = item["current_period_start"], item["current_period_end"]
        end = clock.add_interval(
            begin,
            recurring["interval"],
            recurring["interval_count"],
            anchor=subscription["billing_cycle_anchor"],
        )
        items.append(item | {"current_period_start": begin, "current_period_end": end})
    subscription["items"] = subscription["items"] | {"data": items}
    return former_start


def _amount(subscription: Json) -> int:
    return sum(item["price"]["unit_amount"] * item["quantity"] for item in subscription["items"]["data"])


def _attempt(transaction: Transaction, subscription: Json, invoice: Json, intent: Json) -> None:
    customer = transaction.get("customer", subscription["customer"])
    method = subscription["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]
    payment_method = transaction.get("payment_method", method)
    before = dict(subscription)
    if payments.confirm(transaction, intent, payment_method, renewal=True) is None:
        invoices.settle(transaction, invoice)
        subscription["status"] = "active"
        subscriptions.changed(transaction, subscription, before)
        return
    failures = invoice["attempt_count"]
    if failures < len(DAYS_UNTIL_RETRY):
        next_attempt = transaction.now + DAYS_UNTIL_RETRY[failures] * 86400
        schedule.plan(transaction, schedule.RETRY_INVOICE, invoice["id"], next_attempt)
        invoices.note_failure(transaction, invoice, next_attempt)
        subscription["status"] = "past_due"
        subscriptions.changed(transaction, subscription, before)
    else:
        invoices.note_failure(transaction, invoice, None)
        subscriptions.end(transaction, subscription, "payment_failed")
