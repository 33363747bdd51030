"""Reports as tables: the same rows on the screen, where every number leads to its transactions, and in a file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from moneyed import Money

from core.money import format_money, from_minor
from core.plots import Kind, Label, Plot, Point, Series
from ledger import sums
from ledger.chart import CHART
from ledger.desk.report_forms import MONEY
from ledger.models import Account
from ledger.reports import Activities, Column, FundStatement, Line, Sheet, StatementRow, TrialBalance, TrialRow
from ledger.sums import Part, Scope, Step
from organisation.exports import Cell

# The reports, by the names of their addresses.
WAYS = [
    ("ledger_statement", gettext_lazy("Fund statement")),
    ("ledger_activities", gettext_lazy("Income and spending")),
    ("ledger_trial_balance", gettext_lazy("Trial balance")),
    ("ledger_transactions", gettext_lazy("Transactions")),
]
# More words do not fit under a plot.
_MOST_WORDS = 24


@dataclass(frozen=True)
class Row:
    """A row: what it is of, as shown and as the cells of a file, and its numbers."""

    heads: Sequence[str]
    cells: Sequence[Cell]
    points: Sequence[Point | None]
    is_total: bool = False


@dataclass(frozen=True)
class Table:
    """``heads`` and ``cells`` name the columns before the numbers, on the screen and in a file."""

    key: str
    title: str
    heads: Sequence[str]
    cells: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[Row]
    file_columns: Sequence[str] = ()

    def file_rows(self, currency: str) -> Iterable[Sequence[Cell]]:
        for row in self.rows:
            numbers: list[Cell] = [Decimal(point.value) if point else None for point in row.points]
            yield [*row.cells, *numbers, currency]

    def file_heads(self) -> list[str]:
        return [*self.cells, *(self.file_columns or self.columns), _("Currency")]


class Numbers:
    """Writes a report's numbers and knows where the transactions behind each one are."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._language = get_language() or "en"

    def plain(self, minor: int) -> Point:
        amount = from_minor(minor, self._scope.currency)
        return Point(amount.amount, format_money(amount, self._language))

    def of(
        self, minor: int, account: str, part: Part, *, restricted: bool | None = None, fund: Scope | None = None
    ) -> Point:
        wanted: dict[str, object] = {"of": (fund or self._scope).key, "account": account}
        wanted |= {"since": part.since, "until": part.until}
        if restricted is not None:
            wanted["restricted"] = "yes" if restricted else "no"
        return self._linked(minor, wanted)

    def until(self, minor: int, account: str, part: Part, *, fund: Scope | None = None) -> Point:
        """A balance: all there was until the end of the part."""
        return self._linked(minor, {"of": (fund or self._scope).key, "account": account, "until": part.until})

    def before(self, minor: int, account: str, part: Part, *, fund: Scope | None = None) -> Point:
        """A balance: all there was before the part began."""
        last = part.since - timedelta(days=1)
        return self._linked(minor, {"of": (fund or self._scope).key, "account": account, "until": last})

    def promised(self, minor: int, part: Part) -> Point:
        plain = self.plain(minor)
        asked = urlencode({"of": self._scope.key, "on": part.until})
        return Point(plain.value, plain.shown, f"{reverse('ledger_promises')}?{asked}")

    def scale(self, value: Decimal) -> str:
        return format_money(Money(value, self._scope.currency), self._language, short=True)

    def _linked(self, minor: int, wanted: dict[str, object]) -> Point:
        plain = self.plain(minor)
        return Point(plain.value, plain.shown, f"{reverse('ledger_transactions')}?{urlencode(wanted)}")


