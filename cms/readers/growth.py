"""How the list of readers grows: who said yes and who left, month by month where the organisation is."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from cms.models import Subscriber
from core.suppression import months_between, next_month
from organisation.models import Organisation


@dataclass(frozen=True)
class Month:
    """What happened in a month. ``readers``: how many were subscribed at its end, of those who are still known."""

    first: date
    joined: int
    left: int
    readers: int

    @property
    def last(self) -> date:
        return date.fromordinal(next_month(self.first).toordinal() - 1)


def by_month(number: int, *, at: datetime) -> list[Month]:
    """Return the last so many months, the current one last. Who was imported counts when they agreed elsewhere."""
    zone = ZoneInfo(Organisation.current().time_zone)
    last = at.astimezone(zone).date().replace(day=1)
    first = _months_before(last, number - 1)
    joined = _per_month("consented_at", Q(consented_at__isnull=False), zone)
    left = _per_month("left_at", Q(consented_at__isnull=False, left_at__isnull=False), zone)
    months, readers = [], _before(first, joined) - _before(first, left)
    for month in months_between(first, last):
        readers += joined.get(month, 0) - left.get(month, 0)
        months.append(Month(month, joined.get(month, 0), left.get(month, 0), readers))
    return months


def _per_month(field: str, which: Q, zone: ZoneInfo) -> dict[date, int]:
    rows = Subscriber.objects.filter(which).annotate(month=TruncMonth(field, tzinfo=zone)).values("month")
    return {row["month"].date(): row["number"] for row in rows.annotate(number=Count("pk")).order_by()}


def _before(first: date, counts: dict[date, int]) -> int:
    return sum(count for month, count in counts.items() if month < first)


def _months_before(month: date, number: int) -> date:
    year, index = divmod(month.year * 12 + month.month - 1 - number, 12)
    return date(year, index + 1, 1)
