"""Checkout Sessions: made by the API, paid on the hosted page (`paying.py`)."""

from typing import Any

from stripe.params.checkout._session_create_params import SessionCreateParams
from stripe.params.checkout._session_expire_params import SessionExpireParams
from stripe.params.checkout._session_list_line_items_params import SessionListLineItemsParams
from stripe.params.checkout._session_list_params import SessionListParams
from stripe.params.checkout._session_retrieve_params import SessionRetrieveParams
from stripe.params.checkout._session_update_params import SessionUpdateParams

from sandbox import amounts, customers, events, listing, metadata, payments, prices, schedule, shapes
from sandbox.refusals import Refused, missing_parameter, not_built
from sandbox.routing import Route
from sandbox.store import Transaction, new_id

Json = dict[str, Any]

SHORTEST, LONGEST = 30 * 60, 24 * 3600
# A clock of the caller's that is a little behind or ahead must not spoil a session of exactly 30 minutes or 24 hours.
TOLERANCE = 60

UNDERSTOOD = frozenset(
    {
        "allowed_payment_method_types",
        "automatic_tax",
        "billing_address_collection",
        "cancel_url",
        "client_reference_id",
        "currency",
        "custom_text",
        "excluded_payment_method_types",
        "customer",
        "customer_creation",
        "customer_email",
        "expires_at",
        "integration_identifier",
        "line_items.price",
        "line_items.price_data",
        "line_items.quantity",
        "locale",
        "metadata",
        "mode",
        "payment_intent_data.description",
        "payment_intent_data.metadata",
        "payment_method_collection",
        "phone_number_collection",
        "submit_type",
        "subscription_data.description",
        "subscription_data.metadata",
        "success_url",
        "ui_mode",
    }
)


def create(transaction: Transaction, params: Json) -> Json:
    """
    :raises Refused: with Stripe's error if the parameters do not go together
    """
    mode = params.get("mode", "payment")
    _check_built(params, mode)
    _check_combination(params, mode)
    lines = [_line_item(transaction, item, f"line_items[{n}]") for n, item in enumerate(params["line_items"])]
    currency = _one_currency(lines, params)
    _check_recurring(lines, mode)
    total = amounts.check_total(sum(line["amount_total"] for line in lines), currency)
    customer = transaction.get("customer", params["customer"], "customer") if "customer" in params else None
    identifier = new_id("cs_test", 58)
    session = shapes.make(
        transaction,
        _body(transaction, params, mode)
        | {
            "id": identifier,
            "amount_subtotal": total,
            "amount_total": total,
            "currency": currency,
            "payment_method_types": _ways(params, mode, currency),
            "customer_details": _known_of(customer, params.get("customer_email")),
            "url": f"{transaction.public_url}/checkout/pay/{identifier}",
        },
        {
            "line_items": lines,
            "payment_intent_data": params.get("payment_intent_data", {}),
            "subscription_data": params.get("subscription_data", {}),
        },
    )
    schedule.plan(transaction, schedule.EXPIRE_CHECKOUT, identifier, session["expires_at"])
    return session


