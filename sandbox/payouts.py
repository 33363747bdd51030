"""Payouts: what is available goes to the organisation's bank, by itself or when the control page says so."""

from datetime import UTC, datetime, timedelta
from typing import Any

from stripe.params._payout_list_params import PayoutListParams
from stripe.params._payout_retrieve_params import PayoutRetrieveParams

from sandbox import amounts, balance, events, exchange, listing, schedule, shapes, wishes
from sandbox.balance import Line
from sandbox.exchange import Settled
from sandbox.refusals import Refused
from sandbox.routing import Route
from sandbox.store import Transaction, new_id

Json = dict[str, Any]

BANK_ACCOUNT = "ba_liferaft_sandbox"
SECONDS_UNTIL_LISTED = 3600
DAYS_UNTIL_PAID = 2
INTERVALS = ("manual", "daily", "weekly", "monthly")

# Why a bank sends money back, and what Stripe says of it.
FAILURES = {
    "account_closed": "The bank account has been closed.",
    "account_frozen": "The bank account has been frozen.",
    "could_not_process": "The bank could not process this payout.",
    "no_account": "The bank account details on file are probably incorrect. No bank account could be found with them.",
}


def pay_out(transaction: Transaction, currencies: list[str]) -> list[Json]:
    """Send to the bank what is available in each currency, as an automatic payout. Nothing or less is left where it is."""
    return [made for currency in currencies if (made := _pay_out(transaction, currency))]


def _pay_out(transaction: Transaction, currency: str) -> Json | None:
    lines = balance.waiting_lines(transaction, currency)
    amount = sum(line["net"] for line in lines)
    if amount <= 0:
        return None
    payout = shapes.make(transaction, _body(transaction, amount, currency))
    own = balance.book(transaction, Line("payout", payout["id"], Settled(-amount, currency), "STRIPE PAYOUT", days=0))
    for line in [*lines, own]:
        transaction.hide(line["id"], payout=payout["id"])
    events.record(transaction, "payout.created", transaction.save(payout | {"balance_transaction": own["id"]}))
    schedule.plan(transaction, schedule.LIST_PAYOUT, payout["id"], transaction.now + SECONDS_UNTIL_LISTED)
    schedule.plan(transaction, schedule.FINISH_PAYOUT, payout["id"], payout["arrival_date"])
    return transaction.get("payout", payout["id"])


def _body(transaction: Transaction, amount: int, currency: str) -> Json:
    return {
        "id": new_id("po"),
        "object": "payout",
        "amount": amount,
        "arrival_date": transaction.now + DAYS_UNTIL_PAID * 86400,
        "automatic": True,
        "created": transaction.now,
        "currency": currency,
        "description": "STRIPE PAYOUT",
        "destination": BANK_ACCOUNT,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "reconciliation_status": "in_progress",
        "source_type": "card",
        "status": "pending",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
    }


def list_in_time(transaction: Transaction, identifier: str) -> None:
    """The payout is on its way, and what it holds can be read."""
    payout = transaction.get("payout", identifier)
    before = dict(payout)
    payout["reconciliation_status"] = "completed"
    if payout["status"] == "pending":
        payout["status"] = "in_transit"
    _changed(transaction, payout, before, "payout.updated")
    events.record(transaction, "payout.reconciliation_completed", payout)


def finish_in_time(transaction: Transaction, identifier: str) -> None:
    """The money is at the bank."""
    payout = transaction.get("payout", identifier)
    if payout["status"] != "failed":
        traced = {"status": "supported", "value": f"TRACE{payout['created']}"}
        events.record(transaction, "payout.paid", transaction.save(payout | {"status": "paid", "trace_id": traced}))


