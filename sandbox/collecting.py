"""Getting an invoice paid: with which card, when to try again, and what becomes of the gift if it never works."""

from typing import Any

from sandbox import declines, events, invoices, payments, retries, schedule, subscriptions
from sandbox.cards import Decline
from sandbox.store import Transaction

Json = dict[str, Any]


def attempt(transaction: Transaction, subscription: Json, invoice: Json, intent: Json) -> None:
    """Charge for an open invoice on schedule, without the donor being there."""
    method = method_of(transaction, subscription)
    if method is None or _is_hopeless(intent, method):
        _note_failure(transaction, subscription, invoice)
        return
    decline = payments.confirm(transaction, intent, method, renewal=True)
    if decline is None:
        invoices.settle(transaction, invoice)
        note_paid(transaction, subscription, invoice)
        return
    _note_failure(transaction, subscription, invoice)
    tell_if_action_is_required(transaction, invoice, decline)


def _is_hopeless(intent: Json, method: Json) -> bool:
    """Stripe counts a retry but does not make it when the bank said of the same card that it never will pay."""
    error = intent["last_payment_error"] or {}
    same = error.get("payment_method", {}).get("id") == method["id"]
    return same and error.get("decline_code", error["code"]) in declines.HARD


def tell_if_action_is_required(transaction: Transaction, invoice: Json, decline: Decline) -> None:
    if decline is declines.AUTHENTICATION_REQUIRED:
        events.record(transaction, "invoice.payment_action_required", invoice)


def retry(transaction: Transaction, invoice_id: str) -> None:
    """Try once more to charge for an unpaid invoice."""
    invoice = transaction.get("invoice", invoice_id)
    subscription = subscription_of(transaction, invoice)
    if invoice["status"] == "open" and subscription["status"] not in subscriptions.ENDED:
        attempt(transaction, subscription, invoice, intent_of(transaction, invoice))


def subscription_of(transaction: Transaction, invoice: Json) -> Json:
    return transaction.get("subscription", invoice["parent"]["subscription_details"]["subscription"])


def intent_of(transaction: Transaction, invoice: Json) -> Json:
    """The payment intent by which an invoice is to be paid."""
    payment = invoices.payments_of(transaction, invoice["id"])[0]
    return transaction.get("payment_intent", payment["payment"]["payment_intent"])


def method_of(transaction: Transaction, subscription: Json) -> Json | None:
    """Stripe's order: the subscription's own card first, whatever became the customer's default meanwhile."""
    customer = transaction.get("customer", subscription["customer"])
    method = subscription["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]
    return transaction.get("payment_method", method) if method else None


def note_paid(transaction: Transaction, subscription: Json, invoice: Json) -> None:
    """A subscription that was behind is up to date again once its latest invoice needs no payment any more."""
    schedule.cancel(transaction, schedule.RETRY_INVOICE, invoice["id"])
    if subscription["status"] in ("past_due", "unpaid") and is_up_to_date(transaction, subscription):
        before = dict(subscription)
        subscription["status"] = "active"
        subscriptions.changed(transaction, subscription, before)


def is_up_to_date(transaction: Transaction, subscription: Json) -> bool:
    """Whether the latest invoice counts as paid; drafts and voided ones do not matter."""
    mine = {
        "customer": subscription["customer"],
        "parent.subscription_details.subscription": subscription["id"],
    }
    statuses = (each["status"] for each in transaction.select("invoice", mine))
    latest = next((status for status in statuses if status not in ("draft", "void")), "paid")
    return latest == "paid"


def _note_failure(transaction: Transaction, subscription: Json, invoice: Json) -> None:
    policy = retries.policy(transaction)
    failures = invoice["attempt_count"]
    is_latest = subscription["latest_invoice"] == invoice["id"]
    if failures < len(policy.days):
        next_attempt = transaction.now + policy.days[failures] * 86400
        schedule.plan(transaction, schedule.RETRY_INVOICE, invoice["id"], next_attempt)
        invoices.note_failure(transaction, invoice, next_attempt)
        if subscription["status"] == "active" and is_latest:
            _fall_behind(transaction, subscription, "past_due")
        return
    invoices.note_failure(transaction, invoice, None)
    if policy.outcome == "cancel":
        subscriptions.end(transaction, subscription, "payment_failed")
    elif subscription["status"] in ("active", "past_due") and is_latest:
        _fall_behind(transaction, subscription, policy.outcome)


def _fall_behind(transaction: Transaction, subscription: Json, status: str) -> None:
    before = dict(subscription)
    subscription["status"] = status
    subscriptions.changed(transaction, subscription, before)
