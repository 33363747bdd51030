"""Customers: the people who give."""

import re
import secrets
import string
from typing import Any

from stripe.params._customer_create_params import CustomerCreateParams
from stripe.params._customer_delete_params import CustomerDeleteParams
from stripe.params._customer_list_params import CustomerListParams
from stripe.params._customer_retrieve_params import CustomerRetrieveParams
from stripe.params._customer_search_params import CustomerSearchParams
from stripe.params._customer_update_params import CustomerUpdateParams

from sandbox import events, listing, metadata, payment_methods, shapes, subscriptions
from sandbox.refusals import Refused
from sandbox.routing import Route
from sandbox.store import Transaction, new_id

Json = dict[str, Any]

TEXTS = ("business_name", "description", "email", "individual_name", "name", "phone")
UNDERSTOOD = frozenset({*TEXTS, "address", "metadata", "preferred_locales", "invoice_settings.default_payment_method"})


def create(transaction: Transaction, params: Json) -> Json:
    check_email(params.get("email"))
    body = {
        "id": new_id("cus", 14),
        "object": "customer",
        "address": _address(params.get("address")),
        "balance": 0,
        "created": transaction.now,
        "delinquent": False,
        "invoice_prefix": "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(8)),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": metadata.merged({}, params.get("metadata", {})),
        "next_invoice_sequence": 1,
        "preferred_locales": params.get("preferred_locales") or [],
        "tax_exempt": "none",
    } | {name: params.get(name) or None for name in TEXTS}
    customer = shapes.make(transaction, body)
    events.record(transaction, "customer.created", customer)
    return customer


def update(transaction: Transaction, params: Json, identifier: str) -> Json:
    customer = transaction.get("customer", identifier)
    check_email(params.get("email"))
    before = dict(customer)
    for name in TEXTS:
        if name in params:
            customer[name] = params[name] or None
    if "address" in params:
        customer["address"] = _address(params["address"])
    if "preferred_locales" in params:
        customer["preferred_locales"] = params["preferred_locales"]
    if "metadata" in params:
        customer["metadata"] = metadata.merged(customer["metadata"], params["metadata"])
    method = params.get("invoice_settings", {}).get("default_payment_method")
    if method:
        payment_methods.of_customer(transaction, method, identifier, "invoice_settings[default_payment_method]")
        customer["invoice_settings"] = customer["invoice_settings"] | {"default_payment_method": method}
    changed = {name: before[name] for name in before if before[name] != customer[name]}
    if changed:
        events.record(transaction, "customer.updated", transaction.save(customer), changed)
    return customer


def check_email(email: str | None, param: str = "email") -> None:
    if email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+|[^@\s]+@localhost", email):
        raise Refused(f"Invalid email address: {email}", param=param, code="email_invalid")


def _address(given: Any) -> Json | None:
    return shapes.NO_ADDRESS | given if given else None


def retrieve(transaction: Transaction, params: Json, identifier: str) -> Json:
    return transaction.find(identifier, DELETED) or transaction.get("customer", identifier)


DELETED = "deleted_customer"


def delete(transaction: Transaction, params: Json, identifier: str) -> Json:
    """Forget a customer for good: what still runs ends, no card can be charged, only the id is known."""
    customer = transaction.get("customer", identifier)
    for subscription in transaction.select("subscription", {"customer": identifier}):
        if subscription["status"] not in subscriptions.ENDED:
            subscriptions.end(transaction, subscription, "cancellation_requested")
    for method in transaction.select("payment_method", {"customer": identifier}):
        transaction.save(method | {"customer": None})
    events.record(transaction, "customer.deleted", customer)
    remnant = transaction.save({"id": identifier, "object": "customer", "deleted": True})
    transaction.connection.execute("UPDATE objects SET kind = ? WHERE id = ?", (DELETED, identifier))
    return remnant


def list_all(transaction: Transaction, params: Json) -> Json:
    return listing.of_kind(transaction, params, "customer", url="/v1/customers", filters=("created", "email"))


def search(transaction: Transaction, params: Json) -> Json:
    """Search by the clauses that we use: `email:"…"`, `name:"…"`, `metadata["key"]:"…"`, joined by AND."""
    equal = {}
    for clause in re.split(r"\s+AND\s+", params["query"]):
        found = re.fullmatch(r"""(email|name|phone|metadata\["([\w-]+)"\]):"([^"]*)\"""", clause.strip())
        if found is None:
            raise Refused(f"We were unable to parse your search query: {clause}", param="query")
        equal[f'metadata."{found[2]}"' if found[2] else found[1]] = found[3]
    data = transaction.select("customer", equal, limit=params.get("limit", 10))
    return {
        "object": "search_result",
        "data": data,
        "has_more": False,
        "next_page": None,
        "url": "/v1/customers/search",
    }


ROUTES = [
    Route(
        "POST", "/v1/customers", create, CustomerCreateParams, UNDERSTOOD - {"invoice_settings.default_payment_method"}
    ),
    Route("GET", "/v1/customers", list_all, CustomerListParams, listing.PAGING | {"created", "email"}),
    Route("GET", "/v1/customers/search", search, CustomerSearchParams, {"query", "limit"}),
    Route("GET", "/v1/customers/{id}", retrieve, CustomerRetrieveParams),
    Route("DELETE", "/v1/customers/{id}", delete, CustomerDeleteParams),
    Route("POST", "/v1/customers/{id}", update, CustomerUpdateParams, UNDERSTOOD),
]
