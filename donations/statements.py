"""Issues annual statements: a number without gaps, a frozen snapshot, a PDF made from it once, like a receipt's.

One person has at most one valid statement of a year. What changed is said by the next one.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from donations import families, numbering, receipts, statement_content, statement_paper
from donations.models import Donor, Paper, Statement, StatementDocument, StatementRun, StatementTask
from donations.statement_content import Content, Period
from mail import outbox

Outcome = StatementTask.State


@transaction.atomic
def bring_up_to_date(*, donor_id: int, period: Period, run: StatementRun, at: datetime) -> StatementTask.State:
    """Let a person's one valid statement of a year say what is true now: issue, replace or void it, as needed."""
    rows = families.locked(donor_id)
    person = next(row for row in rows if row.merged_into_id is None)
    if person.erased_at:
        return Outcome.NOTHING  # Nobody is left to send it to; what they had stays as it is, without the name.
    content = statement_content.collect(person, rows, period)
    earlier = list(of_period(period).filter(donor__in=rows).defer("snapshot").order_by("pk"))
    live = [statement for statement in earlier if statement.is_valid]
    if not content.lines:
        for statement in live:
            _end(statement, Statement.State.VOID, at=at)
        return Outcome.VOIDED if live else Outcome.NOTHING
    if [(s.donor_id, bytes(s.content_sha256)) for s in live] == [(person.pk, content.sha256)]:
        return Outcome.UNCHANGED
    replaces = _followed(person, earlier)
    for statement in {*live, *([replaces] if replaces else [])}:
        is_followed = replaces is not None and statement.pk == replaces.pk
        _end(statement, Statement.State.REPLACED if is_followed else Statement.State.VOID, at=at)
    _issue(person, content, period, run=run, replaces=replaces, at=at)
    return Outcome.REPLACED if replaces else Outcome.ISSUED


def of_period(period: Period) -> QuerySet[Statement]:
    """Return all statements of a legal entity's year and mode, also those that ended."""
    return Statement.objects.filter(
        series__legal_entity=period.entity,
        series__year=period.year,
        series__is_test=period.is_test,
        series__paper=Paper.STATEMENT,
    )


def _followed(person: Donor, earlier: Sequence[Statement]) -> Statement | None:
    """Return the statement that the next one replaces: the person's own valid one before another's, then a void one."""
    own = [statement for statement in earlier if statement.donor_id == person.pk]
    live = [s for s in own if s.is_valid] or [s for s in earlier if s.is_valid]
    void = [s for s in own if s.state == Statement.State.VOID]
    return next(reversed(live or void), None)


def _end(statement: Statement, state: Statement.State, *, at: datetime) -> None:
    statement.state, statement.ended_at = state, statement.ended_at or at
    statement.save(update_fields=["state", "ended_at"])
    outbox.withdraw(letter_key(statement))


def _issue(
    person: Donor,
    content: Content,
    period: Period,
    *,
    run: StatementRun,
    replaces: Statement | None,
    at: datetime,
) -> None:
    issued_on = at.astimezone(period.zone).date()
    # Last of all: from here to the commit everybody else who issues waits.
    series = numbering.next_in_series(period.entity, year=period.year, is_test=period.is_test, paper=Paper.STATEMENT)
    statement = Statement(
        series=series,
        sequence=series.last_number,
        number=numbering.number(series),
        donor=person,
        run=run,
        replaces=replaces,
        issued_on=issued_on,
        issued_at=at,
        content_sha256=content.sha256,
    )
    statement.snapshot = statement_content.snapshot(statement, content, period, language=person.language)
    statement.snapshot_sha256 = receipts.digest(statement.snapshot)
    statement.save(force_insert=True)


def letter_key(statement: Statement) -> str:
    """Return the key of the letter that carries a statement: it leaves once."""
    return f"statement:{statement.number}"


# What a statement lists, against the receipts that are valid now of whom it is for.
_OUTDATED = """
    WITH valid AS (
        SELECT coalesce(donor.merged_into_id, donor.id) AS person, array_agg(receipt.number ORDER BY receipt.number) AS numbers
        FROM donations_receipt receipt
        JOIN donations_payment payment ON payment.id = receipt.payment_id
        JOIN donations_donor donor ON donor.id = payment.donor_id
        WHERE receipt.state = 'issued' AND payment.legal_entity_id = %(entity)s AND payment.livemode = %(livemode)s
            AND payment.occurred_at >= %(start)s AND payment.occurred_at < %(end)s
        GROUP BY 1
    )
    SELECT statement.number
    FROM donations_statement statement
    JOIN donations_receiptseries series ON series.id = statement.series_id
    JOIN donations_donor donor ON donor.id = statement.donor_id
    LEFT JOIN valid ON valid.person = donor.id
    WHERE statement.state = 'issued' AND statement.erased_at IS NULL AND series.paper = 'statement'
        AND series.legal_entity_id = %(entity)s AND series.year = %(year)s AND series.is_test = %(is_test)s
        AND valid.numbers IS DISTINCT FROM ARRAY(
            SELECT (line ->> 'number')::varchar FROM jsonb_array_elements(statement.snapshot -> 'lines') line ORDER BY 1
        )
    ORDER BY statement.sequence
"""


def outdated(period: Period) -> list[str]:
    """Return the numbers of valid statements that do not list just the receipts that are valid now.

    That is no fault: a gift went back, or two donors became one, since they were issued. The next run replaces them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _OUTDATED,
            {
                "entity": period.entity.pk,
                "year": period.year,
                "is_test": period.is_test,
                "livemode": not period.is_test,
                "start": period.start,
                "end": period.end,
            },
        )
        return [number for (number,) in cursor.fetchall()]


@transaction.atomic
def render(statement_id: int, *, at: datetime) -> bool:
    """Make the PDF of a statement.

    :returns: whether it was made now; not, if another worker has it in hand or made it
    """
    due = without_pdf().filter(pk=statement_id)
    statement = due.select_for_update(skip_locked=True, of=("self",), no_key=True).first()
    # Made by another worker just before we got the lock.
    if statement is None or StatementDocument.objects.filter(statement=statement).exists():
        return False
    pdf = statement_paper.render(statement.snapshot)
    StatementDocument.objects.create(statement=statement, pdf=pdf, sha256=hashlib.sha256(pdf).digest(), made_at=at)
    return True


def without_pdf() -> QuerySet[Statement]:
    """Return the statements whose PDF is to be made; an erased donor's is not made any more."""
    return Statement.objects.filter(document=None, erased_at=None).exclude(run__state=StatementRun.State.STOPPED)
