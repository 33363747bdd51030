"""Proves on live data what must be true of annual statements. Yields a sentence for everything that is not."""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from django.db import connection
from django.db.models import Count, Max

from donations import erasing, receipts, statements
from donations.models import Paper, ReceiptSeries, Statement, StatementDocument, StatementRun, StatementTask
from donations.statement_content import Period


def broken() -> Iterator[str]:
    yield from _numbers()
    yield from _statements()
    yield from _erased()
    yield from _listed()
    yield from _documents()
    yield from _runs()


def checked() -> dict[str, int]:
    """Return how much there was to check."""
    return {
        "annual statements": Statement.objects.count(),
        "statement documents": StatementDocument.objects.count(),
        "runs": StatementRun.objects.count(),
    }


def noted(_at: datetime) -> Iterator[str]:
    """Say which statements changed since: no fault, the next run replaces them."""
    if many := sum(len(statements.outdated(period)) for period in _periods()):
        yield f"{many} annual statements are outdated since a receipt on them changed: issue that year again"


def _periods() -> Iterator[Period]:
    for series in ReceiptSeries.objects.filter(paper=Paper.STATEMENT).select_related("legal_entity").order_by("pk"):
        yield Period(series.legal_entity, series.year, series.is_test)


def _numbers() -> Iterator[str]:
    """Numbers are unique by constraint; so as many as the highest, and as the counter, means no gap."""
    found = ReceiptSeries.objects.filter(paper=Paper.STATEMENT).annotate(
        many=Count("statements"), highest=Max("statements__sequence")
    )
    for series in found:
        if not series.many == (series.highest or 0) == series.last_number:
            yield f"statement series {series} has a gap: {series.many} statements, counted to {series.last_number}"


def _statements() -> Iterator[str]:
    found = Statement.objects.select_related("series", "replaced_by").order_by("pk")
    for statement in found.iterator(chunk_size=500):
        said = statement.snapshot
        if (
            statement.number != f"{statement.series.prefix}{statement.sequence:06d}"
            or said["number"] != statement.number
        ):
            yield f"statement {statement} does not carry the number of its place in the series"
        if not statement.erased_at and bytes(statement.snapshot_sha256) != receipts.digest(said):
            yield f"the snapshot of statement {statement} was changed"
        if said["totals"] != _sums(said["lines"]):
            yield f"statement {statement} does not add up"
        is_followed = getattr(statement, "replaced_by", None) is not None
        if is_followed != (statement.state == Statement.State.REPLACED):
            yield f"statement {statement} is {statement.state}, which does not fit what follows it"


def _erased() -> Iterator[str]:
    for statement in erasing.naming_statements().order_by("pk"):
        yield f"statement {statement} names a donor who was erased"


def _sums(lines: list[dict[str, object]]) -> list[list[object]]:
    sums: dict[str, int] = {}
    for line in lines:
        if line["method"] != "in_kind" and isinstance(line["amount"], list):
            minor, currency = line["amount"]
            sums[currency] = sums.get(currency, 0) + minor
    return [[sums[currency], currency] for currency in sorted(sums)]


# What a statement lists was a receipt of ours, of its donor and its year, over that amount, and valid when it was issued.
# One that ended since makes the statement outdated, which is no fault: the next run replaces it. Who ends one takes the
# time before the commit, hence the hour.
_FOREIGN_LINES = """
    SELECT statement.number, line ->> 'number'
    FROM donations_statement statement
    JOIN donations_receiptseries series ON series.id = statement.series_id
    CROSS JOIN LATERAL jsonb_array_elements(statement.snapshot -> 'lines') line
    LEFT JOIN donations_receipt receipt ON receipt.number = line ->> 'number'
    LEFT JOIN donations_payment payment ON payment.id = receipt.payment_id
    WHERE receipt.id IS NULL
        OR (receipt.ended_at IS NOT NULL AND receipt.ended_at < statement.issued_at - interval '1 hour')
        OR payment.livemode = series.is_test OR payment.legal_entity_id <> series.legal_entity_id
        OR left(line ->> 'given_on', 4) <> series.year::text
        OR (line -> 'amount' <> 'null' AND line -> 'amount' <> jsonb_build_array(receipt.amount_minor, receipt.currency))
    ORDER BY statement.id
"""


def _listed() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(_FOREIGN_LINES)
        for number, listed in cursor.fetchall():
            yield f"statement {number} lists {listed}, which was no valid receipt of its year with that amount"


def _documents() -> Iterator[str]:
    kept = StatementDocument.objects.filter(pdf__isnull=False).select_related("statement").order_by("pk")
    for document in kept.defer("statement__snapshot").iterator(chunk_size=50):
        if hashlib.sha256(document.content).digest() != bytes(document.sha256):
            yield f"the PDF of statement {document.statement} does not have the hash that was kept"
    for document in StatementDocument.objects.filter(pdf=None, statement__erased_at=None).select_related("statement"):
        yield f"the PDF of statement {document.statement} is gone, and its donor was not erased"


def _runs() -> Iterator[str]:
    done = StatementRun.objects.filter(state=StatementRun.State.DONE, tasks__state=StatementTask.State.DUE)
    for run in done.distinct():
        yield f"run {run.pk} of statements is done, and some donors never had their turn"
