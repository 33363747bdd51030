"""The reports of the books: what each fund had and has, income and spending, the trial balance.

All are made from the same sums (``ledger.sums``); amounts are whole minor units of one currency.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ledger import chart, sums
from ledger.chart import CHART, Type
from ledger.models import ASSETS, Account
from ledger.sums import Part, Scope, Span, Turnover

Key = TypeVar("Key", bound=Hashable)

IN = tuple(account for account in chart.MONEY_IN if account != Account.BETWEEN_FUNDS)
OUT = chart.MONEY_OUT


@dataclass(frozen=True)
class StatementRow:
    """A fund's money in a month or a year. ``came`` and ``went`` are positive: so much in, so much out."""

    part: Part
    opening: int
    came: Mapping[Account, int]
    went: Mapping[Account, int]
    transfers: int
    closing: int
    promised: int

    @property
    def available(self) -> int:
        return self.closing - self.promised

    @property
    def unexplained(self) -> int:
        """What changed the money and is none of these: a booking that took from one fund what another one received."""
        moved = sum(self.came.values()) - sum(self.went.values()) + self.transfers
        return self.closing - self.opening - moved


@dataclass(frozen=True)
class FundStatement:
    """What a fund (or all funds of a currency) had at first, got, spent, and has.

    :ivar came: the accounts by which money came, in the order of the chart; ``went`` likewise
    """

    scope: Scope
    rows: Sequence[StatementRow]
    whole: StatementRow
    came: Sequence[Account]
    went: Sequence[Account]


def fund_statement(scope: Scope, span: Span) -> FundStatement:
    """Return the statement in two queries."""
    found = sums.turnovers(scope, span)
    nets = _added(found, lambda row: (row.part, row.account))
    parts = span.parts
    promised = sums.promised(scope, [part.until for part in parts])
    opening = first = sum(nets[None, account] for account in ASSETS)
    rows = []
    for part in parts:
        closing = opening + sum(nets[part, account] for account in ASSETS)
        rows.append(_statement_row(part, nets, opening, closing, promised[part.until]))
        opening = closing
    over_all = _added(found, lambda row: (row.part and span.whole, row.account))
    used = {row.account for row in found if row.part}
    return FundStatement(
        scope=scope,
        rows=rows,
        whole=_statement_row(span.whole, over_all, first, opening, rows[-1].promised),
        came=[account for account in CHART if account in IN and account in used],
        went=[account for account in CHART if account in OUT and account in used],
    )


def _statement_row(
    part: Part, nets: Mapping[tuple[Part | None, Account], int], opening: int, closing: int, promised: int
) -> StatementRow:
    return StatementRow(
        part=part,
        opening=opening,
        came={account: -nets[part, account] for account in IN},
        went={account: nets[part, account] for account in OUT},
        transfers=-nets[part, Account.BETWEEN_FUNDS],
        closing=closing,
        promised=promised,
    )


@dataclass(frozen=True)
class Column:
    """A month, a year or the whole span, of all funds or of those with (without) donor restrictions only."""

    part: Part
    restricted: bool | None = None
    is_whole: bool = False


@dataclass(frozen=True)
class Line:
    """One account's amounts, one for each column; income and what raises the money is positive, and so is spending."""

    account: Account
    amounts: Sequence[int]


@dataclass(frozen=True)
class Sheet:
    """Income and spending, account by account in the order of the chart. The last column is the whole."""

    columns: Sequence[Column]
    income: Sequence[Line]
    spending: Sequence[Line]
    other: Sequence[Line]

    @property
    def income_total(self) -> list[int]:
        return self._total(self.income)

    @property
    def spending_total(self) -> list[int]:
        return self._total(self.spending)

    @property
    def result(self) -> list[int]:
        """Income less spending."""
        return [came - went for came, went in zip(self.income_total, self.spending_total, strict=True)]

    @property
    def change(self) -> list[int]:
        """By how much the money changed: the result, and what was transferred or there before the books began."""
        return [sum(amounts) for amounts in zip(self.result, self._total(self.other), strict=True)]

    def _total(self, lines: Iterable[Line]) -> list[int]:
        return [sum(line.amounts[place] for line in lines) for place in range(len(self.columns))]


