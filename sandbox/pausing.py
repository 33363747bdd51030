"""Pausing a whole subscription, and resuming it: no period begins and nothing is billed meanwhile."""

from typing import Any

from stripe.params._subscription_pause_params import SubscriptionPauseParams
from stripe.params._subscription_resume_params import SubscriptionResumeParams

from sandbox import collecting, events, renewals, schedule, subscriptions
from sandbox.refusals import Refused, not_built
from sandbox.routing import Route
from sandbox.store import Transaction

Json = dict[str, Any]


def pause(transaction: Transaction, params: Json, identifier: str) -> Json:
    """
    :raises Refused: if it does not run, or if time already paid for would have to be credited
    """
    subscription = transaction.get("subscription", identifier)
    if subscription["status"] not in ("active", "past_due"):
        raise Refused(f"You cannot pause a subscription with the status {subscription['status']}.")
    if params.get("bill_for", {}).get("unused_time_from", {}).get("type", "now") != "none":
        raise not_built("credits for unused time; pass bill_for[unused_time_from][type]=none", "bill_for")
    before = dict(subscription)
    paused = {"subscription": {"type": "pause_requested"}, "transitioned_at": transaction.now, "type": "subscription"}
    subscription |= {"status": "paused", "status_details": {"paused": paused}}
    subscriptions.changed(transaction, subscription, before)
    events.record(transaction, "customer.subscription.paused", subscription)
    return subscription


def resume(transaction: Transaction, params: Json, identifier: str) -> Json:
    """Begin a new period now and charge for it, or (`unchanged`) go on without a charge until the usual day.

    :raises Refused: if it is not paused, or if the rest of a period would have to be prorated
    """
    subscription = transaction.get("subscription", identifier)
    if subscription["status"] != "paused":
        raise Refused("You can only resume a paused subscription.")
    if params.get("payment_behavior", "resume_on_payment_attempt") != "resume_on_payment_attempt":
        raise not_built("payment_behavior=resume_on_payment_success", "payment_behavior")
    begins_now = params.get("billing_cycle_anchor", {"type": "now"})["type"] == "now"
    if not begins_now and params.get("proration_behavior", "create_prorations") != "none":
        raise not_built("prorations; pass proration_behavior=none", "proration_behavior")
    before = dict(subscription)
    subscription |= {"status": "active", "status_details": None}
    if begins_now:
        renewals.restart(transaction, subscription, before)
    else:
        while subscription["items"]["data"][0]["current_period_end"] <= transaction.now:
            renewals.begin_next_period(subscription)
        end = subscription["items"]["data"][0]["current_period_end"]
        schedule.plan(transaction, schedule.RENEW_SUBSCRIPTION, identifier, end)
        if not collecting.is_up_to_date(transaction, subscription):
            subscription["status"] = "past_due"
        subscriptions.changed(transaction, subscription, before)
    events.record(transaction, "customer.subscription.resumed", subscription)
    return subscription


ROUTES = [
    Route(
        "POST",
        "/v1/subscriptions/{id}/pause",
        pause,
        SubscriptionPauseParams,
        {"bill_for.outstanding_usage_through", "bill_for.unused_time_from", "invoicing_behavior", "type"},
    ),
    Route(
        "POST",
        "/v1/subscriptions/{id}/resume",
        resume,
        SubscriptionResumeParams,
        {"billing_cycle_anchor.type", "payment_behavior", "proration_behavior"},
    ),
]