def part_name(part: Part, step: Step) -> str:
    """Say a month or a year, and if only some of its days are looked at, which."""
    if sums.whole(part.since, step) == part:
        return date_format(part.since, "YEAR_MONTH_FORMAT") if step == Step.MONTH else str(part.since.year)
    first, last = (date_format(day, "SHORT_DATE_FORMAT") for day in (part.since, part.until))
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def statement_table(statement: FundStatement, step: Step) -> Table:
    numbers = Numbers(statement.scope)
    rows = [_statement_row(statement, row, numbers, part_name(row.part, step)) for row in statement.rows]
    whole = _statement_row(statement, statement.whole, numbers, _("Together"), is_total=True)
    odd = [_("Between funds, unexplained")] if _is_odd(statement) else []
    return Table(
        key="statement",
        title=_("Fund statement"),
        heads=[_("Month") if step == Step.MONTH else _("Year")],
        cells=[_("From"), _("Until")],
        columns=[
            _("Opening balance"),
            *(str(account.label) for account in [*statement.came, *statement.went]),
            _("Transfers"),
            *odd,
            _("Closing balance"),
            _("Promised"),
            _("Available"),
        ],
        rows=[*rows, whole],
    )


def _is_odd(statement: FundStatement) -> bool:
    return any(row.unexplained for row in statement.rows)


def _statement_row(
    statement: FundStatement, row: StatementRow, numbers: Numbers, name: str, *, is_total: bool = False
) -> Row:
    part = row.part
    odd = [numbers.of(row.unexplained, MONEY, part)] if _is_odd(statement) else []
    points = [
        numbers.before(row.opening, MONEY, part),
        *(numbers.of(row.came[account], account.value, part) for account in statement.came),
        *(numbers.of(-row.went[account], account.value, part) for account in statement.went),
        numbers.of(row.transfers, Account.BETWEEN_FUNDS.value, part),
        *odd,
        numbers.until(row.closing, MONEY, part),
        numbers.promised(row.promised, part),
        numbers.plain(row.available),
    ]
    return Row([name], [part.since, part.until], points, is_total)


def activities_tables(activities: Activities, step: Step) -> list[Table]:
    """Income and spending by time, and by whether donors restricted it."""
    numbers = Numbers(activities.scope)
    by_time, by_restriction = activities.by_time, activities.by_restriction
    return [
        _sheet_table("income", _("Income and spending"), by_time, step, numbers),
        _sheet_table("restrictions", _("With and without donor restrictions"), by_restriction, step, numbers),
    ]


def activities_file(tables: Sequence[Table]) -> Table:
    """Both tables side by side; what is whole stands once."""
    by_time, by_restriction = tables
    rows = [
        Row(row.heads, row.cells, [*row.points[:-1], *restricted.points])
        for row, restricted in zip(by_time.rows, by_restriction.rows, strict=True)
    ]
    columns = [*by_time.file_columns[:-1], *by_restriction.file_columns]
    return replace(by_time, rows=rows, file_columns=columns)


def _sheet_table(key: str, title: str, sheet: Sheet, step: Step, numbers: Numbers) -> Table:
    def total(name: str, amounts: Sequence[int], account: str = "") -> Row:
        points = [
            numbers.of(amount, account, column.part, restricted=column.restricted) if account else numbers.plain(amount)
            for amount, column in zip(amounts, sheet.columns, strict=True)
        ]
        return Row(["", name], [None, name], points, is_total=True)

    def lines(found: Iterable[Line]) -> list[Row]:
        return [_line_row(line, sheet.columns, numbers) for line in found]

    other = [*lines(sheet.other), total(_("Change of the money"), sheet.change, MONEY)] if sheet.other else []
    return Table(
        key=key,
        title=title,
        heads=[_("No."), _("Account")],
        cells=[_("No."), _("Account")],
        columns=[_column_name(column, step) for column in sheet.columns],
        rows=[
            *lines(sheet.income),
            total(_("Income"), sheet.income_total),
            *lines(sheet.spending),
            total(_("Spending"), sheet.spending_total),
            total(_("Income less spending"), sheet.result),
            *other,
        ],
        file_columns=[_column_name(column, step, in_file=True) for column in sheet.columns],
    )


def _line_row(line: Line, columns: Sequence[Column], numbers: Numbers) -> Row:
    points = [
        numbers.of(amount, line.account.value, column.part, restricted=column.restricted)
        for amount, column in zip(line.amounts, columns, strict=True)
    ]
    number = CHART[line.account].number
    return Row([str(number), str(line.account.label)], [number, str(line.account.label)], points)