def _check_built(params: Json, mode: str) -> None:
    if mode == "setup":
        raise not_built("mode=setup", "mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise not_built(f"ui_mode={params['ui_mode']}", "ui_mode")
    if params.get("automatic_tax", {}).get("enabled"):
        raise not_built("automatic_tax", "automatic_tax")
    if "card" not in params.get("allowed_payment_method_types", ["card"]):
        raise not_built("checkouts without cards", "allowed_payment_method_types")
    if "card" in params.get("excluded_payment_method_types", []):
        raise not_built("checkouts without cards", "excluded_payment_method_types")


def _check_combination(params: Json, mode: str) -> None:
    for name in ("line_items", "success_url"):
        if not params.get(name):
            raise missing_parameter(name)
    for name in ("success_url", "cancel_url"):
        if name in params and not params[name].startswith(("http://", "https://")):
            raise Refused("Not a valid URL", param=name, code="url_invalid")
    _check_customer(params)
    for name, needed in ONLY_IN_MODE.items():
        if name in params and mode != needed:
            raise Refused(f"You can not pass `{name}` in `{mode}` mode.", param=name)


ONLY_IN_MODE = {
    "customer_creation": "payment",
    "payment_intent_data": "payment",
    "payment_method_collection": "subscription",
    "subscription_data": "subscription",
}


def _check_customer(params: Json) -> None:
    if "customer" in params and "customer_email" in params:
        raise Refused("You may only specify one of these parameters: customer, customer_email.", param="customer")
    customers.check_email(params.get("customer_email"), "customer_email")


def _line_item(transaction: Transaction, item: Json, param: str) -> Json:
    if ("price" in item) == ("price_data" in item):
        raise Refused("Give exactly one of price and price_data.", param=param)
    quantity = item.get("quantity", 1)
    if quantity < 1:
        raise Refused("Invalid positive integer", param=f"{param}[quantity]", code="parameter_invalid_integer")
    if "price" in item:
        price = transaction.get("price", item["price"], f"{param}[price]")
        if not price["active"]:
            raise Refused("The price specified is inactive. This field only accepts active prices.", param=param)
    else:
        price = prices.from_price_data(transaction, item["price_data"], f"{param}[price_data]")
    total = price["unit_amount"] * quantity
    return shapes.complete(
        {
            "id": new_id("li"),
            "object": "item",
            "amount_discount": 0,
            "amount_subtotal": total,
            "amount_tax": 0,
            "amount_total": total,
            "currency": price["currency"],
            "description": transaction.get("product", price["product"])["name"],
            "price": price,
            "quantity": quantity,
        }
    )


def _one_currency(lines: list[Json], params: Json) -> str:
    found = {line["currency"] for line in lines}
    if len(found) > 1 or params.get("currency", lines[0]["currency"]) not in found:
        raise Refused("You cannot combine currencies on a single Checkout Session.", param="line_items")
    return str(lines[0]["currency"])


def _check_recurring(lines: list[Json], mode: str) -> None:
    recurring = [line["price"]["recurring"] for line in lines]
    if mode == "payment" and any(recurring):
        raise Refused(
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use"
            " only one-time prices.",
            param="line_items",
        )
    if mode == "subscription":
        if not any(recurring):
            raise Refused(
                "You must provide at least one recurring price in `subscription` mode when using prices.",
                param="line_items",
            )
        if not all(recurring):
            raise not_built("one-time items in a subscription", "line_items")
        if any(each != recurring[0] for each in recurring):
            raise Refused(
                "Checkout does not support multiple prices with different billing intervals.", param="line_items"
            )


def _expiry(transaction: Transaction, params: Json) -> int:
    moment: int = params.get("expires_at", transaction.now + LONGEST)
    ahead = moment - transaction.now
    if not SHORTEST - TOLERANCE <= ahead <= LONGEST + TOLERANCE:
        raise Refused(
            "The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from Checkout Session"
            " creation.",
            param="expires_at",
        )
    return moment


# What a session simply repeats.
COPIED = (
    "allowed_payment_method_types",
    "cancel_url",
    "client_reference_id",
    "customer",
    "customer_email",
    "excluded_payment_method_types",
    "integration_identifier",
    "locale",
    "success_url",
)


def _body(transaction: Transaction, params: Json, mode: str) -> Json:
    """What a new session says of itself, apart from its money."""
    text_of = params.get("custom_text", {})
    kinds = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
    always_customer = params.get("customer_creation", "if_required")
    return {
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": params.get("billing_address_collection"),
        "created": transaction.now,
        "custom_fields": [],
        "custom_text": {kind: text_of.get(kind) or None for kind in kinds},
        "customer_creation": None if mode == "subscription" or "customer" in params else always_customer,
        "expires_at": _expiry(transaction, params),
        "livemode": False,
        "metadata": metadata.merged({}, params.get("metadata", {})),
        "mode": mode,
        "payment_method_collection": params.get("payment_method_collection", "always")
        if mode == "subscription"
        else "if_required",
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "submit_type": params.get("submit_type"),
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    } | {name: params.get(name) for name in COPIED}


def _ways(params: Json, mode: str, currency: str) -> list[str]:
    """How the donor may pay: by card, and dollars once also from a bank account, unless the organisation excludes it."""
    bank = "us_bank_account"
    allowed = params.get("allowed_payment_method_types", [bank])
    wanted = bank in allowed and bank not in params.get("excluded_payment_method_types", [])
    return ["card", bank] if wanted and mode == "payment" and currency == "usd" else ["card"]


def _known_of(customer: Json | None, email: str | None) -> Json | None:
    if customer is None and email is None:
        return None
    return details(customer["email"] if customer else email, None)


def details(email: str | None, name: str | None) -> Json:
    """A session's `customer_details`."""
    return {
        "address": None,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": None,
    }


def expire(transaction: Transaction, params: Json, identifier: str) -> Json:
    session = transaction.get("checkout.session", identifier)
    if session["status"] != "open":
        raise Refused(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of'
            f" `{session['status']}`."
        )
    end_unpaid(transaction, session)
    return session


def end_unpaid(transaction: Transaction, session: Json) -> None:
    """Nobody paid in time, or the organisation called it off."""
    intent_id = transaction.hidden(session["id"]).get("payment_intent")
    session |= {"status": "expired", "url": None}
    schedule.cancel(transaction, schedule.EXPIRE_CHECKOUT, session["id"])
    if intent_id:
        intent = transaction.get("payment_intent", intent_id)
        payments.cancel(transaction, intent, "abandoned")
    events.record(transaction, "checkout.session.expired", transaction.save(session))


def expire_in_time(transaction: Transaction, identifier: str) -> None:
    """The clock reached a session's end."""
    session = transaction.get("checkout.session", identifier)
    if session["status"] == "open":
        end_unpaid(transaction, session)


def update(transaction: Transaction, params: Json, identifier: str) -> Json:
    session = transaction.get("checkout.session", identifier)
    session["metadata"] = metadata.merged(session["metadata"], params.get("metadata", {}))
    return transaction.save(session)


def retrieve(transaction: Transaction, params: Json, identifier: str) -> Json:
    return transaction.get("checkout.session", identifier)


def list_all(transaction: Transaction, params: Json) -> Json:
    asked = dict(params)
    if "email" in params.get("customer_details", {}):
        asked["customer_details.email"] = params["customer_details"]["email"]
    filters = (
        "created",
        "customer",
        "customer_details.email",
        "payment_intent",
        "status",
        "subscription",
    )
    return listing.of_kind(transaction, asked, "checkout.session", url="/v1/checkout/sessions", filters=filters)


def list_line_items(transaction: Transaction, params: Json, identifier: str) -> Json:
    transaction.get("checkout.session", identifier)
    lines = transaction.hidden(identifier)["line_items"]
    return shapes.list_of(lines, f"/v1/checkout/sessions/{identifier}/line_items")


ROUTES = [
    Route("POST", "/v1/checkout/sessions", create, SessionCreateParams, UNDERSTOOD),
    Route(
        "GET",
        "/v1/checkout/sessions",
        list_all,
        SessionListParams,
        listing.PAGING | {"created", "customer", "customer_details", "payment_intent", "status", "subscription"},
    ),
    Route("GET", "/v1/checkout/sessions/{id}", retrieve, SessionRetrieveParams),
    Route("POST", "/v1/checkout/sessions/{id}", update, SessionUpdateParams, {"metadata"}),
    Route("POST", "/v1/checkout/sessions/{id}/expire", expire, SessionExpireParams),
    Route("GET", "/v1/checkout/sessions/{id}/line_items", list_line_items, SessionListLineItemsParams, {"limit"}),
]
