"""Which customer a payment method belongs to, and which one is charged by default."""

from typing import Any

from stripe.params._payment_method_attach_params import PaymentMethodAttachParams
from stripe.params._payment_method_detach_params import PaymentMethodDetachParams

from sandbox import events
from sandbox.refusals import Refused, missing_parameter
from sandbox.routing import Route
from sandbox.store import Transaction

Json = dict[str, Any]


def of_customer(transaction: Transaction, identifier: str, customer: str, param: str) -> Json:
    """
    :raises Refused: if the customer has no such payment method
    """
    method = transaction.find(identifier, "payment_method")
    if method is None or method["customer"] != customer:
        raise Refused(
            f"The customer does not have a payment method with the ID {identifier}. The payment method must be"
            " attached to the customer.",
            param=param,
            code="resource_missing",
        )
    return method


def attach(transaction: Transaction, params: Json, identifier: str) -> Json:
    method = transaction.get("payment_method", identifier)
    if "customer" not in params:
        raise missing_parameter("customer")
    customer = transaction.get("customer", params["customer"], "customer")
    if method["customer"] == customer["id"]:
        return method
    if method["customer"]:
        raise Refused("The payment method you provided has already been attached to a customer.")
    # Every unattached one here was used once on a checkout, or detached.
    raise Refused(
        "This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer,"
        " and may not be used again."
    )


def detach(transaction: Transaction, params: Json, identifier: str) -> Json:
    method = transaction.get("payment_method", identifier)
    if method["customer"] is None:
        raise Refused("The payment method you provided is not attached to a customer so detachment is impossible.")
    customer = transaction.get("customer", method["customer"])
    for subscription in transaction.select("subscription", {"customer": customer["id"]}):
        if subscription["default_payment_method"] == identifier:
            subscription["default_payment_method"] = None
            transaction.save(subscription)
    if customer["invoice_settings"]["default_payment_method"] == identifier:
        make_default(transaction, customer, None)
    method["customer"] = None
    events.record(transaction, "payment_method.detached", transaction.save(method), {"customer": customer["id"]})
    return method


def make_default(transaction: Transaction, customer: Json, method: str | None) -> None:
    """Charge the customer with it from now on, where no subscription says otherwise."""
    before = customer["invoice_settings"]
    customer["invoice_settings"] = before | {"default_payment_method": method}
    changed = {"invoice_settings": {"default_payment_method": before["default_payment_method"]}}
    events.record(transaction, "customer.updated", transaction.save(customer), changed)


ROUTES = [
    Route("POST", "/v1/payment_methods/{id}/attach", attach, PaymentMethodAttachParams, {"customer"}),
    Route("POST", "/v1/payment_methods/{id}/detach", detach, PaymentMethodDetachParams),
]
