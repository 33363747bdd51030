"""The public accounts at /books/: one plot, the funds, each fund by month, how to check it, and all of it as a file."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from moneyed import Money

from cms import accounts
from cms.accounts import OTHER_IN, OTHER_OUT, Accounts, FundAccounts
from core import clock
from core.money import format_money, from_minor
from core.plots import Kind, Label, Plot, Point, Series
from core.suppression import LEAST, Group
from ledger.models import Account, Head
from organisation.exports import disarmed
from organisation.models import Organisation

_MONTHS = 12


@dataclass(frozen=True)
class Cell:
    """A month's gifts or grants. ``group``: those that are told with this month; ``told_with``: a later month instead."""

    group: Group | None
    told_with: date | None
    amount: Money | None

    @property
    def is_waiting(self) -> bool:
        """Whether there are fewer than ten of them so far."""
        return self.group is None and self.told_with is None


@dataclass(frozen=True)
class Row:
    """A month of a fund."""

    month: date
    gifts: Cell
    grants: Cell
    other_in: Money | None
    other_out: Money | None


@require_safe
@cache_control(public=True, max_age=60)
def books(request: HttpRequest) -> HttpResponse:
    """Show the public accounts."""
    at = clock.now()
    published = accounts.read_kept(at=at)
    zone = Organisation.current().time_zone
    head = Head.objects.order_by("-day").first()
    context = {
        "accounts": published,
        "funds": [(fund, _rows(fund)) for fund in published.funds],
        "plots": list(_plots(published)),
        "head": head,
        "head_hash": bytes(head.hash).hex() if head else "",
        "made": date_format(at.astimezone(ZoneInfo(zone)), "DATETIME_FORMAT"),
        "zone": zone,
        "least": LEAST,
    }
    return render(request, "cms/books.html", context)


def _rows(fund: FundAccounts) -> list[Row]:
    """The last months of a fund, the newest first."""
    return [
        Row(
            month=month,
            gifts=_cell(fund, fund.gifts, month),
            grants=_cell(fund, fund.grants, month),
            other_in=_moved(fund, fund.other_of(month, OTHER_IN)),
            other_out=_moved(fund, -fund.other_of(month, OTHER_OUT)),
        )
        for month in reversed(fund.months[-_MONTHS:])
    ]


def _moved(fund: FundAccounts, minor: int) -> Money | None:
    return fund.money(minor) if minor else None


def _cell(fund: FundAccounts, groups: Sequence[Group], month: date) -> Cell:
    group = next((group for group in groups if group.first <= month <= group.last), None)
    if group is None:
        return Cell(None, None, None)
    if group.last != month:
        return Cell(None, group.last, None)
    return Cell(group, None, fund.money(group.amounts[0]))


def _plots(published: Accounts) -> Iterator[Plot]:
    """One plot for each currency of the books: two currencies are never added."""
    for currency in sorted({fund.fund.currency for fund in published.funds}):
        funds = [fund for fund in published.funds if fund.fund.currency == currency]
        months = sorted({month for fund in funds for month in fund.months})[-_MONTHS:]
        if any(fund.gifts or fund.grants or fund.other for fund in funds):
            yield _plot(currency, funds, months)


def _plot(currency: str, funds: Sequence[FundAccounts], months: Sequence[date]) -> Plot:
    language = get_language() or "en"

    def point(minor: int) -> Point:
        amount = from_minor(minor, currency)
        return Point(amount.amount, format_money(amount, language, short=True))

    came = [_spread(funds, month, "gifts") + _sum(funds, month, (Account.OTHER_INCOME,)) for month in months]
    went = [_spread(funds, month, "grants") - _sum(funds, month, OTHER_OUT) for month in months]
    return Plot(
        key=f"books-{currency.lower()}",
        kind=Kind.BESIDE,
        title=_("Money in against money out, by month, in %(currency)s") % {"currency": currency},
        description=_(
            "Two bars for each month: what came in, and what was paid out. The tables below have the numbers."
        ),
        along=_("Month"),
        labels=[Label(date_format(month, "YEAR_MONTH_FORMAT"), date_format(month, "M")) for month in months],
        series=[Series(_("Money in"), list(map(point, came))), Series(_("Money out"), list(map(point, went)))],
        scale=lambda value: format_money(Money(value, currency), language, short=True),
    )


def _spread(funds: Sequence[FundAccounts], month: date, series: str) -> int:
    """Return a month's part of the groups: what months have together is drawn evenly over them."""
    groups: list[Group] = [group for fund in funds for group in getattr(fund, series)]
    return sum(group.amounts[0] // len(group.months) for group in groups if group.first <= month <= group.last)


def _sum(funds: Sequence[FundAccounts], month: date, which: Sequence[Account]) -> int:
    return sum(fund.other_of(month, which) for fund in funds)


@require_safe
@cache_control(public=True, max_age=60)
def file(request: HttpRequest) -> HttpResponse:
    """The public accounts as a CSV file, from the beginning on."""
    published = accounts.read_kept(at=clock.now())
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="public-accounts-{published.until.isoformat()}.csv"'
    write = csv.writer(answer)
    for sentence in _sentences(published):
        write.writerow([disarmed(f"# {sentence}")])
    write.writerow(["fund", "currency", "what", "from", "until", "number", "amount"])
    for fund in published.funds:
        write.writerows(_lines(fund))
    write.writerows(_figures(published))
    return answer


def _sentences(published: Accounts) -> list[str]:
    numbers = {"least": LEAST, "until": published.until.isoformat()}
    return [
        Organisation.current().name,
        _("Public accounts until %(until)s, in money of each fund.") % numbers,
        _(
            "Gifts and grants are counted over as many months as it takes until %(least)d people are behind a sum. "
            "What is missing at the end is told with a later month."
        )
        % numbers,
        _("Gifts: what arrived, less what went back and less the fees of the payment service."),
    ]


def _figures(published: Accounts) -> Iterator[list[Any]]:
    """What is told of all funds together: a number of days, and shares of a hundred. Empty where too few are behind it."""
    span = [f"{published.figures_since:%Y-%m}", f"{published.until:%Y-%m}"]
    for what, number in (
        ("median_days_to_payment", published.days),
        ("granted_percent", published.approved),
        ("appealed_percent", published.appealed),
        ("appeals_granted_percent", published.overturned),
    ):
        yield ["", "", what, *span, "" if number is None else number, ""]


def _lines(fund: FundAccounts) -> Iterator[list[Any]]:
    name, currency = disarmed(fund.fund.name), fund.fund.currency
    for what, groups in (("gifts", fund.gifts), ("grants", fund.grants)):
        for group in groups:
            span = [f"{group.first:%Y-%m}", f"{group.last:%Y-%m}"]
            yield [name, currency, what, *span, group.count, fund.money(group.amounts[0]).amount]
    for (month, account), minor in sorted(fund.other.items()):
        moved = fund.money(-minor if account in OTHER_OUT else minor)
        yield [name, currency, account.value, f"{month:%Y-%m}", f"{month:%Y-%m}", "", moved.amount]
    if fund.stood:
        amounts = {"in_hand": fund.stood.in_hand, "promised_at_most": fund.stood.promised}
        for what, amount in amounts.items():
            yield [name, currency, what, "", fund.stood.at.isoformat(), "", "" if amount is None else amount.amount]
