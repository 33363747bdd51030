"""Disputes: a donor's bank takes the money back, or only asks, and decides in the end."""

from typing import Any

import stripe
from stripe.params._dispute_close_params import DisputeCloseParams
from stripe.params._dispute_list_params import DisputeListParams
from stripe.params._dispute_retrieve_params import DisputeRetrieveParams
from stripe.params._dispute_update_params import DisputeUpdateParams

from sandbox import balance, cards, events, exchange, fraud_warnings, listing, metadata, schedule, shapes, wishes
from sandbox.balance import Line
from sandbox.exchange import Settled
from sandbox.refusals import Refused, not_built
from sandbox.routing import Route
from sandbox.store import Transaction, new_id

Json = dict[str, Any]

FEE, FEE_CURRENCY = 1500, "usd"
DAYS_TO_ANSWER = 20
SECONDS_UNTIL_DECIDED = 30
MOST_EVIDENCE = 150_000

OPEN = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")
UNANSWERED = ("needs_response", "warning_needs_response")

# Each reason with the code that Visa has for it.
REASONS = {
    "credit_not_processed": "13.7",
    "duplicate": "12.6",
    "fraudulent": "10.4",
    "general": "13.5",
    "product_not_received": "13.1",
    "product_unacceptable": "13.3",
    "subscription_canceled": "13.2",
    "unrecognized": "10.4",
}

# As in Stripe's test mode: what stands in `uncategorized_text` decides.
WINNING, LOSING = "winning_evidence", "losing_evidence"

# Evidence that is a text; files are not built.
TEXTS = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_tracking_number",
    "uncategorized_text",
)


def begin(transaction: Transaction, charge: Json, *, reason: str, amount: int | None = None, inquiry: bool) -> Json:
    """A donor complains at the bank.

    :param amount: how much of the charge; all that is left of it if nothing is said
    :param inquiry: the bank asks and takes no money yet
    :raises Refused: if the charge brought nothing or is disputed already
    """
    if not charge["paid"] or not charge["captured"]:
        raise Refused(f"Charge {charge['id']} was not successful; nobody can dispute it.", param="charge")
    if charge["payment_method_details"]["type"] != "card":
        raise not_built("disputes of payments from a bank account", "charge")
    if any(each["status"] in OPEN for each in of_charge(transaction, charge["id"])):
        raise Refused(f"Charge {charge['id']} is disputed already.", param="charge")
    amount = charge["amount"] - charge["amount_refunded"] if amount is None else amount
    if not 0 < amount <= charge["amount"]:
        raise Refused("A dispute is about more than nothing and at most the whole charge.", param="amount")
    dispute = shapes.make(transaction, _enter(_body(transaction, charge, reason, amount), inquiry=inquiry))
    if not inquiry:
        _withdraw(transaction, dispute)
    transaction.save(charge | {"disputed": True})
    events.record(transaction, "charge.dispute.created", dispute)
    if not inquiry:
        events.record(transaction, "charge.dispute.funds_withdrawn", dispute)
    schedule.plan(transaction, schedule.DECIDE_DISPUTE, dispute["id"], dispute["evidence_details"]["due_by"])
    fraud_warnings.nothing_to_do(transaction, charge["id"])
    return dispute


