"""What is published of the books: for each public fund and month, as ``core.suppression`` allows it."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.contrib.postgres.aggregates import ArrayAgg
from django.core.cache import caches
from django.db.models import Case, TextField, Value, When
from django.db.models.functions import Cast, Concat, Lower, Trim
from moneyed import Money

from aid import figures
from cms import page_versions
from core import shown, suppression
from core.money import from_minor
from core.suppression import Group, Month
from donations.models import Method, Payment
from ledger import monthly
from ledger.models import Account, Fund
from ledger.monthly import Moved, Promised

# What the organisation did itself: nobody's gift and nobody's grant.
OTHER_IN = (Account.OPENING, Account.BETWEEN_FUNDS, Account.OTHER_INCOME)
OTHER_OUT = (Account.WORK, Account.OUTREACH, Account.RUNNING)
_FIGURES_MONTHS = 12
_SECONDS = 10

# A mail address is one row's alone. Who was erased has no name any more, and counts as they stood there.
_GIVER = Case(
    When(donor__email="", donor__erased_at=None, then=Concat(Value("name:"), Lower(Trim("donor__name")))),
    default=Cast("donor", TextField()),
    output_field=TextField(),
)

_People = Mapping[tuple[int, date], frozenset[Hashable]]


@dataclass(frozen=True)
class Stood:
    """How a fund stood when a month ended.

    :ivar promised: rounded up; none if it is promised to fewer than ten
    """

    at: date
    in_hand: Money
    promised: Money | None

    @property
    def available(self) -> Money | None:
        """What is there at least, beyond what is promised."""
        return None if self.promised is None else self.in_hand - self.promised


@dataclass(frozen=True)
class FundAccounts:
    """A fund's published money.

    :ivar since: the first day of its first month; ``until``: the last day that is published
    :ivar gifts: amounts: what arrived (gifts, less what went back, less fees), the gifts alone
    :ivar grants: amounts: what was paid
    :ivar other: what the organisation did itself, in minor units, by month and account; what came is positive
    """

    fund: Fund
    since: date
    until: date
    gifts: list[Group]
    grants: list[Group]
    other: dict[tuple[date, Account], int]
    has_grants: bool
    stood: Stood | None

    @cached_property
    def months(self) -> list[date]:
        return list(suppression.months_between(self.since, self.until))

    @property
    def has_other_in(self) -> bool:
        return any(account in OTHER_IN for _month, account in self.other)

    @property
    def has_other_out(self) -> bool:
        return any(account in OTHER_OUT for _month, account in self.other)

    @property
    def money_in(self) -> Money:
        return self.money(sum(group.amounts[0] for group in self.gifts) + self._other(OTHER_IN))

    @property
    def money_out(self) -> Money:
        return self.money(sum(group.amounts[0] for group in self.grants) - self._other(OTHER_OUT))

    @property
    def shows_in(self) -> bool:
        """Whether there is anything to be shown of what came."""
        return bool(self.gifts) or self.has_other_in

    @property
    def shows_out(self) -> bool:
        """Whether what went out can be shown. Where no aid is paid, nothing is nobody's."""
        return bool(self.grants) or not self.has_grants or self.has_other_out

    @property
    def fee_share(self) -> int | None:
        """Of a hundred given, so much the payment service kept. Whole ones: exact fees would tell what was sent back."""
        arrived, given = (sum(group.amounts[place] for group in self.gifts) for place in (0, 1))
        return round(100 * (given - arrived) / given) if given > 0 else None

    def other_of(self, month: date, accounts: Iterable[Account]) -> int:
        return sum(self.other.get((month, account), 0) for account in accounts)

    def money(self, minor: int) -> Money:
        return from_minor(minor, self.fund.currency)

    def _other(self, accounts: Iterable[Account]) -> int:
        return sum(amount for (_month, account), amount in self.other.items() if account in accounts)


@dataclass(frozen=True)
class Accounts:
    """All that is published.

    :ivar until: the last day that is published
    :ivar days: the median of days from application to payment, over the last twelve months
    :ivar approved: of a hundred requests decided on in that time, so many were granted
    :ivar appealed: of a hundred that were declined in that time, so many appealed
    :ivar overturned: of a hundred of these appeals that were heard, so many ended in a grant
    """

    until: date
    figures_since: date
    funds: list[FundAccounts]
    days: int | None
    approved: int | None
    appealed: int | None
    overturned: int | None


def read_kept(*, at: datetime) -> Accounts:
    """Return what ``read`` returned a moment ago: whoever makes up addresses must not have all books read each time."""
    shown.note(page_versions.BOOKS)
    books = page_versions.last_known()
    version = hash(books.versions.get(page_versions.BOOKS)) if books else 0
    key = f"cms.accounts:{monthly.published_until(at).isoformat()}:{version}"
    kept: Accounts | None = caches["default"].get(key)
    if kept is None:
        kept = read(at=at)
        caches["default"].set(key, kept, timeout=_SECONDS)
    return kept


