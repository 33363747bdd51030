"""Money that goes back."""

from typing import Any

from stripe.params._refund_create_params import RefundCreateParams
from stripe.params._refund_list_params import RefundListParams
from stripe.params._refund_retrieve_params import RefundRetrieveParams
from stripe.params._refund_update_params import RefundUpdateParams

from sandbox import (
    amounts,
    balance,
    cards,
    disputes,
    events,
    exchange,
    fraud_warnings,
    listing,
    metadata,
    schedule,
    shapes,
    wishes,
)
from sandbox.balance import Line
from sandbox.exchange import Settled
from sandbox.refusals import Refused, missing_parameter
from sandbox.routing import Route
from sandbox.store import Transaction, new_id

Json = dict[str, Any]

DAYS_UNTIL_LATE, DAYS_UNTIL_FAILED = 3, 5
TO_CARD = {
    "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"},
    "type": "card",
}
FAILURES = (
    "charge_for_pending_refund_disputed",
    "declined",
    "expired_or_canceled_card",
    "insufficient_funds",
    "lost_or_stolen_card",
    "merchant_request",
    "unknown",
)


def create(transaction: Transaction, params: Json) -> Json:
    """Refund a charge, whole or in part.

    :raises Refused: if there is nothing to refund, or less than that
    """
    charge = _charge_meant(transaction, params)
    left = charge["amount"] - charge["amount_refunded"]
    disputes.refuse_refund(transaction, charge)
    if not charge["paid"]:
        raise Refused(f"Charge {charge['id']} was not successful; there is nothing to refund.", param="charge")
    if left == 0:
        raise Refused(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded", param="charge"
        )
    amount = params.get("amount", left)
    if amount <= 0:
        raise Refused("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    if amount > left:
        asked, rest = (amounts.written(value, charge["currency"]) for value in (amount, left))
        raise Refused(f"Refund amount ({asked}) is greater than unrefunded amount on charge ({rest})", param="amount")
    return _refund(transaction, charge, amount, params)


def _charge_meant(transaction: Transaction, params: Json) -> Json:
    if "charge" in params:
        return transaction.get("charge", params["charge"], "charge")
    if "payment_intent" not in params:
        raise missing_parameter("payment_intent")
    intent = transaction.get("payment_intent", params["payment_intent"], "payment_intent")
    if intent["status"] != "succeeded":
        raise Refused(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.", param="payment_intent"
        )
    return transaction.get("charge", intent["latest_charge"])


def _refund(transaction: Transaction, charge: Json, amount: int, params: Json) -> Json:
    by_card = charge["payment_method_details"]["type"] == "card"
    way = (
        cards.behind(transaction, transaction.get("payment_method", charge["payment_method"])).refunds
        if by_card
        else "late"
    )
    body: Json = {
        "id": new_id("re" if by_card else "pyr"),
        "object": "refund",
        "amount": amount,
        "charge": charge["id"],
        "created": transaction.now,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "destination_details": TO_CARD
        if by_card
        else {"type": "us_bank_transfer", "us_bank_transfer": {"reference_status": "pending"}},
        "metadata": metadata.merged({}, params.get("metadata", {})),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": params.get("reason"),
        "pending_reason": "processing" if way == "late" else None,
        "status": "pending" if way == "late" else "succeeded",
    }
    money = exchange.settled(transaction, -amount, charge["currency"])
    kind, text = ("refund", "REFUND FOR CHARGE") if by_card else ("payment_refund", "REFUND FOR PAYMENT")
    line = Line(kind, str(body["id"]), money, text, "refund")
    body["balance_transaction"] = balance.book(transaction, line)["id"]
    refund = shapes.make(transaction, body)
    if way != "at once":
        action, days = (
            (schedule.FINISH_REFUND, DAYS_UNTIL_LATE) if way == "late" else (schedule.FAIL_REFUND, DAYS_UNTIL_FAILED)
        )
        schedule.plan(transaction, action, refund["id"], transaction.now + days * 86400)
    before = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    changed = {name: value for name, value in before.items() if charge[name] != value}
    events.record(transaction, "refund.created", refund)
    events.record(transaction, "charge.refunded", transaction.save(charge), changed)
    if charge["refunded"]:
        disputes.charge_was_refunded(transaction, charge)
        fraud_warnings.nothing_to_do(transaction, charge["id"])
    return refund


def fail(transaction: Transaction, identifier: str, reason: str) -> Json:
    """The donor's bank sends a refund back: the money is on the balance again, and the donor still waits for it.

    :raises Refused: if it has failed already
    """
    refund = transaction.get("refund", identifier)
    if refund["status"] not in ("pending", "succeeded"):
        raise Refused(f"Refund {identifier} is {refund['status']}; it cannot fail.", param="refund")
    went = transaction.get("balance_transaction", refund["balance_transaction"])
    money = Settled(-went["amount"], went["currency"], went["exchange_rate"])
    line = Line("refund_failure", identifier, money, "REFUND FAILURE", days=0)
    before = dict(refund)
    refund |= {
        "failure_balance_transaction": balance.book(transaction, line)["id"],
        "failure_reason": reason,
        "status": "failed",
    }
    refund.pop("pending_reason", None)
    schedule.cancel(transaction, schedule.FINISH_REFUND, identifier)
    schedule.cancel(transaction, schedule.FAIL_REFUND, identifier)
    _changed(transaction, refund, before)
    events.record(transaction, "refund.failed", refund)
    _take_back(transaction, refund)
    return refund


def _take_back(transaction: Transaction, refund: Json) -> None:
    """The charge is not refunded after all."""
    charge = transaction.get("charge", refund["charge"])
    before = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    charge |= {"amount_refunded": charge["amount_refunded"] - refund["amount"], "refunded": False}
    changed = {name: value for name, value in before.items() if charge[name] != value}
    events.record(transaction, "charge.updated", transaction.save(charge), changed)


def _changed(transaction: Transaction, refund: Json, before: Json) -> None:
    names = before.keys() | refund.keys()
    changed = {name: before.get(name) for name in sorted(names) if before.get(name) != refund.get(name)}
    events.record(transaction, "refund.updated", transaction.save(refund), changed)
    events.record(transaction, "charge.refund.updated", refund, changed)


def fail_in_time(transaction: Transaction, identifier: str) -> None:
    fail(transaction, identifier, "expired_or_canceled_card")


def finish_in_time(transaction: Transaction, identifier: str) -> None:
    """A refund that took its time has arrived."""
    refund = transaction.get("refund", identifier)
    before = dict(refund)
    refund["status"] = "succeeded"
    refund.pop("pending_reason", None)
    _changed(transaction, refund, before)


def retrieve(transaction: Transaction, params: Json, identifier: str) -> Json:
    return transaction.get("refund", identifier)


def update(transaction: Transaction, params: Json, identifier: str) -> Json:
    refund = transaction.get("refund", identifier)
    before = refund["metadata"]
    refund["metadata"] = metadata.merged(before, params.get("metadata", {}))
    if refund["metadata"] != before:
        events.record(transaction, "refund.updated", transaction.save(refund), {"metadata": before})
    return refund


def list_all(transaction: Transaction, params: Json) -> Json:
    filters = ("charge", "created", "payment_intent")
    return listing.of_kind(transaction, params, "refund", url="/v1/refunds", filters=filters)


ROUTES = [
    Route(
        "POST",
        "/v1/refunds",
        create,
        RefundCreateParams,
        {"amount", "charge", "metadata", "payment_intent", "reason"},
    ),
    Route("GET", "/v1/refunds", list_all, RefundListParams, listing.PAGING | {"charge", "created", "payment_intent"}),
    Route("GET", "/v1/refunds/{id}", retrieve, RefundRetrieveParams),
    Route("POST", "/v1/refunds/{id}", update, RefundUpdateParams, {"metadata"}),
]


def _fail(transaction: Transaction, wish: Json, refund: str) -> Json:
    return fail(transaction, refund, wishes.one_of(wish, "reason", FAILURES, "declined"))


CONTROLS = {("POST", "/_/refunds/{id}/fail"): _fail}
