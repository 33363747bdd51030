"""How much lies with whom, how old it is, how long an answer takes, and how often it is no: counted, without a worker."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from statistics import median
from zoneinfo import ZoneInfo

from django.db.models import F, Max, Min, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from aid.models import AidRequest, Case, CaseEvent
from aid.statuses import OPEN, Status

# The last day of each band; the last band has none.
_BANDS: list[tuple[int | None, str | Promise]] = [
    (2, _("0 to 2 days")),
    (7, _("3 to 7 days")),
    (14, _("8 to 14 days")),
    (None, _("15 days and more")),
]
BANDS = [name for _last, name in _BANDS]
_TO_REVIEW = frozenset({Status.RECEIVED, Status.APPEALED, Status.IN_REVIEW})
_TO_PAY = frozenset({Status.APPROVED})
# The first of these is the answer; what comes after an appeal is counted as that.
_ANSWERS = (Status.APPROVED, Status.DECLINED, Status.ANSWERED)
# Of fewer, the slowest tenth would be less than one.
_ENOUGH_FOR_A_TENTH = 10


@dataclass(frozen=True)
class Pile:
    """Requests that wait for the same person or the same deed.

    :ivar ages: in days since the application, in no order
    :ivar asked: how many more wait for the worker's answer
    """

    holder: str | Promise
    ages: Sequence[int]
    asked: int = 0

    @property
    def count(self) -> int:
        return len(self.ages)

    @property
    def oldest(self) -> int | None:
        return max(self.ages, default=None)

    @property
    def median(self) -> float | None:
        return median(self.ages) if self.ages else None

    @property
    def by_band(self) -> list[int]:
        """How many are of each age band."""
        counts = [0] * len(_BANDS)
        for age in self.ages:
            counts[_band(age)] += 1
        return counts


@dataclass(frozen=True)
class Month:
    """What was answered in a month, and what came of it until now.

    :ivar days: from application to answer
    """

    first: date
    days: Sequence[float]
    declined: int
    appealed: int
    overturned: int
    upheld: int

    @property
    def count(self) -> int:
        return len(self.days)

    @property
    def median(self) -> float | None:
        return median(self.days) if self.days else None

    @property
    def slowest_tenth(self) -> float | None:
        """So many days or more did one in ten wait; none if fewer than ten were answered."""
        if self.count < _ENOUGH_FOR_A_TENTH:
            return None
        return sorted(self.days)[-(self.count // 10)]


def piles(*, hidden: QuerySet[Case], at: datetime) -> list[Pile]:
    """Return what waits: with each caseworker, with nobody, for an approval, for the payment. One query.

    :param hidden: the cases that are out of the sight of who reads this
    """
    waiting = AidRequest.objects.filter(status__in=[*OPEN, Status.NEEDS_INFO], submitted_at__lte=at)
    rows = waiting.exclude(case__in=hidden).values_list(
        "status", "submitted_at", "taken_by", "taken_by__name", "taken_by__username"
    )
    ages: dict[str, list[int]] = defaultdict(list)
    asked: dict[str, int] = defaultdict(int)
    names: dict[str, str | Promise] = {}
    for status, since, holder, name, username in rows:
        if status == Status.NEEDS_INFO:
            asked[f"person {holder or ''}"] += 1
            names[f"person {holder or ''}"] = name or username or _("nobody yet")
            continue
        key, label = _place(status, holder, name or username)
        names[key] = label
        ages[key].append((at - (since or at)).days)
    found = [Pile(names[key], ages[key], asked[key]) for key in names]
    return sorted(found, key=lambda pile: (-pile.count, str(pile.holder)))


def _place(status: str, holder: int | None, name: str | None) -> tuple[str, str | Promise]:
    """Return where a request lies: a key, and the words for it."""
    if status in _TO_PAY:
        return "to pay", _("to pay")
    if status not in _TO_REVIEW:
        return "to decide", _("to decide")
    return f"person {holder or ''}", name or _("nobody yet")


def _band(age: int) -> int:
    return next(place for place, (last, _name) in enumerate(_BANDS) if last is None or age <= last)


def months(count: int, *, hidden: QuerySet[Case], zone: ZoneInfo, at: datetime) -> list[Month]:
    """Return the last months, this one included, by when the first answer was given. One query.

    :param hidden: the cases that are out of the sight of who reads this
    """
    firsts = list(_firsts(count, today=at.astimezone(zone).date()))
    rows: dict[date, list[_Answered]] = defaultdict(list)
    for answered in _answered(hidden, since=datetime.combine(firsts[0], time(), zone)):
        rows[answered.at.astimezone(zone).date().replace(day=1)].append(answered)
    return [_month(first, rows[first]) for first in firsts]


@dataclass(frozen=True)
class _Answered:
    at: datetime
    days: float
    is_declined: bool
    is_appealed: bool
    is_overturned: bool
    is_upheld: bool


def _answered(hidden: QuerySet[Case], *, since: datetime) -> Iterator[_Answered]:
    rows = (
        CaseEvent.objects.filter(to_status__in=[*_ANSWERS, Status.APPEALED, Status.DECLINED_FINALLY])
        .exclude(request__case__in=hidden)
        .values("request_id", submitted=F("request__submitted_at"))
        .annotate(
            answered_at=_first(*_ANSWERS),
            declined=_first(Status.DECLINED),
            approved=_last(Status.APPROVED),
            appealed=_first(Status.APPEALED),
            upheld=_first(Status.DECLINED_FINALLY),
        )
        .filter(answered_at__gte=since)
        .order_by()
    )
    for row in rows:
        appealed, approved = row["appealed"], row["approved"]
        yield _Answered(
            at=row["answered_at"],
            days=max((row["answered_at"] - row["submitted"]).total_seconds(), 0) / 86_400,
            is_declined=row["declined"] == row["answered_at"],
            is_appealed=appealed is not None,
            is_overturned=appealed is not None and approved is not None and approved >= appealed,
            is_upheld=row["upheld"] is not None,
        )


def _first(*statuses: Status) -> Min:
    return Min("at", filter=Q(to_status__in=statuses))


def _last(*statuses: Status) -> Max:
    return Max("at", filter=Q(to_status__in=statuses))


def _month(first: date, rows: Iterable[_Answered]) -> Month:
    rows = list(rows)
    return Month(
        first=first,
        days=[row.days for row in rows],
        declined=sum(row.is_declined for row in rows),
        appealed=sum(row.is_appealed for row in rows),
        overturned=sum(row.is_overturned for row in rows),
        upheld=sum(row.is_upheld for row in rows),
    )


def _firsts(count: int, *, today: date) -> Iterator[date]:
    """The first days of the last months, the oldest first."""
    last = today.year * 12 + today.month - 1
    for number in range(last - count + 1, last + 1):
        yield date(number // 12, number % 12 + 1, 1)


def share(part: int, whole: int) -> str:
    """Return a share in whole percent; nothing of nothing."""
    return f"{round(100 * part / whole)} %" if whole else ""
