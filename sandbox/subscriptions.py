"""Subscriptions: gifts that come again."""

from typing import Any

from stripe.params._subscription_cancel_params import SubscriptionCancelParams
from stripe.params._subscription_item_list_params import SubscriptionItemListParams
from stripe.params._subscription_item_retrieve_params import SubscriptionItemRetrieveParams
from stripe.params._subscription_list_params import SubscriptionListParams
from stripe.params._subscription_retrieve_params import SubscriptionRetrieveParams
from stripe.params._subscription_update_params import SubscriptionUpdateParams

from sandbox import clock, events, listing, metadata, prices, schedule, shapes
from sandbox.refusals import Refused, missing_object, not_built
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
        "updated_at": None,
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
        "issuer": {"account": None, "type": "self"},
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
    subscription["status"] = "canceled"
    subscription["ended_at"] = transaction.now
    subscription["canceled_at"] = subscription["canceled_at"] or transaction.now
    details = subscription["cancellation_details"]
    subscription["cancellation_details"] = details | {"reason": details["reason"] or reason}
    schedule.cancel(transaction, schedule.RENEW_SUBSCRIPTION, subscription["id"])
    schedule.cancel(transaction, schedule.RETRY_INVOICE, str(subscription["latest_invoice"]))
    events.record(transaction, "customer.subscription.deleted", transaction.save(subscription))


def update(transaction: Transaction, params: Json, identifier: str) -> Json:
    subscription = transaction.get("subscription", identifier)
    if subscription["status"] in ENDED:
        raise Refused("A canceled subscription can only update its cancellation_details and metadata.")
    before = dict(subscription)
    if "metadata" in params:
        subscription["metadata"] = metadata.merged(subscription["metadata"], params["metadata"])
    if "description" in params:
        subscription["description"] = params["description"] or None
    if "default_payment_method" in params:
        method = transaction.get("payment_method", params["default_payment_method"], "default_payment_method")
        subscription["default_payment_method"] = method["id"]
    if "items" in params:
        subscription["items"] = subscription["items"] | {"data": _changed_items(transaction, subscription, params)}
    _note_wish_to_cancel(transaction, subscription, params)
    changed(transaction, subscription, before)
    return subscription


def _changed_items(transaction: Transaction, subscription: Json, params: Json) -> list[Json]:
    if params.get("proration_behavior", "create_prorations") != "none":
        raise not_built("prorations; pass proration_behavior=none", "proration_behavior")
    items = [dict(item) for item in subscription["items"]["data"]]
    for index, wish in enumerate(params["items"]):
        item = next((item for item in items if item["id"] == wish.get("id")), None)
        if item is None:
            if "id" in wish:
                raise missing_object("subscription_item", wish["id"], f"items[{index}][id]")
            raise not_built("a further item on a subscription", f"items[{index}]")
        if "price_data" in wish:
            price = prices.from_price_data(transaction, wish["price_data"], f"items[{index}][price_data]")
            if price["currency"] != subscription["currency"]:
                raise Refused("The currency of a subscription cannot be changed.", param=f"items[{index}]")
            if (price["recurring"]["interval"], price["recurring"]["interval_count"]) != (
                item["price"]["recurring"]["interval"],
                item["price"]["recurring"]["interval_count"],
            ):
                raise not_built("a change of the interval", f"items[{index}][price_data][recurring]")
            item |= {"price": price, "plan": prices.as_plan(price)}
        item["quantity"] = wish.get("quantity", item["quantity"])
    return items


def _note_wish_to_cancel(transaction: Transaction, subscription: Json, params: Json) -> None:
    details = subscription["cancellation_details"] | params.get("cancellation_details", {})
    if "cancel_at_period_end" in params:
        wish = params["cancel_at_period_end"]
        subscription["cancel_at_period_end"] = wish
        subscription["cancel_at"] = subscription["items"]["data"][0]["current_period_end"] if wish else None
        subscription["canceled_at"] = transaction.now if wish else None
        details["reason"] = "cancellation_requested" if wish else None
    subscription["cancellation_details"] = details


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
    Route(
        "POST",
        "/v1/subscriptions/{id}",
        update,
        SubscriptionUpdateParams,
        {
            "cancel_at_period_end",
            "cancellation_details",
            "default_payment_method",
            "description",
            "items.id",
            "items.price_data",
            "items.quantity",
            "metadata",
            "proration_behavior",
        },
    ),
    Route("DELETE", "/v1/subscriptions/{id}", cancel, SubscriptionCancelParams, {"cancellation_details"}),
    Route("GET", "/v1/subscription_items", list_items, SubscriptionItemListParams, {"subscription", "limit"}),
    Route("GET", "/v1/subscription_items/{id}", retrieve_item, SubscriptionItemRetrieveParams),
]
