"""Changes to a running subscription: amount, interval, day, card, and whether money is collected."""

from typing import Any

from stripe.params._subscription_update_params import SubscriptionUpdateParams

from sandbox import metadata, payment_methods, prices, renewals, schedule, subscriptions
from sandbox.refusals import Refused, missing_object, not_built
from sandbox.routing import Route
from sandbox.store import Transaction

Json = dict[str, Any]

LONGEST_TRIAL = 2 * 366 * 86400
# What may still be said of a subscription that has ended.
AFTER_THE_END = frozenset({"cancellation_details", "metadata"})
# What decides when and how much is billed.
TERMS = frozenset({"billing_cycle_anchor", "items", "trial_end"})


def update(transaction: Transaction, params: Json, identifier: str) -> Json:
    """
    :raises Refused: with Stripe's error, or if the change would need what is not built (prorations)
    """
    subscription = transaction.get("subscription", identifier)
    if subscription["status"] in subscriptions.ENDED and params.keys() - AFTER_THE_END:
        raise Refused("A canceled subscription can only update its cancellation_details and metadata.")
    if subscription["status"] == "paused" and params.keys() & TERMS:
        raise not_built("a change of the terms of a paused subscription", "items")
    before = dict(subscription)
    _change_facts(transaction, subscription, params)
    if "pause_collection" in params:
        _pause_collection(transaction, subscription, params["pause_collection"])
    if params.keys() & TERMS:
        _change_terms(transaction, subscription, before, params)
    _note_wish_to_cancel(transaction, subscription, params)
    # A change of terms has saved and told most of it already.
    subscriptions.changed(transaction, subscription, transaction.get("subscription", identifier))
    return subscription


def _change_facts(transaction: Transaction, subscription: Json, params: Json) -> None:
    if "metadata" in params:
        subscription["metadata"] = metadata.merged(subscription["metadata"], params["metadata"])
    if "description" in params:
        subscription["description"] = params["description"] or None
    if "default_payment_method" in params:
        wish = params["default_payment_method"]
        payment_methods.of_customer(transaction, wish, subscription["customer"], "default_payment_method")
        subscription["default_payment_method"] = wish


def _pause_collection(transaction: Transaction, subscription: Json, wish: Any) -> None:
    schedule.cancel(transaction, schedule.RESUME_COLLECTION, subscription["id"])
    if wish == "":
        subscription["pause_collection"] = None
        return
    until = wish.get("resumes_at")
    if until is not None:
        _check_future(transaction, until, "pause_collection[resumes_at]")
        schedule.plan(transaction, schedule.RESUME_COLLECTION, subscription["id"], until)
    subscription["pause_collection"] = {"behavior": wish["behavior"], "resumes_at": until}


def resume_collection(transaction: Transaction, identifier: str) -> None:
    """The clock reached the end of a pause: the next invoice is collected again."""
    subscription = transaction.get("subscription", identifier)
    before = dict(subscription)
    subscription["pause_collection"] = None
    subscriptions.changed(transaction, subscription, before)


def _check_future(transaction: Transaction, moment: int, param: str) -> None:
    if moment <= transaction.now:
        raise Refused("Invalid timestamp: must be an integer Unix timestamp in the future.", param=param)


def _change_terms(transaction: Transaction, subscription: Json, before: Json, params: Json) -> None:
    if params.get("proration_behavior", "create_prorations") != "none":
        raise not_built("prorations; pass proration_behavior=none", "proration_behavior")
    rhythm = _rhythm(subscription)
    if "items" in params:
        items = [_changed_item(transaction, subscription, wish, n) for n, wish in enumerate(params["items"])]
        subscription["items"] = subscription["items"] | {"data": items}
    anchor = params.get("billing_cycle_anchor", {}).get("type")
    if "trial_end" in params:
        if anchor:
            raise not_built("a billing_cycle_anchor beside trial_end", "billing_cycle_anchor")
        _change_trial(transaction, subscription, before, params["trial_end"])
        return
    wishes_restart = anchor == "now" or _rhythm(subscription) != rhythm
    if wishes_restart and anchor == "unchanged":
        raise not_built("another interval with the old billing_cycle_anchor", "billing_cycle_anchor")
    if subscription["status"] != "trialing" and wishes_restart:
        renewals.restart(transaction, subscription, before)
    elif anchor == "now":
        raise not_built("billing_cycle_anchor=now in a trial", "billing_cycle_anchor")


def _change_trial(transaction: Transaction, subscription: Json, before: Json, end: int | str) -> None:
    if isinstance(end, int):
        _check_future(transaction, end, "trial_end")
        if end > transaction.now + LONGEST_TRIAL:
            raise Refused("Invalid timestamp: can be no more than two years in the future.", param="trial_end")
        renewals.begin_trial(transaction, subscription, before, end)
        return
    if subscription["status"] != "trialing":
        raise not_built("trial_end=now without a trial", "trial_end")
    subscription |= {"status": "active", "trial_end": transaction.now}
    schedule.cancel(transaction, schedule.ANNOUNCE_TRIAL_END, subscription["id"])
    renewals.restart(transaction, subscription, before)


def _rhythm(subscription: Json) -> list[tuple[str, int]]:
    all_recurring = (item["price"]["recurring"] for item in subscription["items"]["data"])
    return [(recurring["interval"], recurring["interval_count"]) for recurring in all_recurring]


def _changed_item(transaction: Transaction, subscription: Json, wish: Json, index: int) -> Json:
    param = f"items[{index}]"
    item = next((dict(item) for item in subscription["items"]["data"] if item["id"] == wish.get("id")), None)
    if item is None:
        if "id" in wish:
            raise missing_object("subscription_item", wish["id"], f"{param}[id]")
        raise not_built("a further item on a subscription", param)
    if len(subscription["items"]["data"]) > 1:
        raise not_built("a change of one item among several", param)
    if "price_data" in wish:
        price = prices.from_price_data(transaction, wish["price_data"], f"{param}[price_data]")
        if price["currency"] != subscription["currency"]:
            raise Refused("The currency of a subscription cannot be changed.", param=param)
        item |= {"price": price, "plan": prices.as_plan(price)}
    item["quantity"] = wish.get("quantity", item["quantity"])
    return item


def _note_wish_to_cancel(transaction: Transaction, subscription: Json, params: Json) -> None:
    details = subscription["cancellation_details"] | params.get("cancellation_details", {})
    wish = params.get("cancel_at_period_end", subscription["cancel_at_period_end"])
    if "cancel_at_period_end" in params:
        subscription["cancel_at_period_end"] = wish
        subscription["canceled_at"] = transaction.now if wish else None
        details["reason"] = "cancellation_requested" if wish else None
    # The day moves with the period.
    subscription["cancel_at"] = subscription["items"]["data"][0]["current_period_end"] if wish else None
    subscription["cancellation_details"] = details


UNDERSTOOD = frozenset(
    {
        "billing_cycle_anchor.type",
        "cancel_at_period_end",
        "cancellation_details",
        "default_payment_method",
        "description",
        "items.id",
        "items.price_data",
        "items.quantity",
        "metadata",
        "pause_collection",
        "proration_behavior",
        "trial_end",
    }
)

ROUTES = [Route("POST", "/v1/subscriptions/{id}", update, SubscriptionUpdateParams, UNDERSTOOD)]
