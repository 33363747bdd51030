"""Proves the invariants of the books on live data, independently of the triggers that hold them.

Each proof is one query over whole tables, so that a million entries take seconds.
"""

# ruff: noqa: S608 - SQL made of constants, no value of a request comes near it

from collections.abc import Iterator

from django.db import connection

from ledger import guards
from ledger.models import BY_HAND, BankLine, BankMatch, Closing, Entry, Fund, Promise, Proposal, Transaction

_BY_HAND = ", ".join(f"'{kind.value}'" for kind in BY_HAND)

_BROKEN = {
    "the entries of transaction {} do not sum to zero": """
        SELECT DISTINCT t.reference FROM (
            SELECT transaction_id FROM ledger_entry GROUP BY transaction_id, currency HAVING sum(amount_minor) <> 0
        ) e JOIN ledger_transaction t ON t.id = e.transaction_id
    """,
    "transaction {} has fewer than two entries": """
        SELECT t.reference FROM ledger_transaction t
        LEFT JOIN (SELECT transaction_id, count(*) AS many FROM ledger_entry GROUP BY 1) e ON e.transaction_id = t.id
        WHERE coalesce(e.many, 0) < 2
    """,
    "transaction {} counts in another currency than its fund": """
        SELECT DISTINCT t.reference FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
        JOIN ledger_fund f ON f.id = e.fund_id WHERE e.currency <> f.currency
    """,
    "reversal {} is not the opposite of what it reverses": """
        SELECT r.reference FROM ledger_transaction r WHERE r.kind = 'reversal' AND EXISTS (
            SELECT 1 FROM ledger_entry e WHERE e.transaction_id IN (r.id, r.reverses_id)
            GROUP BY e.fund_id, e.account, e.currency HAVING sum(e.amount_minor) <> 0)
    """,
    "transaction {} was booked by hand, and no second person agreed": f"""
        SELECT t.reference FROM ledger_transaction t
        LEFT JOIN ledger_transaction o ON o.id = t.reverses_id
        LEFT JOIN ledger_proposal p ON p.transaction_id = t.id
        WHERE (t.kind IN ({_BY_HAND}) OR o.kind IN ({_BY_HAND}))
        AND (p.state = 'booked' AND p.decided_by_id <> p.proposed_by_id) IS NOT TRUE
    """,
    "transaction {} is something else than what two people agreed on": """
        SELECT t.reference FROM ledger_proposal p JOIN ledger_transaction t ON t.id = p.transaction_id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(amount_minor) FILTER (WHERE fund_id = p.fund_id AND account = p.asset), 0) AS fund,
                   coalesce(sum(amount_minor) FILTER (WHERE fund_id = p.to_fund_id AND account = p.asset), 0) AS other,
                   coalesce(sum(amount_minor) FILTER (WHERE fund_id = p.fund_id AND account = p.account), 0) AS spent
            FROM ledger_entry WHERE transaction_id = t.id AND currency = p.currency) e
        WHERE p.kind <> t.kind OR p."on" <> t.booked_on OR p.reverses_id IS DISTINCT FROM t.reverses_id
        OR (p.kind IN ('opening', 'income') AND e.fund <> p.amount_minor)
        OR (p.kind IN ('spending', 'transfer') AND e.fund <> -p.amount_minor)
        OR (p.kind = 'transfer' AND e.other <> p.amount_minor)
        OR (p.kind = 'spending' AND e.spent <> p.amount_minor)
    """,
    # Who books and who closes may have begun within the same minutes: the later one waits, but tells its own time.
    "transaction {} was booked into a month that was closed": """
        WITH closed AS (SELECT until, closed_at, lag(until) OVER (ORDER BY until) AS after FROM ledger_closing)
        SELECT t.reference FROM closed c JOIN ledger_transaction t
        ON t.booked_on <= c.until AND (c.after IS NULL OR t.booked_on > c.after)
        AND t.recorded_at > c.closed_at + interval '5 minutes'
    """,
    "the transfers between funds in {} do not sum to zero": """
        SELECT currency FROM ledger_entry WHERE account = 'between_funds'
        GROUP BY currency HAVING sum(amount_minor) <> 0
    """,
    "transaction {} gives in kind what is not used, or uses what was not given": """
        SELECT DISTINCT t.reference FROM (
            SELECT transaction_id FROM ledger_entry WHERE account IN ('in_kind', 'gifts_in_kind')
            GROUP BY transaction_id, fund_id HAVING sum(amount_minor) <> 0
        ) e JOIN ledger_transaction t ON t.id = e.transaction_id
    """,
    "line {} of the bank's and its bookings do not add up": """
        SELECT l.id FROM ledger_bankline l JOIN ledger_bankmatch m ON m.line_id = l.id
        LEFT JOIN ledger_entry e
        ON e.transaction_id = m.transaction_id AND e.account = 'bank' AND e.currency = l.currency
        GROUP BY l.id HAVING coalesce(sum(e.amount_minor), 0) <> l.amount_minor
    """,
    "line {} of the bank's is matched and still has the bank's words": """
        SELECT DISTINCT l.id FROM ledger_bankline l JOIN ledger_bankmatch m ON m.line_id = l.id
        WHERE l.words_sealed IS NOT NULL
    """,
    "promise {} is settled by a transaction of another amount or fund": """
        SELECT p.reference FROM ledger_promise p WHERE p.state = 'settled' AND p.amount_minor <> coalesce((
            SELECT -sum(e.amount_minor) FROM ledger_entry e WHERE e.transaction_id = p.settled_by_id
            AND e.fund_id = p.fund_id AND e.currency = p.currency AND e.account IN ('stripe', 'bank')), 0)
    """,
    "fund {} has less than nothing available, and what providers took back does not explain it": f"""
        WITH moved AS (
            SELECT fund_id, transaction_id, sum(amount_minor) AS minor FROM ledger_entry
            WHERE account IN ('stripe', 'bank') GROUP BY 1, 2
        ), had AS (
            SELECT m.fund_id, sum(m.minor) AS minor, coalesce(sum(-m.minor) FILTER (WHERE m.minor < 0
                AND t.kind NOT IN ('disbursement', {_BY_HAND}) AND (o.kind IN ({_BY_HAND})) IS NOT TRUE), 0) AS lost
            FROM moved m JOIN ledger_transaction t ON t.id = m.transaction_id
            LEFT JOIN ledger_transaction o ON o.id = t.reverses_id GROUP BY 1
        ), promised AS (
            SELECT fund_id, sum(amount_minor) AS minor FROM ledger_promise WHERE state = 'open' GROUP BY 1
        )
        SELECT f.slug FROM ledger_fund f LEFT JOIN had h ON h.fund_id = f.id LEFT JOIN promised p ON p.fund_id = f.id
        WHERE coalesce(h.minor, 0) + coalesce(h.lost, 0) - coalesce(p.minor, 0) < 0
    """,
}


def broken() -> Iterator[str]:
    """Name, in a sentence each, everything in the books that is not as it must be."""
    with connection.cursor() as cursor:
        for sentence, query in _BROKEN.items():
            cursor.execute(query)
            yield from (sentence.format(reference) for (reference,) in cursor.fetchall())
    yield from guards.broken()


def checked() -> dict[str, int]:
    """Return how many rows of each kind ``broken`` looks at."""
    return {
        "funds": Fund.objects.count(),
        "transactions": Transaction.objects.count(),
        "entries": Entry.objects.count(),
        "promises": Promise.objects.count(),
        "proposals": Proposal.objects.count(),
        "closed months": Closing.objects.count(),
        "lines of the bank": BankLine.objects.count(),
        "of them matched": BankMatch.objects.values("line").distinct().count(),
        "triggers": guards.count(),
    }