def _body(transaction: Transaction, charge: Json, reason: str, amount: int) -> Json:
    card = charge["payment_method_details"]["card"]
    facts = {"brand": card["brand"], "network": card["brand"], "network_reason_code": REASONS[reason]}
    return {
        "id": new_id("du"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": transaction.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(stripe.Dispute.Evidence.__annotations__) | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": transaction.now + DAYS_TO_ANSWER * 86400,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "livemode": False,
        "metadata": {},
        "network_reason_code": REASONS[reason],
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {"card": facts, "type": "card"},
        "reason": reason,
    }


def _enter(dispute: Json, *, inquiry: bool) -> Json:
    """Begin as an inquiry, or as a dispute that takes the money."""
    card = dispute["payment_method_details"]["card"] | {"case_type": "inquiry" if inquiry else "chargeback"}
    return dispute | {
        "is_charge_refundable": inquiry,
        "payment_method_details": {"card": card, "type": "card"},
        "status": "warning_needs_response" if inquiry else "needs_response",
    }


def _withdraw(transaction: Transaction, dispute: Json) -> None:
    """The money goes back to the donor, and Stripe wants its fee for the trouble."""
    money = exchange.settled(transaction, -dispute["amount"], dispute["currency"])
    _book(transaction, dispute, money, "dispute", _fee(transaction, money))


def _fee(transaction: Transaction, money: Settled) -> int:
    if money.currency == FEE_CURRENCY:
        return FEE
    return exchange.into(transaction, FEE, FEE_CURRENCY, money.currency).amount


def _book(transaction: Transaction, dispute: Json, money: Settled, category: str, fee: int) -> None:
    text = f"Chargeback {'withdrawal' if category == 'dispute' else 'reversal'} for {dispute['charge']}"
    line = Line("adjustment", dispute["id"], money, text, category, fee, fee_is="Dispute fee", days=0)
    dispute["balance_transactions"] = [*dispute["balance_transactions"], balance.book(transaction, line)]
    transaction.save(dispute)


def of_charge(transaction: Transaction, charge: str) -> list[Json]:
    return transaction.select("dispute", {"charge": charge})


def _open(transaction: Transaction, identifier: str) -> Json:
    dispute = transaction.get("dispute", identifier)
    if dispute["status"] not in OPEN:
        raise Refused(f"This dispute is already closed ({dispute['status']}).", param="dispute")
    return dispute


def _is_inquiry(dispute: Json) -> bool:
    return str(dispute["status"]).startswith("warning")


def _close(transaction: Transaction, dispute: Json, status: str) -> Json:
    dispute |= {"status": status, "is_charge_refundable": status == "warning_closed"}
    schedule.cancel(transaction, schedule.DECIDE_DISPUTE, dispute["id"])
    events.record(transaction, "charge.dispute.closed", transaction.save(dispute))
    return dispute


def decide_for_us(transaction: Transaction, identifier: str, *, return_fee: bool = False) -> Json:
    """The bank finds for the organisation: what was taken comes back."""
    dispute = _open(transaction, identifier)
    if _is_inquiry(dispute):
        return _close(transaction, dispute, "warning_closed")
    taken = dispute["balance_transactions"][0]
    money = Settled(-taken["amount"], taken["currency"], taken["exchange_rate"])
    _book(transaction, dispute, money, "dispute_reversal", -taken["fee"] if return_fee else 0)
    _close(transaction, dispute, "won")
    events.record(transaction, "charge.dispute.funds_reinstated", dispute)
    return dispute


def decide_for_donor(transaction: Transaction, identifier: str) -> Json:
    """The bank finds for the donor, who has the money already."""
    dispute = _open(transaction, identifier)
    if _is_inquiry(dispute):
        raise Refused("An inquiry cannot be lost; let it become a dispute first (escalate).")
    return _close(transaction, dispute, "lost")


def escalate(transaction: Transaction, identifier: str) -> Json:
    """The bank has asked enough and takes the money."""
    dispute = _open(transaction, identifier)
    if not _is_inquiry(dispute):
        raise Refused("Only an inquiry becomes a dispute.")
    before, dispute = dispute, _enter(dispute, inquiry=False)
    due_by = transaction.now + DAYS_TO_ANSWER * 86400
    dispute["evidence_details"] = dispute["evidence_details"] | {"due_by": due_by}
    _withdraw(transaction, dispute)
    changed = {name: before[name] for name in before if before[name] != dispute[name]}
    events.record(transaction, "charge.dispute.updated", dispute, changed)
    events.record(transaction, "charge.dispute.funds_withdrawn", dispute)
    schedule.plan(transaction, schedule.DECIDE_DISPUTE, identifier, due_by)
    return dispute


def decide_in_time(transaction: Transaction, identifier: str) -> None:
    """The evidence says how it ends, or the time to answer is over."""
    dispute = transaction.get("dispute", identifier)
    told = dispute["evidence"]["uncategorized_text"]
    if dispute["status"] not in OPEN:
        return
    if dispute["status"] in UNANSWERED:
        details = dispute["evidence_details"] | {"past_due": True}
        _close(
            transaction,
            dispute | {"evidence_details": details},
            "warning_closed" if _is_inquiry(dispute) else "lost",
        )
    elif told == WINNING:
        decide_for_us(transaction, identifier, return_fee=True)
    elif told == LOSING and not _is_inquiry(dispute):
        decide_for_donor(transaction, identifier)


def charge_was_refunded(transaction: Transaction, charge: Json) -> None:
    """Who gets everything back has nothing left to inquire about."""
    for dispute in of_charge(transaction, charge["id"]):
        if dispute["status"] in OPEN:
            _close(transaction, dispute, "warning_closed")


def refuse_refund(transaction: Transaction, charge: Json) -> None:
    """
    :raises Refused: if the bank has taken the money already
    """
    if any(not each["is_charge_refundable"] for each in of_charge(transaction, charge["id"])):
        raise Refused(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
            param="charge",
        )


def by_card(transaction: Transaction, charge_id: str) -> None:
    """The owner of a test card that disputes has seen the bank statement."""
    charge = transaction.get("charge", charge_id)
    card = cards.behind(transaction, transaction.get("payment_method", charge["payment_method"]))
    if charge["amount_refunded"] < charge["amount"] and not of_charge(transaction, charge_id):
        begin(transaction, charge, reason=card.dispute or "general", inquiry=card.inquiry)


def _shown(transaction: Transaction, dispute: Json) -> Json:
    lines = [balance.as_of_now(transaction, line) for line in dispute["balance_transactions"]]
    return dispute | {"balance_transactions": lines}


def retrieve(transaction: Transaction, params: Json, identifier: str) -> Json:
    return _shown(transaction, transaction.get("dispute", identifier))


def update(transaction: Transaction, params: Json, identifier: str) -> Json:
    """Stage evidence or, unless `submit` says otherwise, give it to the bank."""
    dispute = transaction.get("dispute", identifier)
    before = dict(dispute)
    if "metadata" in params:
        dispute["metadata"] = metadata.merged(dispute["metadata"], params["metadata"])
    if "evidence" in params or "submit" in params:
        _add_evidence(transaction, dispute, params)
    changed = {name: before[name] for name in before if before[name] != dispute[name]}
    if changed:
        events.record(transaction, "charge.dispute.updated", transaction.save(dispute), changed)
    return _shown(transaction, dispute)


def _add_evidence(transaction: Transaction, dispute: Json, params: Json) -> None:
    if dispute["status"] not in UNANSWERED:
        raise Refused(f"This dispute takes no evidence any more ({dispute['status']}).", param="evidence")
    evidence = dispute["evidence"] | params.get("evidence", {})
    if sum(len(evidence[name] or "") for name in TEXTS) > MOST_EVIDENCE:
        raise Refused(f"Evidence can have up to {MOST_EVIDENCE} characters.", param="evidence")
    dispute["evidence"] = evidence
    details = dispute["evidence_details"] | {"has_evidence": any(evidence[name] for name in TEXTS)}
    if params.get("submit", True):
        details |= {"submission_count": details["submission_count"] + 1, "submission_method": "manual"}
        dispute["status"] = "warning_under_review" if _is_inquiry(dispute) else "under_review"
        schedule.plan(transaction, schedule.DECIDE_DISPUTE, dispute["id"], transaction.now + SECONDS_UNTIL_DECIDED)
    dispute["evidence_details"] = details


def close(transaction: Transaction, params: Json, identifier: str) -> Json:
    """The organisation lets the donor have it."""
    dispute = _open(transaction, identifier)
    return _shown(transaction, _close(transaction, dispute, "warning_closed" if _is_inquiry(dispute) else "lost"))


def list_all(transaction: Transaction, params: Json) -> Json:
    filters = ("charge", "created", "payment_intent")
    found = listing.of_kind(transaction, params, "dispute", url="/v1/disputes", filters=filters)
    return found | {"data": [_shown(transaction, dispute) for dispute in found["data"]]}


ROUTES = [
    Route("GET", "/v1/disputes", list_all, DisputeListParams, listing.PAGING | {"charge", "created", "payment_intent"}),
    Route("GET", "/v1/disputes/{id}", retrieve, DisputeRetrieveParams),
    Route(
        "POST",
        "/v1/disputes/{id}",
        update,
        DisputeUpdateParams,
        {"metadata", "submit", *(f"evidence.{name}" for name in TEXTS)},
    ),
    Route("POST", "/v1/disputes/{id}/close", close, DisputeCloseParams),
]


def _begin(transaction: Transaction, wish: Json, charge: str) -> Json:
    reason = wishes.one_of(wish, "reason", tuple(REASONS), "fraudulent")
    found = transaction.get("charge", charge)
    amount, inquiry = wishes.number(wish, "amount"), wishes.is_wished(wish, "inquiry")
    return begin(transaction, found, reason=reason, amount=amount, inquiry=inquiry)


CONTROLS = {
    ("POST", "/_/charges/{id}/dispute"): _begin,
    ("POST", "/_/disputes/{id}/win"): lambda transaction, wish, dispute: decide_for_us(
        transaction, dispute, return_fee=wishes.is_wished(wish, "return_fee")
    ),
    ("POST", "/_/disputes/{id}/lose"): lambda transaction, wish, dispute: decide_for_donor(transaction, dispute),
    ("POST", "/_/disputes/{id}/escalate"): lambda transaction, wish, dispute: escalate(transaction, dispute),
}
