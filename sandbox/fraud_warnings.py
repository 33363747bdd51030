"""Early fraud warnings: a card network suspects a payment before anybody has disputed it."""

from typing import Any

from stripe.params.radar._early_fraud_warning_list_params import EarlyFraudWarningListParams
from stripe.params.radar._early_fraud_warning_retrieve_params import EarlyFraudWarningRetrieveParams

from sandbox import cards, events, listing, shapes, wishes
from sandbox.refusals import Refused
from sandbox.routing import Route
from sandbox.store import Transaction, new_id

Json = dict[str, Any]

KIND = "radar.early_fraud_warning"
FRAUD_TYPES = (
    "card_never_received",
    "fraudulent_card_application",
    "made_with_counterfeit_card",
    "made_with_lost_card",
    "made_with_stolen_card",
    "misc",
    "unauthorized_use_of_card",
)


def warn(transaction: Transaction, charge: Json, fraud_type: str) -> Json:
    """
    :raises Refused: if nothing was paid
    """
    if not charge["paid"]:
        raise Refused(f"Charge {charge['id']} was not successful; nobody warns of it.", param="charge")
    body = {
        "id": new_id("issfr"),
        "object": KIND,
        "actionable": not charge["refunded"] and not charge["disputed"],
        "charge": charge["id"],
        "created": transaction.now,
        "fraud_type": fraud_type,
        "livemode": False,
        "payment_intent": charge["payment_intent"],
    }
    warning = shapes.make(transaction, body)
    events.record(transaction, f"{KIND}.created", warning)
    return warning


def nothing_to_do(transaction: Transaction, charge: str) -> None:
    """The charge was disputed or refunded: the warnings come to nothing."""
    for warning in transaction.select(KIND, {"charge": charge}):
        if warning["actionable"]:
            events.record(
                transaction, f"{KIND}.updated", transaction.save(warning | {"actionable": False}), {"actionable": True}
            )


def by_card(transaction: Transaction, charge_id: str) -> None:
    """The network has looked at a payment with the test card that it suspects."""
    charge = transaction.get("charge", charge_id)
    card = cards.behind(transaction, transaction.get("payment_method", charge["payment_method"]))
    warn(transaction, charge, card.warning or "misc")


def retrieve(transaction: Transaction, params: Json, identifier: str) -> Json:
    return transaction.get(KIND, identifier)


def list_all(transaction: Transaction, params: Json) -> Json:
    filters = ("charge", "created", "payment_intent")
    return listing.of_kind(transaction, params, KIND, url="/v1/radar/early_fraud_warnings", filters=filters)


ROUTES = [
    Route(
        "GET",
        "/v1/radar/early_fraud_warnings",
        list_all,
        EarlyFraudWarningListParams,
        listing.PAGING | {"charge", "created", "payment_intent"},
    ),
    Route("GET", "/v1/radar/early_fraud_warnings/{id}", retrieve, EarlyFraudWarningRetrieveParams),
]


def _warn(transaction: Transaction, wish: Json, charge: str) -> Json:
    kind = wishes.one_of(wish, "fraud_type", FRAUD_TYPES, "misc")
    return warn(transaction, transaction.get("charge", charge), kind)


CONTROLS = {("POST", "/_/charges/{id}/warn"): _warn}
