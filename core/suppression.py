"""What may be published of sums with people behind them, so that nobody learns what fewer than ten of them had.

Months are counted together, from the oldest on, until enough people are behind the sum. What was published once is never
split nor changed, and all totals are made of it: so no difference between two numbers, pages or days is smaller than
that. Pure functions; docs/adr/0015 says against whom this holds, and why.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median as middle

LEAST = 10
# What is still moving, like promises, is told in such steps: a hundred thousand minor units, a thousand dollars.
STEP = 100_000


@dataclass(frozen=True)
class Month:
    """What happened in a month.

    :ivar first: its first day
    :ivar people: who is behind it, each of them once; only how many of them are different matters
    :ivar undone: how many refunds and the like are in it; each may take one of the people out of the sum
    :ivar count: how many gifts or grants
    :ivar amounts: sums, in minor units; the same ones in every month
    """

    first: date
    people: frozenset[Hashable]
    undone: int
    count: int
    amounts: tuple[int, ...]


@dataclass(frozen=True)
class Group:
    """Months that are counted together. ``first`` and ``last``: the first days of its first and its last month."""

    first: date
    last: date
    count: int
    amounts: tuple[int, ...]

    @property
    def months(self) -> list[date]:
        return list(months_between(self.first, self.last))


def grouped(months: Iterable[Month], *, since: date) -> list[Group]:
    """Count months together until at least ten people are in the sum for certain. What is not yet full is left out.

    :param months: those in which something happened, complete ones only, the oldest first
    :param since: the first day of the month in which the series begins
    """
    found: list[Group] = []
    waiting: list[Month] = []
    first = since
    for month in months:
        waiting.append(month)
        people = frozenset[Hashable]().union(*(each.people for each in waiting))
        if len(people) - sum(each.undone for each in waiting) >= LEAST:
            found.append(_together(waiting, first=first))
            waiting, first = [], next_month(month.first)
    return found


def _together(months: Sequence[Month], *, first: date) -> Group:
    amounts = tuple(map(sum, zip(*(month.amounts for month in months), strict=True)))
    return Group(first, months[-1].first, sum(month.count for month in months), amounts)


def is_told(months: Iterable[Month], groups: Iterable[Group], *, until: date) -> bool:
    """Return whether everything up to the end of a month is in groups that end by then: then a balance tells no more."""
    last = max((group.last for group in groups if group.last <= until), default=date.min)
    return not any(last < month.first <= until for month in months)


def share(part: int, whole: int) -> int | None:
    """Return a part in per cent of the whole; none if it or what remains is of one to nine people, or there is nobody."""
    if whole < LEAST or any(0 < count < LEAST for count in (part, whole - part)):
        return None
    return round(100 * part / whole)


def median(values: Sequence[int]) -> int | None:
    """Return the middle one, rounded; none if there are fewer than ten."""
    return round(middle(values)) if len(values) >= LEAST else None


def at_most(amount_minor: int, people: int) -> int | None:
    """Return an amount that is still moving, rounded up to the next step; none if it is of one to nine people.

    A stock that changes by one grant at a time would tell each of them: its steps are larger than a grant.
    """
    if not people:
        return 0
    return None if people < LEAST else -(-amount_minor // STEP) * STEP


def next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def months_between(first: date, last: date) -> Iterable[date]:
    """Yield the first days of the months from one to another, both included."""
    while first <= last:
        yield first
        first = next_month(first)
