"""Who opened closed details, week by week: a number that stands out is a reason to ask, not an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncWeek

from aid import conflicts
from aid.models import Reveal
from organisation.models import User

# A week stands out with so many, if it is also more than so many times the usual week of everybody who opened anything.
_MANY, _TIMES = 10, 3
# Of fewer weeks nobody can say what is usual.
_ENOUGH_TO_COMPARE = 4


@dataclass(frozen=True)
class Looker:
    """How many details one person opened in each of some weeks, and in which of them unusually many."""

    person: User
    counts: Sequence[int]
    stands_out: Sequence[bool]

    @property
    def sum(self) -> int:
        return sum(self.counts)


def seen_by(steward: User) -> QuerySet[Reveal]:
    """Return what was opened, newest first, but nothing of workers whom the steward knows."""
    return (
        Reveal.objects.exclude(case__in=conflicts.cases_of(steward))
        .select_related("case__request", "by")
        .order_by("-at", "-pk")
    )


def weeks(count: int, *, zone: ZoneInfo, at: datetime) -> list[date]:
    """Return the Mondays of the last weeks, this one included, the oldest first."""
    today = at.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=back) for back in reversed(range(count))]


def by_week(mondays: Sequence[date], *, zone: ZoneInfo, steward: User) -> list[Looker]:
    """Return everybody who opened something in these weeks, those with the most first. Two queries.

    Nothing counts of workers whom the steward knows.
    """
    since = datetime.combine(mondays[0], datetime.min.time(), zone)
    until = datetime.combine(mondays[-1] + timedelta(weeks=1), datetime.min.time(), zone)
    rows = (
        Reveal.objects.filter(at__gte=since, at__lt=until)
        .exclude(case__in=conflicts.cases_of(steward))
        .annotate(week=TruncWeek("at", tzinfo=zone))
        .values_list("by", "week")
        .annotate(count=Count("pk"))
        .order_by()
    )
    counted: dict[int, dict[date, int]] = {}
    for person, week, number in rows:
        counted.setdefault(person, {})[week.date()] = number
    people = User.objects.in_bulk(counted)
    usual = [number for of_week in counted.values() for number in of_week.values()]
    found = []
    for person, of_week in counted.items():
        counts = [of_week.get(monday, 0) for monday in mondays]
        found.append(Looker(people[person], counts, [_stands_out(number, usual) for number in counts]))
    return sorted(found, key=lambda looker: (-looker.sum, str(looker.person)))


def _stands_out(number: int, usual: Sequence[int]) -> bool:
    return len(usual) > _ENOUGH_TO_COMPARE and number >= _MANY and number > _TIMES * median(usual)
