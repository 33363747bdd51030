"""What came to each account of each fund, by month or by year: one query, from which every report is made.

A transaction belongs to the day for which it counts (``booked_on``), where the organisation is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Case, DateField, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, Greatest, Trunc, TruncDate

from ledger.models import Account, Entry, Fund, Promise
from organisation.models import Organisation


class Step(StrEnum):
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class Scope:
    """Whose books are looked at: those of one fund, or of all funds that count in one currency."""

    currency: str
    funds: tuple[Fund, ...]
    is_one_fund: bool = False

    @classmethod
    def of_fund(cls, fund: Fund) -> "Scope":
        return cls(fund.currency, (fund,), is_one_fund=True)

    @classmethod
    def of_currency(cls, currency: str) -> "Scope":
        return cls(currency, tuple(Fund.objects.filter(currency=currency).order_by("pk")))

    @property
    def key(self) -> str:
        """How addresses and forms name it: ``fund:aid``, ``all:USD``."""
        return f"fund:{self.funds[0].slug}" if self.is_one_fund else f"all:{self.currency}"


@dataclass(frozen=True, order=True)
class Part:
    """A month or a year, or what of it lies within the days that are looked at. Both days belong to it."""

    since: date
    until: date


@dataclass(frozen=True)
class Span:
    """The days that are looked at, both included, and how they are divided."""

    since: date
    until: date
    step: Step = Step.MONTH

    @property
    def whole(self) -> Part:
        return Part(self.since, self.until)

    @property
    def parts(self) -> list[Part]:
        found = []
        first = self.since
        while first <= self.until:
            last = whole(first, self.step).until
            found.append(Part(first, min(last, self.until)))
            first = last + timedelta(days=1)
        return found


def whole(day: date, step: Step) -> Part:
    """Return the month or the year in which a day lies."""
    if step == Step.YEAR:
        return Part(day.replace(month=1, day=1), day.replace(month=12, day=31))
    first = day.replace(day=1)
    return Part(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


@dataclass(frozen=True)
class Turnover:
    """What came to one account of one fund in one part; ``part`` is none for all that was before.

    Both amounts are positive minor units.
    """

    part: Part | None
    fund: int
    account: Account
    debit: int
    credit: int

    @property
    def net(self) -> int:
        """Debit positive, credit negative, like an entry."""
        return self.debit - self.credit


def turnovers(scope: Scope, span: Span, *, with_before: bool = True) -> list[Turnover]:
    """Return the sums of everything up to the end of the span, or of what is in it only, in one query."""
    counts = Q(transaction__booked_on__lte=span.until)
    if not with_before:
        counts &= Q(transaction__booked_on__gte=span.since)
    parts = {part.since: part for part in span.parts}
    begins = Cast(Trunc("transaction__booked_on", span.step.value), DateField())
    rows = (
        Entry.objects.filter(counts, fund__in=scope.funds)
        .annotate(
            begins=Case(
                When(transaction__booked_on__lt=span.since, then=Value(None)), default=begins, output_field=DateField()
            )
        )
        .values_list("begins", "fund_id", "account")
        .annotate(
            debit=Coalesce(Sum("amount_minor", filter=Q(amount_minor__gt=0)), 0),
            credit=Coalesce(Sum(-F("amount_minor"), filter=Q(amount_minor__lt=0)), 0),
        )
        .order_by()
    )
    return [
        Turnover(parts[max(begins, span.since)] if begins else None, fund, Account(account), int(debit), int(credit))
        for begins, fund, account, debit, credit in rows
    ]


# A promise counts from the day on which it was made to the day before the one on which it was paid or released. Paid is
# what the books say, so that nothing is both promised and gone.
_PROMISED = """
    WITH moved AS (
        SELECT (p.made_at AT TIME ZONE %(zone)s)::date AS day, p.amount_minor AS amount
        FROM ledger_promise p WHERE p.fund_id = ANY(%(funds)s)
        UNION ALL
        SELECT greatest((p.made_at AT TIME ZONE %(zone)s)::date,
                        coalesce(t.booked_on, (p.ended_at AT TIME ZONE %(zone)s)::date)), -p.amount_minor
        FROM ledger_promise p LEFT JOIN ledger_transaction t ON t.id = p.settled_by_id
        WHERE p.fund_id = ANY(%(funds)s) AND p.state <> 'open'
    )
    SELECT d.day, coalesce(sum(m.amount), 0)
    FROM unnest(%(days)s::date[]) AS d(day) LEFT JOIN moved m ON m.day <= d.day GROUP BY d.day
"""


def promised(scope: Scope, days: Sequence[date]) -> dict[date, int]:
    """Return how much was promised and not yet paid at the end of each of the days, in one query."""
    asked: dict[str, Any] = {
        "zone": str(ZoneInfo(Organisation.current().time_zone)),
        "funds": [fund.pk for fund in scope.funds],
        "days": list(days),
    }
    with connection.cursor() as cursor:
        cursor.execute(_PROMISED, asked)
        return {day: int(amount) for day, amount in cursor.fetchall()}


def open_promises(funds: Iterable[Fund], day: date) -> QuerySet[Promise]:
    """Return the promises that ``promised`` counts at the end of a day."""
    zone = ZoneInfo(Organisation.current().time_zone)
    made = TruncDate("made_at", tzinfo=zone)
    ended = Coalesce("settled_by__booked_on", TruncDate("ended_at", tzinfo=zone))
    found = Promise.objects.filter(fund__in=funds).annotate(made_on=made, ended_on=Greatest(made, ended))
    return found.filter(Q(state=Promise.State.OPEN) | Q(ended_on__gt=day), made_on__lte=day)
