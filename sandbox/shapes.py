"""The shapes of Stripe's objects, read from the annotations of the installed SDK.

So the sandbox speaks the API version that the SDK pins, and a new SDK that wants another field says so
at the first object that lacks it.
"""

import builtins
import sys
import typing
from functools import cache
from typing import Any

import stripe
from stripe import billing_portal, checkout, radar
from stripe._api_version import _ApiVersion  # pyright: ignore[reportPrivateUsage]

from sandbox.store import Transaction

Json = dict[str, Any]

API_VERSION: str = _ApiVersion.CURRENT

RESOURCES: dict[str, type[stripe.StripeObject]] = {
    "balance": stripe.Balance,
    "balance_transaction": stripe.BalanceTransaction,
    "billing_portal.session": billing_portal.Session,
    "charge": stripe.Charge,
    "checkout.session": checkout.Session,
    "customer": stripe.Customer,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "invoice": stripe.Invoice,
    "invoice_payment": stripe.InvoicePayment,
    "item": stripe.LineItem,
    "line_item": stripe.InvoiceLineItem,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "payout": stripe.Payout,
    "plan": stripe.Plan,
    "price": stripe.Price,
    "product": stripe.Product,
    "radar.early_fraud_warning": radar.EarlyFraudWarning,
    "refund": stripe.Refund,
    "subscription": stripe.Subscription,
    "subscription_item": stripe.SubscriptionItem,
}

# Fields that Stripe leaves out altogether, rather than showing null, unless they are asked for by `expand` or apply.
LEFT_OUT: dict[str, set[str]] = {
    "balance": {"connect_reserved", "instant_available", "issuing"},
    "charge": {"authorization_code", "level3", "presentment_details", "refunds", "source", "transfer"},
    "checkout.session": {
        "branding_settings",
        "excluded_payment_method_types",
        "line_items",
        "name_collection",
        "presentment_details",
        "redirect_on_completion",
        "return_url",
        "tax_id_collection",
    },
    "customer": {
        "business_name",
        "cash_balance",
        "individual_name",
        "invoice_credit_balance",
        "sources",
        "subscriptions",
        "tax",
        "tax_ids",
    },
    "event": {"account", "context"},
    "invoice": {"confirmation_secret", "payments", "threshold_reason"},
    "payment_intent": {"hooks", "payment_details", "payment_record", "presentment_details"},
    "price": {"currency_options", "tiers"},
    "plan": {"tiers"},
    "refund": {
        "description",
        "failure_balance_transaction",
        "failure_reason",
        "instructions_email",
        "next_action",
        "pending_reason",
        "presentment_details",
    },
    "subscription": {"presentment_details"},
    "subscription_item": {"billed_until"},
}


class WrongShape(Exception):
    """The sandbox made an object that the SDK does not know: a defect of the sandbox."""


class _Names(dict[str, Any]):
    """Looks up the names in the SDK's annotations; those imported for type checkers only are other resources."""

    def __init__(self, module: str) -> None:
        super().__init__()
        self._module = vars(sys.modules[module])

    def __missing__(self, name: str) -> Any:
        if name in self._module:
            return self._module[name]
        return getattr(builtins, name, None) or getattr(stripe, name, stripe.StripeObject)


@cache
def fields(kind: str) -> dict[str, Any]:
    """Each field of a kind of object, with its type."""
    resource = RESOURCES[kind]
    holder = type("Fields", (), {"__annotations__": dict(resource.__annotations__), "__module__": resource.__module__})
    hints = typing.get_type_hints(holder, globalns={}, localns=_Names(resource.__module__))
    return {name: hint for name, hint in hints.items() if name != "OBJECT_NAME" and not name.startswith("_")}


def complete(body: Json) -> Json:
    """Fill in what is not given with null, or leave it out, as Stripe does.

    :raises WrongShape: if a field is unknown to the SDK, or one is missing that cannot be null
    """
    kind = body["object"]
    known = fields(kind)
    unknown = body.keys() - known.keys()
    if unknown:
        raise WrongShape(f"{kind} has no {sorted(unknown)} in this API version")
    left_out = LEFT_OUT.get(kind, set())
    whole = {name: value for name, value in body.items() if value is not None or name not in left_out}
    for name, hint in known.items():
        if name in whole or name == "deleted" or name in left_out:
            continue
        if kind == "payment_method" and name not in ("allow_redisplay", "customer", "customer_account", "metadata"):
            continue  # one field for each of fifty kinds of payment method
        if type(None) not in typing.get_args(hint):
            raise WrongShape(f"{kind} needs {name} in this API version")
        whole[name] = None
    return whole


def make(transaction: Transaction, body: Json, hidden: Json | None = None) -> Json:
    """Complete a new object and store it."""
    return transaction.add(complete(body), hidden)


def is_expandable(kind: str, field: str) -> bool:
    """Whether `expand` may turn this field's id into the object."""
    parts = typing.get_args(fields(kind).get(field))
    return str in parts and any(isinstance(part, type) and issubclass(part, stripe.StripeObject) for part in parts)


def list_of(data: list[Json], url: str, *, has_more: bool = False) -> Json:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


NO_ADDRESS: Json = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}
