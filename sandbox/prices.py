"""Products and prices, mostly made in passing by `price_data`."""

from typing import Any

from stripe.params._price_list_params import PriceListParams
from stripe.params._price_retrieve_params import PriceRetrieveParams
from stripe.params._product_create_params import ProductCreateParams
from stripe.params._product_list_params import ProductListParams
from stripe.params._product_retrieve_params import ProductRetrieveParams

from sandbox import amounts, listing, metadata, shapes
from sandbox.refusals import Refused, missing_parameter
from sandbox.routing import Route
from sandbox.store import Transaction, new_id

Json = dict[str, Any]

LONGEST_INTERVAL = {"day": 1095, "week": 156, "month": 36, "year": 3}


def from_price_data(transaction: Transaction, data: Json, param: str) -> Json:
    """Make the price (and product) that inline `price_data` describes.

    :param param: where it stands in the request, for the errors
    :raises Refused: if currency, amount, product or interval are not allowed
    """
    currency = amounts.check_currency(data["currency"], f"{param}[currency]")
    if "unit_amount" not in data:
        raise missing_parameter(f"{param}[unit_amount]")
    amount = amounts.check_unit_amount(data["unit_amount"], currency, f"{param}[unit_amount]")
    product = _product(transaction, data, param)
    recurring = _recurring(data.get("recurring"), f"{param}[recurring]")
    body = {
        "id": new_id("price"),
        "object": "price",
        "active": False,  # inline prices cannot be used again
        "billing_scheme": "per_unit",
        "created": transaction.now,
        "currency": currency,
        "livemode": False,
        "metadata": {},
        "product": product["id"],
        "recurring": recurring,
        "tax_behavior": "unspecified",
        "type": "recurring" if recurring else "one_time",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }
    return shapes.make(transaction, body)


def _product(transaction: Transaction, data: Json, param: str) -> Json:
    if "product" in data and "product_data" in data:
        raise Refused("You may only specify one of these parameters: product, product_data.", param=param)
    if "product" in data:
        return transaction.get("product", data["product"], f"{param}[product]")
    if "product_data" not in data:
        raise missing_parameter(f"{param}[product]")
    return create_product(transaction, data["product_data"], active=False)


def create_product(transaction: Transaction, params: Json, *, active: bool = True) -> Json:
    body = {
        "id": new_id("prod", 14),
        "object": "product",
        "active": active,
        "created": transaction.now,
        "description": params.get("description"),
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": metadata.merged({}, params.get("metadata", {})),
        "name": params["name"],
        "type": "service",
        "updated": transaction.now,
    }
    return shapes.make(transaction, body)


def _recurring(given: Json | None, param: str) -> Json | None:
    if given is None:
        return None
    interval, count = given["interval"], given.get("interval_count", 1)
    if not 1 <= count <= LONGEST_INTERVAL[interval]:
        raise Refused("The maximum interval is three years.", param=f"{param}[interval_count]")
    return {
        "interval": interval,
        "interval_count": count,
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def every(price: Json) -> str:
    """How often a recurring price falls due, in words."""
    interval, count = price["recurring"]["interval"], price["recurring"]["interval_count"]
    return f"every {interval}" if count == 1 else f"every {count} {interval}s"


def as_plan(price: Json) -> Json:
    """The same price in the older shape that subscription items still carry."""
    recurring = price["recurring"]
    return shapes.complete(
        {
            "id": price["id"],
            "object": "plan",
            "active": price["active"],
            "amount": price["unit_amount"],
            "amount_decimal": price["unit_amount_decimal"],
            "billing_scheme": "per_unit",
            "created": price["created"],
            "currency": price["currency"],
            "interval": recurring["interval"],
            "interval_count": recurring["interval_count"],
            "livemode": False,
            "metadata": {},
            "product": price["product"],
            "usage_type": "licensed",
        }
    )


def retrieve_price(transaction: Transaction, params: Json, identifier: str) -> Json:
    return transaction.get("price", identifier)


def list_prices(transaction: Transaction, params: Json) -> Json:
    filters = ("active", "created", "currency", "product", "type")
    return listing.of_kind(transaction, params, "price", url="/v1/prices", filters=filters)


def retrieve_product(transaction: Transaction, params: Json, identifier: str) -> Json:
    return transaction.get("product", identifier)


def list_products(transaction: Transaction, params: Json) -> Json:
    return listing.of_kind(transaction, params, "product", url="/v1/products", filters=("active", "created"))


ROUTES = [
    Route(
        "GET",
        "/v1/prices",
        list_prices,
        PriceListParams,
        listing.PAGING | {"active", "created", "currency", "product", "type"},
    ),
    Route("GET", "/v1/prices/{id}", retrieve_price, PriceRetrieveParams),
    Route("GET", "/v1/products", list_products, ProductListParams, listing.PAGING | {"active", "created"}),
    Route("POST", "/v1/products", create_product, ProductCreateParams, {"description", "metadata", "name"}),
    Route("GET", "/v1/products/{id}", retrieve_product, ProductRetrieveParams),
]
