"""What the clock brings to subscriptions: the next period, and the invoice for it."""

from typing import Any

from sandbox import clock, collecting, events, invoices, payments, schedule, subscriptions
from sandbox.payments import Purpose
from sandbox.store import Transaction

Json = dict[str, Any]


def renew(transaction: Transaction, identifier: str) -> None:
    """A period has ended: begin the next one and charge for it, or end as was wished."""
    subscription = transaction.get("subscription", identifier)
    if subscription["status"] in subscriptions.ENDED:
        return
    if subscription["cancel_at_period_end"]:
        subscriptions.end(transaction, subscription, "cancellation_requested")
        return
    if subscription["status"] == "paused":
        return  # resuming plans the next one
    before = dict(subscription)
    former_start = begin_next_period(subscription)
    if subscription["status"] == "trialing":
        subscription["status"] = "active"
    bill(transaction, subscription, before, former_start=former_start, reason="subscription_cycle")


def begin_next_period(subscription: Json) -> int:
    """
    :return: when the period before began
    """
    former_start = 0
    items = []
    for item in subscription["items"]["data"]:
        former_start, begin = item["current_period_start"], item["current_period_end"]
        end = _end_of_period(item, begin, anchor=subscription["billing_cycle_anchor"])
        items.append(item | {"current_period_start": begin, "current_period_end": end})
    subscription["items"] = subscription["items"] | {"data": items}
    return former_start


def restart(transaction: Transaction, subscription: Json, before: Json) -> None:
    """Begin a new period now, from now on on this day, and charge for it at once."""
    former_start = subscription["items"]["data"][0]["current_period_start"]
    subscription["billing_cycle_anchor"] = begin = transaction.now
    items = [
        item | {"current_period_start": begin, "current_period_end": _end_of_period(item, begin, anchor=begin)}
        for item in subscription["items"]["data"]
    ]
    subscription["items"] = subscription["items"] | {"data": items}
    bill(transaction, subscription, before, former_start=former_start, reason="subscription_update")


def _end_of_period(item: Json, begin: int, *, anchor: int) -> int:
    recurring = item["price"]["recurring"]
    return clock.add_interval(begin, recurring["interval"], recurring["interval_count"], anchor=anchor)


def bill(transaction: Transaction, subscription: Json, before: Json, *, former_start: int, reason: str) -> None:
    """Draw up the invoice for the period that has begun, and collect it unless collection is paused.

    :param before: the subscription as it was
    """
    next_end = subscription["items"]["data"][0]["current_period_end"]
    schedule.plan(transaction, schedule.RENEW_SUBSCRIPTION, subscription["id"], next_end)
    pause = subscription["pause_collection"]
    if pause or subscription["status"] == "unpaid":
        invoice = invoices.draw_up(transaction, subscription, former_start=former_start, reason=reason)
        _make_latest(transaction, subscription, before, invoice)
        invoices.set_aside(transaction, invoice, pause["behavior"] if pause else "keep_as_draft")
        return
    purpose = Purpose(
        amount=sum(item["price"]["unit_amount"] * item["quantity"] for item in subscription["items"]["data"]),
        currency=subscription["currency"],
        customer=subscription["customer"],
        description="Subscription update",
        metadata={},
        off_session_later=True,
    )
    intent = payments.open_intent(transaction, purpose)
    invoice = invoices.open_for(transaction, subscription, intent, former_start=former_start, reason=reason)
    _make_latest(transaction, subscription, before, invoice)
    collecting.attempt(transaction, subscription, invoice, intent)


def begin_trial(transaction: Transaction, subscription: Json, before: Json, end: int) -> None:
    """Nothing is due until a moment, which becomes the day of billing; an invoice over nothing says so."""
    former_start = subscription["items"]["data"][0]["current_period_start"]
    begin = former_start if subscription["status"] == "trialing" else transaction.now
    items = [
        item | {"current_period_start": begin, "current_period_end": end} for item in subscription["items"]["data"]
    ]
    subscription["items"] = subscription["items"] | {"data": items}
    subscription |= {"billing_cycle_anchor": end, "status": "trialing", "trial_end": end, "trial_start": begin}
    schedule.plan(transaction, schedule.RENEW_SUBSCRIPTION, subscription["id"], end)
    notice = max(transaction.now, end - DAYS_OF_NOTICE * 86400)
    schedule.plan(transaction, schedule.ANNOUNCE_TRIAL_END, subscription["id"], notice)
    invoice = invoices.draw_up(transaction, subscription, former_start=former_start, reason="subscription_update")
    invoices.finalise(transaction, invoice)
    _make_latest(transaction, subscription, before, invoice)
    invoices.settle(transaction, invoice)


DAYS_OF_NOTICE = 3


def announce_trial_end(transaction: Transaction, identifier: str) -> None:
    subscription = transaction.get("subscription", identifier)
    if subscription["status"] == "trialing":
        events.record(transaction, "customer.subscription.trial_will_end", subscription)


def _make_latest(transaction: Transaction, subscription: Json, before: Json, invoice: Json) -> None:
    subscription["latest_invoice"] = invoice["id"]
    subscriptions.changed(transaction, subscription, before)
