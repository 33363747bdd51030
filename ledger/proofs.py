"""Proves the invariants of the books on live data, independently of the triggers that hold them."""

from collections.abc import Iterator

from django.db import connection

from ledger.models import Entry, Fund, Promise, Transaction

_BROKEN = {
    "the entries of transaction {} do not sum to zero": """
        SELECT DISTINCT t.reference FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
        GROUP BY t.reference, e.currency HAVING sum(e.amount_minor) <> 0
    """,
    "transaction {} has fewer than two entries": """
        SELECT t.reference FROM ledger_transaction t LEFT JOIN ledger_entry e ON e.transaction_id = t.id
        GROUP BY t.id HAVING count(e.id) < 2
    """,
    "transaction {} counts in another currency than its fund": """
        SELECT t.reference FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
        JOIN ledger_fund f ON f.id = e.fund_id WHERE e.currency <> f.currency
    """,
    "reversal {} is not the opposite of what it reverses": """
        SELECT r.reference FROM ledger_transaction r WHERE r.kind = 'reversal' AND EXISTS (
            SELECT 1 FROM ledger_entry e WHERE e.transaction_id IN (r.id, r.reverses_id)
            GROUP BY e.fund_id, e.account, e.currency HAVING sum(e.amount_minor) <> 0)
    """,
    "promise {} is settled by a transaction of another amount or fund": """
        SELECT p.reference FROM ledger_promise p WHERE p.state = 'settled' AND p.amount_minor <> coalesce((
            SELECT -sum(e.amount_minor) FROM ledger_entry e WHERE e.transaction_id = p.settled_by_id
            AND e.fund_id = p.fund_id AND e.currency = p.currency AND e.account IN ('stripe', 'bank')), 0)
    """,
    "fund {} has less than nothing available, and what providers took back does not explain it": """
        SELECT f.slug FROM ledger_fund f WHERE
            coalesce((SELECT sum(amount_minor) FROM ledger_entry e
                      WHERE e.fund_id = f.id AND e.account IN ('stripe', 'bank')), 0)
          - coalesce((SELECT sum(amount_minor) FROM ledger_promise p
                      WHERE p.fund_id = f.id AND p.state = 'open'), 0)
          + coalesce((SELECT sum(lost) FROM (
                SELECT greatest(-sum(e.amount_minor), 0) AS lost
                FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
                WHERE e.fund_id = f.id AND e.account IN ('stripe', 'bank') AND t.kind <> 'disbursement'
                GROUP BY t.id) AS taken), 0) < 0
    """,
}
_GUARDS = {
    "ledger_transaction": 3,
    "ledger_entry": 5,
    "ledger_promise": 4,
    "organisation_auditevent": 2,
}


def broken() -> Iterator[str]:
    """Name, in a sentence each, everything in the books that is not as it must be."""
    with connection.cursor() as cursor:
        for sentence, query in _BROKEN.items():
            cursor.execute(query)
            yield from (sentence.format(reference) for (reference,) in cursor.fetchall())
        cursor.execute(
            "SELECT tgrelid::regclass::text, count(*) FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgname LIKE 'pgtrigger%%' GROUP BY 1"
        )
        enabled = dict(cursor.fetchall())
    for table, least in _GUARDS.items():
        if enabled.get(table, 0) < least:
            yield f"table {table} has lost a trigger that guards it"


def checked() -> dict[str, int]:
    """Return how many rows of each kind ``broken`` looks at."""
    return {
        "funds": Fund.objects.count(),
        "transactions": Transaction.objects.count(),
        "entries": Entry.objects.count(),
        "promises": Promise.objects.count(),
    }