def fail(transaction: Transaction, identifier: str, code: str) -> Json:
    """The bank sends the money back, also after it seemed to have arrived.

    :raises Refused: if it has failed already
    """
    payout = transaction.get("payout", identifier)
    if payout["status"] == "failed":
        raise Refused(f"Payout {identifier} has failed already.", param="payout")
    money = Settled(payout["amount"], payout["currency"])
    line = Line("payout_failure", identifier, money, "PAYOUT FAILURE", "payout_reversal", days=0)
    payout |= {
        "failure_balance_transaction": balance.book(transaction, line)["id"],
        "failure_code": code,
        "failure_message": FAILURES[code],
        "status": "failed",
    }
    schedule.cancel(transaction, schedule.FINISH_PAYOUT, identifier)
    events.record(transaction, "payout.failed", transaction.save(payout))
    return payout


def _changed(transaction: Transaction, payout: Json, before: Json, type_: str) -> None:
    changed = {name: before[name] for name in before if before[name] != payout[name]}
    events.record(transaction, type_, transaction.save(payout), changed)


def set_interval(transaction: Transaction, interval: str) -> Json:
    """Pay out by the clock from now on, or (`manual`) only when told."""
    transaction.write_note("payout_interval", interval)
    if interval == "manual":
        schedule.cancel(transaction, schedule.PAY_OUT, BANK_ACCOUNT)
    else:
        schedule.plan(transaction, schedule.PAY_OUT, BANK_ACCOUNT, _next(transaction.now, interval))
    return read_interval(transaction)


def read_interval(transaction: Transaction) -> Json:
    interval = transaction.note("payout_interval", "manual")
    following = None if interval == "manual" else _next(transaction.now, interval)
    return {"interval": interval, "next": following}


def _next(moment: int, interval: str) -> int:
    """The next midnight (UTC), Monday or first of a month."""
    today = datetime.fromtimestamp(moment, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if interval == "monthly":
        return int((today.replace(day=1) + timedelta(days=32)).replace(day=1).timestamp())
    days = 1 if interval == "daily" else 7 - today.weekday()
    return int((today + timedelta(days=days)).timestamp())


def pay_out_in_time(transaction: Transaction, _: str) -> None:
    pay_out(transaction, exchange.settlement_currencies(transaction))
    set_interval(transaction, transaction.note("payout_interval", "manual"))


def retrieve(transaction: Transaction, params: Json, identifier: str) -> Json:
    return transaction.get("payout", identifier)


def list_all(transaction: Transaction, params: Json) -> Json:
    clauses: list[str] = ["kind = ?"]
    values: list[Any] = ["payout"]
    for name in ("destination", "status"):
        if name in params:
            clauses.append(f"json_extract(body, '$.{name}') = ?")
            values.append(params[name])
    listing.add_time_range(params.get("created"), "created", clauses, values)
    listing.add_time_range(params.get("arrival_date"), "json_extract(body, '$.arrival_date')", clauses, values)
    return listing.page(transaction, params, listing.OBJECTS, (clauses, values), "/v1/payouts")


ROUTES = [
    Route(
        "GET",
        "/v1/payouts",
        list_all,
        PayoutListParams,
        listing.PAGING | {"arrival_date", "created", "destination", "status"},
    ),
    Route("GET", "/v1/payouts/{id}", retrieve, PayoutRetrieveParams),
]


def _wished(transaction: Transaction, wish: Json, _: str) -> Json:
    currency = wish.get("currency")
    wanted = [amounts.check_currency(str(currency), "currency")] if currency else None
    return {"payouts": pay_out(transaction, wanted or exchange.settlement_currencies(transaction))}


CONTROLS = {
    ("POST", "/_/payouts"): _wished,
    ("GET", "/_/payouts/schedule"): lambda transaction, wish, _: read_interval(transaction),
    ("POST", "/_/payouts/schedule"): lambda transaction, wish, _: set_interval(
        transaction, wishes.one_of(wish, "interval", INTERVALS)
    ),
    ("POST", "/_/payouts/{id}/fail"): lambda transaction, wish, payout: fail(
        transaction, payout, wishes.one_of(wish, "code", tuple(FAILURES), "could_not_process")
    ),
}