def read(*, at: datetime) -> Accounts:
    """Read the books and the cases, as they may be published at a moment: the same until the next month is complete."""
    until = monthly.published_until(at)
    funds = list(Fund.objects.filter(is_public=True).order_by("pk"))
    moved = monthly.moved(funds, until=until)
    givers, receivers = _givers(funds, until=until), figures.people(funds, until=until)
    since = _months_before(until, _FIGURES_MONTHS)
    promised = monthly.promised(funds)
    decided = figures.decided(since=since, until=until)
    appealed = figures.appealed(since=since, until=until)
    return Accounts(
        until=until,
        figures_since=since,
        funds=[_of(fund, moved, promised, people=(givers, receivers), until=until) for fund in funds],
        days=suppression.median(figures.days_to_payment(since=since, until=until)),
        approved=suppression.share(decided.approved, decided.all),
        appealed=suppression.share(appealed.appealed, appealed.declined),
        overturned=suppression.share(appealed.overturned, appealed.heard),
    )


def _givers(funds: Iterable[Fund], *, until: date) -> _People:
    """Return who gave, for each fund and month. As the gift came: merging two donors later changes no month.

    Whoever is known by a name only may stand in several rows, one for each gift in cash: they are one for each name.
    """
    rows = (
        Payment.objects.filter(fund__in=list(funds))
        .exclude(method=Method.IN_KIND)
        .annotate(first=monthly.counted_in("ledger_transaction__"))
        .filter(first__lte=until)
        .values_list("fund", "first")
        .annotate(donors=ArrayAgg(_GIVER, distinct=True))
    )
    return {(fund, first): frozenset(donors) for fund, first, donors in rows}


def _of(
    fund: Fund, moved: Iterable[Moved], promised: Iterable[Promised], *, people: tuple[_People, _People], until: date
) -> FundAccounts:
    givers, receivers = people
    mine = [each for each in moved if each.fund_id == fund.pk]
    kept = [each for each in promised if each.fund_id == fund.pk]
    since = mine[0].first if mine else until.replace(day=1)
    gifts = _months(mine, people=givers, accounts=(Account.GIFTS, Account.FEES))
    grants = _months(mine, people=receivers, accounts=(Account.AID,))
    groups = [suppression.grouped(months, since=since) for months in (gifts, grants)]
    return FundAccounts(
        fund=fund,
        since=since,
        until=until,
        gifts=groups[0],
        grants=groups[1],
        other={
            (each.first, Account(each.account)): -each.amount_minor
            for each in mine
            if each.account in (*OTHER_IN, *OTHER_OUT)
        },
        has_grants=fund.pays_aid or bool(grants),
        stood=_stood(fund, mine, kept, series=[(gifts, groups[0]), (grants, groups[1])], until=until),
    )


def _months(mine: Iterable[Moved], *, people: _People, accounts: tuple[Account, ...]) -> list[Month]:
    """Put the accounts of each month together: what arrived or was paid, and the first account alone."""
    months: dict[date, list[Moved]] = {}
    for each in mine:
        if each.account in accounts:
            months.setdefault(each.first, []).append(each)
    sign = -1 if Account.GIFTS in accounts else 1
    return [
        Month(
            first=first,
            people=people.get((rows[0].fund_id, first), frozenset()),
            undone=sum(row.undone for row in rows),
            count=sum(row.count for row in rows),
            amounts=(
                sign * sum(row.amount_minor for row in rows),
                sign * sum(row.amount_minor for row in rows if row.account == accounts[0]),
            ),
        )
        for first, rows in months.items()
    ]


def _stood(
    fund: Fund,
    mine: list[Moved],
    kept: list[Promised],
    *,
    series: list[tuple[list[Month], list[Group]]],
    until: date,
) -> Stood | None:
    """Return how the fund stood at the end of the last month up to which everything is published, if there is one."""
    if not mine:
        return None
    for month in reversed(list(suppression.months_between(mine[0].first, until))):
        if all(suppression.is_told(months, groups, until=month) for months, groups in series):
            in_hand = -sum(each.amount_minor for each in mine if each.first <= month)
            still = [each for each in kept if each.is_open(month)]
            promised = suppression.at_most(sum(each.amount_minor for each in still), sum(each.count for each in still))
            return Stood(
                at=_last_day(month),
                in_hand=from_minor(in_hand, fund.currency),
                promised=None if promised is None else from_minor(promised, fund.currency),
            )
    return None


def _last_day(first: date) -> date:
    return date.fromordinal(suppression.next_month(first).toordinal() - 1)


def _months_before(until: date, count: int) -> date:
    """Return the first day of so many months that end with the month of a day."""
    place = until.year * 12 + until.month - count
    return date(place // 12, place % 12 + 1, 1)
