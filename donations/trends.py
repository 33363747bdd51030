"""How giving went from month to month: what came, what ran, what began and ended, what failed and was paid after all.

Months are those of the organisation. Each number counts rows that a filter of the desk's lists finds again.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from moneyed import Money

from core.money import from_minor
from donations.models import FailedRenewal, Payment, Subscription
from donations.models.giving import Interval
from donations.models.recurring import SubscriptionQuerySet
from organisation.models import Organisation

_NEVER_PAID = [Subscription.State.INCOMPLETE, Subscription.State.INCOMPLETE_EXPIRED]


@dataclass(frozen=True)
class Month:
    """A calendar month. ``since`` is its first moment where the organisation is, ``until`` the first of the next."""

    first: date
    last: date
    since: datetime
    until: datetime


def months(count: int, *, at: datetime) -> list[Month]:
    """Return the last so many months, the running one too, the oldest first."""
    zone = ZoneInfo(Organisation.current().time_zone)
    first = at.astimezone(zone).date().replace(day=1)
    found = []
    for _number in range(count):
        following = (first + timedelta(days=31)).replace(day=1)
        since, until = (datetime.combine(day, time(), zone) for day in (first, following))
        found.append(Month(first, following - timedelta(days=1), since, until))
        first = (first - timedelta(days=1)).replace(day=1)
    return found[::-1]


def income(span: Sequence[Month]) -> dict[tuple[date, int], int]:
    """Return what was given in each month to each fund, in the fund's minor units, before fees and refunds; money only."""
    zone = span[0].since.tzinfo
    rows = (
        Payment.objects.of_money()
        .filter(occurred_at__gte=span[0].since, occurred_at__lt=span[-1].until)
        .annotate(month=TruncMonth("occurred_at", tzinfo=zone))
        .values("month", "fund")
        .annotate(sum=Sum("gross_minor"))
        .order_by("month", "fund")
    )
    return {(row["month"].date(), row["fund"]): row["sum"] for row in rows}


def in_earnest(gifts: SubscriptionQuerySet) -> SubscriptionQuerySet:
    """Leave out those whose first payment never came."""
    return gifts.exclude(state__in=_NEVER_PAID)


def running_at(moment: datetime) -> Q:
    """Those that had begun and not ended at that moment."""
    return Q(started_at__lt=moment) & (Q(ended_at=None) | Q(ended_at__gte=moment))


def running(span: Sequence[Month]) -> dict[tuple[date, str], int]:
    """Return how many recurring gifts of each interval ran when each month ended."""
    counts = {f"at_{place}": Count("pk", filter=running_at(month.until)) for place, month in enumerate(span)}
    rows: list[Any] = list(in_earnest(Subscription.objects.all()).values("interval").annotate(**counts))
    return {(month.first, row["interval"]): row[f"at_{place}"] for row in rows for place, month in enumerate(span)}


@dataclass(frozen=True)
class Again:
    """Recurring gifts of one interval and currency together: how many, and what they come to each time."""

    interval: Interval
    amount: Money
    gifts: int


def by_interval(gifts: SubscriptionQuerySet) -> list[Again]:
    """Return how many there are and how much they come to, for each interval and currency."""
    sums = gifts.values("interval", "currency").annotate(gifts=Count("pk"), sum=Sum("amount_minor"))
    order = list(Interval)
    found = [
        Again(Interval(row["interval"]), from_minor(row["sum"], row["currency"]), row["gifts"])
        for row in sums.order_by("currency")
    ]
    return sorted(found, key=lambda again: order.index(again.interval))


def began(span: Sequence[Month]) -> Counter[date]:
    return _monthly(in_earnest(Subscription.objects.all()), "started_at", span)


def ended(span: Sequence[Month]) -> Counter[date]:
    return _monthly(in_earnest(Subscription.objects.all()), "ended_at", span)


def failed(span: Sequence[Month]) -> Counter[date]:
    """Count the payments that failed, each once however often it was tried, in the month of its first failure."""
    return _monthly(first_failures(), "noted_at", span)


def rescued(span: Sequence[Month]) -> Counter[date]:
    """Count those of ``failed`` that were paid after all."""
    return _monthly(first_failures().filter(paid_after_all()), "noted_at", span)


def first_failures() -> QuerySet[FailedRenewal]:
    """Return the first failure of each payment."""
    earlier = FailedRenewal.objects.filter(invoice_id=OuterRef("invoice_id"), attempt__lt=OuterRef("attempt"))
    return FailedRenewal.objects.filter(~Exists(earlier))


def paid_after_all() -> Exists:
    """The failures whose payment came later."""
    return Exists(Payment.objects.filter(invoice_id=OuterRef("invoice_id")))


def _monthly(
    rows: QuerySet[Subscription] | QuerySet[FailedRenewal], field: str, span: Sequence[Month]
) -> Counter[date]:
    within = rows.filter(**{f"{field}__gte": span[0].since, f"{field}__lt": span[-1].until})
    grouped = (
        within.annotate(month=TruncMonth(field, tzinfo=span[0].since.tzinfo))
        .values("month")
        .annotate(rows=Count("pk"))
        .order_by("month")
    )
    return Counter({row["month"].date(): row["rows"] for row in grouped})