def _column_name(column: Column, step: Step, *, in_file: bool = False) -> str:
    if column.is_whole:
        return _("Together")
    if column.restricted is not None:
        return _("With donor restrictions") if column.restricted else _("Without donor restrictions")
    if in_file:
        return f"{column.part.since:%Y-%m}" if step == Step.MONTH else f"{column.part.since:%Y}"
    if step == Step.MONTH and sums.whole(column.part.since, step) == column.part:
        return date_format(column.part.since, "M Y")
    return part_name(column.part, step)


def activities_plot(activities: Activities, step: Step) -> Plot:
    """What came against what went; its numbers are in the table beneath."""
    numbers = Numbers(activities.scope)
    sheet = activities.by_time
    columns = [column for column in sheet.columns if not column.is_whole]
    income, spending = sheet.income_total[:-1], sheet.spending_total[:-1]
    return Plot(
        key="in-and-out",
        kind=Kind.BESIDE,
        title=_("Income against spending, in %(currency)s") % {"currency": activities.scope.currency},
        description=_("Two bars for each month or year: what came, and what was spent."),
        along=_("Month") if step == Step.MONTH else _("Year"),
        labels=_labels([column.part for column in columns], step),
        series=[
            Series(_("Income"), [numbers.plain(amount) for amount in income]),
            Series(_("Spending"), [numbers.plain(amount) for amount in spending]),
        ],
        scale=numbers.scale,
    )


def statement_plot(statement: FundStatement, step: Step) -> Plot:
    """How much there was, and how much of it was available, at the end of each month or year."""
    numbers = Numbers(statement.scope)
    return Plot(
        key="how-much",
        kind=Kind.LINES,
        title=_("What there was and what was available, in %(currency)s") % {"currency": statement.scope.currency},
        description=_("Two lines: the closing balance of each month or year, and what of it was not promised."),
        along=_("Month") if step == Step.MONTH else _("Year"),
        labels=_labels([row.part for row in statement.rows], step),
        series=[
            Series(_("Closing balance"), [numbers.plain(row.closing) for row in statement.rows]),
            Series(_("Available"), [numbers.plain(row.available) for row in statement.rows]),
        ],
        scale=numbers.scale,
    )


def _labels(parts: Sequence[Part], step: Step) -> list[Label]:
    every = -(-len(parts) // _MOST_WORDS)
    found = []
    for place, part in enumerate(parts):
        short = str(part.since.year) if step == Step.YEAR else date_format(part.since, "M" if every == 1 else "m/y")
        found.append(Label(part_name(part, step), short if place % every == 0 else ""))
    return found


def trial_table(trial: TrialBalance, *, by_fund: bool) -> Table:
    numbers = Numbers(trial.scope)
    funds = {fund.pk: fund for fund in trial.scope.funds}
    rows = []
    for row in trial.rows:
        number, account = CHART[row.account].number, str(row.account.label)
        fund = funds[row.fund] if row.fund else None
        apart = [fund.name] if fund else []
        points = _trial_points(row, trial.part, numbers, Scope.of_fund(fund) if fund else None)
        rows.append(Row([str(number), account, *apart], [number, account, *apart], points))
    sums_ = [trial.opening, trial.debits, trial.credits, trial.debit, trial.credit]
    name = _("Together")
    apart = [""] if by_fund else []
    rows.append(Row(["", name, *apart], [None, name, *apart], [numbers.plain(each) for each in sums_], is_total=True))
    heads = [_("No."), _("Account"), *([_("Fund")] if by_fund else [])]
    columns = [_("Opening balance"), _("Debits"), _("Credits"), _("Closing, debit"), _("Closing, credit")]
    return Table("trial", _("Trial balance"), heads, heads, columns, rows)


def _trial_points(row: TrialRow, part: Part, numbers: Numbers, fund: Scope | None) -> list[Point | None]:
    account = row.account.value
    return [
        numbers.before(row.opening, account, part, fund=fund),
        numbers.of(row.debits, account, part, fund=fund),
        numbers.of(row.credits, account, part, fund=fund),
        numbers.until(row.debit, account, part, fund=fund) if row.closing > 0 else None,
        numbers.until(row.credit, account, part, fund=fund) if row.closing < 0 else None,
    ]