@dataclass(frozen=True)
class Activities:
    """Income and spending: by month or year, and by whether donors restricted what it is for."""

    scope: Scope
    by_time: Sheet
    by_restriction: Sheet


def activities(scope: Scope, span: Span) -> Activities:
    """Return the statement of activities in one query."""
    found = sums.turnovers(scope, span, with_before=False)
    restricted = {fund.pk: fund.is_restricted for fund in scope.funds}
    times = [Column(part) for part in span.parts]
    kinds = [Column(span.whole, restricted=value) for value in sorted(set(restricted.values()))]
    return Activities(
        scope=scope,
        by_time=_sheet(found, times, span, lambda row: Column(row.part or span.whole)),
        by_restriction=_sheet(found, kinds, span, lambda row: Column(span.whole, restricted=restricted[row.fund])),
    )


def _sheet(
    found: Sequence[Turnover], columns: Sequence[Column], span: Span, column_of: Callable[[Turnover], Column]
) -> Sheet:
    nets = _added(found, lambda row: (column_of(row), row.account))
    used = {row.account for row in found}

    def lines(type_: Type, sign: int) -> list[Line]:
        found = []
        for account in CHART:
            if CHART[account].type == type_ and account in used:
                amounts = [sign * nets[column, account] for column in columns]
                found.append(Line(account, [*amounts, sum(amounts)]))
        return found

    return Sheet(
        columns=[*columns, Column(span.whole, is_whole=True)],
        income=lines(Type.INCOME, -1),
        spending=lines(Type.EXPENSE, 1),
        other=lines(Type.EQUITY, -1),
    )


@dataclass(frozen=True)
class TrialRow:
    """An account of all funds together, or (``fund`` is its key) of one. Debit positive, credit negative."""

    account: Account
    fund: int | None
    opening: int
    debits: int
    credits: int

    @property
    def closing(self) -> int:
        return self.opening + self.debits - self.credits

    @property
    def debit(self) -> int:
        return max(self.closing, 0)

    @property
    def credit(self) -> int:
        return max(-self.closing, 0)


@dataclass(frozen=True)
class TrialBalance:
    """All accounts as of a day. If the books are sound, debits and credits are the same sum."""

    scope: Scope
    part: Part
    rows: Sequence[TrialRow]

    @property
    def opening(self) -> int:
        return sum(row.opening for row in self.rows)

    @property
    def debits(self) -> int:
        return sum(row.debits for row in self.rows)

    @property
    def credits(self) -> int:
        return sum(row.credits for row in self.rows)

    @property
    def debit(self) -> int:
        return sum(row.debit for row in self.rows)

    @property
    def credit(self) -> int:
        return sum(row.credit for row in self.rows)

    @property
    def is_balanced(self) -> bool:
        return self.debit == self.credit and self.debits == self.credits


def trial_balance(scope: Scope, span: Span, *, by_fund: bool = False) -> TrialBalance:
    """Return each account's opening, movements and closing in one query."""
    found = sums.turnovers(scope, span)

    def place(row: Turnover) -> tuple[Account, int | None]:
        return row.account, row.fund if by_fund else None

    before = _added((row for row in found if not row.part), place)
    within = [row for row in found if row.part]
    debits, credits_ = _added(within, place, "debit"), _added(within, place, "credit")
    funds: list[int | None] = [fund.pk for fund in scope.funds] if by_fund else [None]
    used = {place(row) for row in found}
    rows = [
        TrialRow(account, fund, *(counted[account, fund] for counted in (before, debits, credits_)))
        for account in CHART
        for fund in funds
        if (account, fund) in used
    ]
    return TrialBalance(scope=scope, part=span.whole, rows=rows)


def _added(found: Iterable[Turnover], key: Callable[[Turnover], Key], what: str = "net") -> Counter[Key]:
    counted: Counter[Key] = Counter()
    for row in found:
        counted[key(row)] += getattr(row, what)
    return counted
