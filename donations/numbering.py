"""Numbers papers without gaps: a counter per legal entity, year, mode and kind of paper, locked until the commit."""

from django.db import connection

from donations.models import Paper, ReceiptSeries
from organisation.models import LegalEntity

# By hand: counts on, locks and reads in one statement.
_COUNT_ON = """
    UPDATE donations_receiptseries SET last_number = last_number + 1
    WHERE legal_entity_id = %s AND year = %s AND is_test = %s AND paper = %s RETURNING id, prefix, last_number
"""


def next_in_series(entity: LegalEntity, *, year: int, is_test: bool, paper: Paper = Paper.RECEIPT) -> ReceiptSeries:
    """Count on. The series stays locked until the paper is committed or given up, so no number is lost or doubled."""
    counted = _counted_on(entity, year=year, is_test=is_test, paper=paper)
    if counted is None:
        series_of(entity, year=year, is_test=is_test, paper=paper)
        counted = _counted_on(entity, year=year, is_test=is_test, paper=paper)
    if counted is None:
        raise ReceiptSeries.DoesNotExist
    return counted


def series_of(entity: LegalEntity, *, year: int, is_test: bool, paper: Paper) -> ReceiptSeries:
    """Return the series, begun if it was not there; not locked."""
    ReceiptSeries.objects.bulk_create(
        [
            ReceiptSeries(
                legal_entity=entity,
                year=year,
                is_test=is_test,
                paper=paper,
                prefix=_prefix(entity, year=year, is_test=is_test, paper=paper),
            )
        ],
        ignore_conflicts=True,
    )
    return ReceiptSeries.objects.get(legal_entity=entity, year=year, is_test=is_test, paper=paper)


def number(series: ReceiptSeries) -> str:
    """Return the number that the series has just counted to, as it is printed."""
    return f"{series.prefix}{series.last_number:06d}"


def _prefix(entity: LegalEntity, *, year: int, is_test: bool, paper: Paper) -> str:
    """Return RW-2026-, TEST-RW-2026- for receipts; S-RW-2026-, STEST-RW-2026- (there is no room for more) for statements."""
    marks = {Paper.RECEIPT: ("", "TEST-"), Paper.STATEMENT: ("S-", "STEST-")}
    return f"{marks[paper][is_test]}{entity.receipt_prefix}-{year}-"


def _counted_on(entity: LegalEntity, *, year: int, is_test: bool, paper: Paper) -> ReceiptSeries | None:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_ON, [entity.pk, year, is_test, paper])
        row = cursor.fetchone()
    if row is None:
        return None
    pk, prefix, last = row
    return ReceiptSeries(
        pk=pk, legal_entity=entity, year=year, is_test=is_test, paper=paper, prefix=prefix, last_number=last
    )
