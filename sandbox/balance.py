"""The balance: every line of it, what it adds up to, and which payout took it."""

from dataclasses import dataclass
from typing import Any

from stripe.params._balance_retrieve_params import BalanceRetrieveParams
from stripe.params._balance_transaction_list_params import BalanceTransactionListParams
from stripe.params._balance_transaction_retrieve_params import BalanceTransactionRetrieveParams

from sandbox import exchange, listing, shapes
from sandbox.exchange import Settled
from sandbox.routing import Route
from sandbox.store import Transaction, new_id

Json = dict[str, Any]

DAYS_UNTIL_AVAILABLE = 2
PROCESSING = "Stripe processing fees"


@dataclass(frozen=True)
class Line:
    """What moves the balance.

    :ivar money: less than nothing if it goes
    :ivar fee: Stripe's share, in the currency of `money`
    :ivar category: the reporting category, where that is not the type
    :ivar days: until it is available
    """

    type: str
    source: str
    money: Settled
    description: str | None = None
    category: str | None = None
    fee: int = 0
    fee_is: str = PROCESSING
    days: int = DAYS_UNTIL_AVAILABLE


def book(transaction: Transaction, line: Line) -> Json:
    """Add a line to the balance.

    :return: the balance transaction
    """
    currency = line.money.currency
    details = []
    if line.fee:
        details.append(
            {
                "amount": line.fee,
                "application": None,
                "currency": currency,
                "description": line.fee_is,
                "type": "stripe_fee",
            }
        )
    body = {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": line.money.amount,
        "available_on": transaction.now + line.days * 86400,
        "balance_type": "payments",
        "created": transaction.now,
        "currency": currency,
        "description": line.description,
        "exchange_rate": line.money.rate,
        "fee": line.fee,
        "fee_details": details,
        "net": line.money.amount - line.fee,
        "reporting_category": line.category or line.type,
        "source": line.source,
        "status": "pending" if line.days else "available",
        "type": line.type,
    }
    return shapes.make(transaction, body)


def as_of_now(transaction: Transaction, line: Json) -> Json:
    return line | {"status": "available" if line["available_on"] <= transaction.now else "pending"}


def waiting_lines(transaction: Transaction, currency: str) -> list[Json]:
    """The lines in a currency that are available and in no payout yet."""
    conditions = [
        ("json_extract(body, '$.available_on') <= ?", transaction.now),
        ("json_extract(body, '$.type') <> ?", "payout"),
        ("coalesce(json_extract(hidden, '$.payout'), '') = ?", ""),
    ]
    return transaction.select("balance_transaction", {"currency": currency}, conditions=conditions)


def retrieve_line(transaction: Transaction, params: Json, identifier: str) -> Json:
    return as_of_now(transaction, transaction.get("balance_transaction", identifier))


def list_lines(transaction: Transaction, params: Json) -> Json:
    clauses, values = ["kind = ?"], ["balance_transaction"]
    for name in ("currency", "source", "type"):
        if name in params:
            clauses.append(f"json_extract(body, '$.{name}') = ?")
            values.append(params[name])
    if "payout" in params:
        transaction.get("payout", params["payout"], "payout")
        clauses.append("json_extract(hidden, '$.payout') = ?")
        values.append(params["payout"])
    listing.add_time_range(params.get("created"), "created", clauses, values)
    found = listing.page(transaction, params, listing.OBJECTS, (clauses, values), "/v1/balance_transactions")
    return found | {"data": [as_of_now(transaction, line) for line in found["data"]]}


def retrieve(transaction: Transaction, params: Json) -> Json:
    """What is there, and what is on its way, in each currency."""
    now = transaction.now
    rows = transaction.connection.execute(
        "SELECT json_extract(body, '$.currency'),"
        " sum(CASE WHEN json_extract(body, '$.available_on') <= ? THEN json_extract(body, '$.net') ELSE 0 END),"
        " sum(CASE WHEN json_extract(body, '$.available_on') > ? THEN json_extract(body, '$.net') ELSE 0 END)"
        " FROM objects WHERE kind = 'balance_transaction' GROUP BY 1",
        (now, now),
    ).fetchall()
    sums = dict.fromkeys(exchange.settlement_currencies(transaction), (0, 0))
    sums |= {row[0]: (row[1], row[2]) for row in rows}
    return shapes.complete(
        {
            "object": "balance",
            "available": [_sum(currency, available) for currency, (available, _) in sums.items()],
            "livemode": False,
            "pending": [_sum(currency, pending) for currency, (_, pending) in sums.items()],
            "refund_and_dispute_prefunding": {"available": [], "pending": []},
        }
    )


def _sum(currency: str, amount: int) -> Json:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


ROUTES = [
    Route("GET", "/v1/balance", retrieve, BalanceRetrieveParams),
    Route(
        "GET",
        "/v1/balance_transactions",
        list_lines,
        BalanceTransactionListParams,
        listing.PAGING | {"created", "currency", "payout", "source", "type"},
    ),
    Route("GET", "/v1/balance_transactions/{id}", retrieve_line, BalanceTransactionRetrieveParams),
]
