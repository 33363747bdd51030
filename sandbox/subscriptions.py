"""Subscriptions: gifts that come again."""

from typing import Any

from stripe.params._subscription_cancel_params import SubscriptionCancelParams
from stripe.params._subscription_item_list_params import SubscriptionItemListParams
from stripe.params._subscription_item_retrieve_params import SubscriptionItemRetrieveParams
from stripe.params._subscription_list_params import SubscriptionListParams
from stripe.params._subscription_retrieve_params import SubscriptionRetrieveParams

from sandbox import clock, events, listing, prices, schedule, shapes
from sandbox.refusals import missing_object
from sandbox.routing import Route
from sandbox.store import Transaction, new_id

Json = dict[str, Any]

ENDED = ("canceled", "incomplete_expired")

# What a new subscription says that has no tax, discount or trial.
BLANK: Json = {
    "object": "subscription",
    "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
    "billing_mode": {
        "flexible": {"proration_discounts": "included"},
        "type": "flexible",
    },
    "billing_schedules": [],
    "cancel_at_period_end": False,
    "cancellation_details": {"comment": None, "feedback": None, "feedback_option": None, "reason": None},
    "collection_method": "charge_automatically",
    "default_tax_rates": [],
    "discounts": [],
    "invoice_settings": {
        "account_tax_ids": None,
        "custom_fields": None,
        "description": None,
        "footer": None,
        "issuer": {"type": "self"},
    },
    "livemode": False,
    "payment_settings": {
        "payment_method_options": None,
        "payment_method_types": None,
        "save_default_payment_method": "off",
    },
    "status": "active",
    "trial_settings": {"end_behavior": {"billing_cycle_anchor": None, "missing_payment_method": "create_invoice"}},
}


def start(transaction: Transaction, identifier: str, lines: list[Json], facts: Json) -> Json:
    """Store a subscription whose first period begins now.

    :param lines: `price` (the object) and `quantity` of each item
    :param facts: customer, default_payment_method, latest_invoice, description, metadata
    """
    recurring = lines[0]["price"]["recurring"]
    begin = transaction.now
    end = clock.add_interval(begin, recurring["interval"], recurring["interval_count"], anchor=begin)
    items = [_item(identifier, line, begin, end) for line in lines]
    body = (
        BLANK
        | {
            "id": identifier,
            "billing_cycle_anchor": begin,
            "created": begin,
            "currency": lines[0]["price"]["currency"],
            "items": shapes.list_of(items, f"/v1/subscription_items?subscription={identifier}"),
            "start_date": begin,
        }
        | facts
    )
    subscription = shapes.make(transaction, body)
    schedule.plan(transaction, schedule.RENEW_SUBSCRIPTION, identifier, end)
    return subscription


def _item(subscription: str, line: Json, begin: int, end: int) -> Json:
    return shapes.complete(
        {
            "id": new_id("si", 14),
            "object": "subscription_item",
            "created": begin,
            "current_period_end": end,
            "current_period_start": begin,
            "discounts": [],
            "metadata": {},
            "plan": prices.as_plan(line["price"]),
            "price": line["price"],
            "quantity": line["quantity"],
            "subscription": subscription,
            "tax_rates": [],
        }
    )


def changed(transaction: Transaction, subscription: Json, before: Json) -> None:
    """Save a subscription and say what changed."""
    previous = {name: before.get(name) for name in subscription if before.get(name) != subscription[name]}
    if previous:
        events.record(transaction, "customer.subscription.updated", transaction.save(subscription), previous)


def end(transaction: Transaction, subscription: Json, reason: str) -> None:
    """The subscription is over, now.

    :param reason: `cancellation_requested` or `payment_failed`
    """
    subscription |= {"status": "canceled", "status_details": None}
    subscription["ended_at"] = transaction.now
    subscription["canceled_at"] = subscription["canceled_at"] or transaction.now
    details = subscription["cancellation_details"]
    subscription["cancellation_details"] = details | {"reason": details["reason"] or reason}
    for planned in (schedule.RENEW_SUBSCRIPTION, schedule.RESUME_COLLECTION, schedule.ANNOUNCE_TRIAL_END):
        schedule.cancel(transaction, planned, subscription["id"])
    _stop_collecting(transaction, subscription)
    events.record(transaction, "customer.subscription.deleted", transaction.save(subscription))


def _stop_collecting(transaction: Transaction, subscription: Json) -> None:
    """What is still owed stays owed, and is not tried again by itself."""
    mine = {
        "customer": subscription["customer"],
        "parent.subscription_details.subscription": subscription["id"],
        "status": "open",
    }
    for invoice in transaction.select("invoice", mine):
        schedule.cancel(transaction, schedule.RETRY_INVOICE, invoice["id"])
        if invoice["auto_advance"]:
            before = {name: invoice[name] for name in ("auto_advance", "next_payment_attempt")}
            invoice |= {"auto_advance": False, "next_payment_attempt": None}
            events.record(transaction, "invoice.updated", transaction.save(invoice), before)


def cancel(transaction: Transaction, params: Json, identifier: str) -> Json:
    subscription = transaction.get("subscription", identifier)
    if subscription["status"] in ENDED:
        raise missing_object("subscription", identifier)
    details = subscription["cancellation_details"] | params.get("cancellation_details", {})
    subscription["cancellation_details"] = details
    end(transaction, subscription, "cancellation_requested")
    return subscription


def retrieve(transaction: Transaction, params: Json, identifier: str) -> Json:
    return transaction.get("subscription", identifier)


def list_all(transaction: Transaction, params: Json) -> Json:
    status = params.get("status", "not_ended")
    return listing.of_kind(
        transaction,
        {name: value for name, value in params.items() if name != "status" or value not in ("all", "ended")},
        "subscription",
        url="/v1/subscriptions",
        filters=("created", "customer", "status"),
        conditions={"ended": ENDED_ONLY, "not_ended": NOT_ENDED}.get(status, ()),
    )


NOT_ENDED = ("json_extract(body, '$.status') NOT IN ('canceled', 'incomplete_expired')",)
ENDED_ONLY = ("json_extract(body, '$.status') IN ('canceled', 'incomplete_expired')",)


def list_items(transaction: Transaction, params: Json) -> Json:
    items: Json = transaction.get("subscription", params["subscription"], "subscription")["items"]
    return items


def retrieve_item(transaction: Transaction, params: Json, identifier: str) -> Json:
    for subscription in transaction.select("subscription"):
        for item in subscription["items"]["data"]:
            if item["id"] == identifier:
                found: Json = item
                return found
    raise missing_object("subscription_item", identifier)


ROUTES = [
    Route(
        "GET",
        "/v1/subscriptions",
        list_all,
        SubscriptionListParams,
        listing.PAGING | {"created", "customer", "status"},
    ),
    Route("GET", "/v1/subscriptions/{id}", retrieve, SubscriptionRetrieveParams),
    Route("DELETE", "/v1/subscriptions/{id}", cancel, SubscriptionCancelParams, {"cancellation_details"}),
    Route("GET", "/v1/subscription_items", list_items, SubscriptionItemListParams, {"subscription", "limit"}),
    Route("GET", "/v1/subscription_items/{id}", retrieve_item, SubscriptionItemRetrieveParams),
]
