"""What the control page shows: how things stand, and what may be made to happen to each."""

from typing import Any

from sandbox import balance, chaos, clock, declines, disputes, faults, fraud_warnings, payouts, refunds
from sandbox.controls import CONTROLS
from sandbox.store import Transaction

Json = dict[str, Any]

MOST, MOST_EVENTS = 24, 15
# Where the application usually asks; any other address can be typed.
ADDRESSES = (
    "/v1/checkout/sessions",
    "/v1/customers/{id}",
    "/v1/events",
    "/v1/invoices/{id}",
    "/v1/payment_intents/{id}",
    "/v1/refunds",
    "/v1/subscriptions/{id}",
    "/v1/*",
)
# Card declines of which people have heard, before all that Stripe knows.
LIKELY_DECLINES = (
    "insufficient_funds",
    "expired_card",
    "lost_card",
    "stolen_card",
    "do_not_honor",
    "generic_decline",
    "authentication_required",
)


def context(transaction: Transaction, who: str) -> Json:
    """
    :param who: part of an e-mail address; only what concerns it is shown
    """
    customers = _customers(transaction, who)
    return {
        "now": transaction.now,
        "offset": clock.offset(transaction),
        "who": who,
        "customers": customers,
        "sessions": transaction.select("checkout.session", {"status": "open"}, limit=10),
        "charges": _of_payer(transaction, "charge", who),
        "cards": [
            method | {"declines": transaction.hidden(method["id"]).get("declines")}
            for method in _of_payer(transaction, "payment_method", who)
            if method["type"] == "card" and method["customer"]
        ],
        "subscriptions": [
            each
            for each in transaction.select("subscription", limit=MOST * (8 if who else 1))
            if each["customer"] in customers
        ][:MOST],
        "refunds": transaction.select("refund", limit=MOST),
        "disputes": transaction.select("dispute", limit=MOST),
        "warnings": transaction.select(fraud_warnings.KIND, limit=MOST),
        "payouts": transaction.select("payout", limit=MOST),
        "balance": balance.retrieve(transaction, {}),
        "payout_schedule": payouts.read_interval(transaction),
        "faults": faults.list_all(transaction, {}, "")["faults"],
        "chaos": chaos.current(transaction),
        "latency": transaction.note("latency", "0"),
        "words": WORDS,
    }


def _customers(transaction: Transaction, who: str) -> dict[str, Json]:
    return {
        each["id"]: each for each in transaction.select("customer") if who.lower() in (each.get("email") or "").lower()
    }


def _of_payer(transaction: Transaction, kind: str, who: str) -> list[Json]:
    conditions = [("instr(lower(coalesce(json_extract(body, '$.billing_details.email'), '')), ?) > 0", who.lower())]
    return transaction.select(kind, conditions=conditions if who else (), limit=MOST)


# What may be chosen on the page.
WORDS = {
    "addresses": ADDRESSES,
    "declines": (*LIKELY_DECLINES, *sorted(declines.REASONS.keys() - set(LIKELY_DECLINES))),
    "dispute_reasons": tuple(disputes.REASONS),
    "open_disputes": disputes.OPEN,
    "fault_methods": faults.METHODS,
    "fault_statuses": tuple(faults.WORDS),
    "intervals": payouts.INTERVALS,
    "payout_failures": tuple(payouts.FAILURES),
    "refund_failures": refunds.FAILURES,
    "retries": ("POST", "/_/retries") in CONTROLS,
}
