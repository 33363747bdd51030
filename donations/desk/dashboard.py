"""The fundraiser's dashboard: how giving goes from month to month, as plots and as tables whose numbers lead to rows."""

from collections.abc import Iterator, Sequence
from datetime import date
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from moneyed import Money

from core import clock
from core.money import format_money, from_minor
from core.plots import Kind, Label, Plot, Point, Series
from donations import trends
from donations.desk.filters import Filter
from donations.models.giving import Interval
from donations.trends import Month
from ledger.models import Fund
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import needs

_MONTHS = 12


class SpanFilter(Filter):
    """How far the plots go back."""

    months = forms.TypedChoiceField(
        label=gettext_lazy("Show"),
        choices=[(12, gettext_lazy("the last 12 months")), (24, gettext_lazy("the last 24 months"))],
        coerce=int,
        required=False,
    )


@needs(Permission.SEE_GIFTS)
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Income, recurring gifts that run, new and lost ones, failed payments and those paid after all."""
    form = SpanFilter(request.GET)
    span = trends.months(form.wanted("months") or _MONTHS, at=clock.now())
    plots = [*_income(span), _running(span), _new_and_lost(span), _failed_and_rescued(span)]
    context = {"form": form, "plots": plots}
    return screen.show(request, "donations/desk/dashboard.html", title=_("How giving goes"), context=context)


def _labels(span: Sequence[Month]) -> list[Label]:
    return [Label(date_format(month.first, "YEAR_MONTH_FORMAT"), date_format(month.first, "M")) for month in span]


def _rows(name: str, **wanted: object) -> str:
    """The address of a list with its filter filled in."""
    return f"{reverse(name)}?{urlencode(wanted)}"


def _income(span: Sequence[Month]) -> Iterator[Plot]:
    """One plot for each currency of the books: two currencies are never added."""
    sums = trends.income(span)
    funds = list(Fund.objects.order_by("pk"))
    for currency in sorted({fund.currency for fund in funds}):
        here = [fund for fund in funds if fund.currency == currency]
        yield _income_in(currency, here, span, sums)


def _income_in(currency: str, funds: Sequence[Fund], span: Sequence[Month], sums: dict[tuple[date, int], int]) -> Plot:
    language = get_language() or "en"

    def point(month: Month, which: Sequence[Fund], **wanted: object) -> Point:
        amount = from_minor(sum(sums.get((month.first, fund.pk), 0) for fund in which), currency)
        url = _rows("donations_gifts", **wanted, since=month.first, until=month.last)
        return Point(amount.amount, format_money(amount, language), url)

    by_fund = [
        Series(fund.name, [point(month, [fund], fund=fund.pk) for month in span])
        for fund in funds
        if any((month.first, fund.pk) in sums for month in span)
    ]
    whole = Series(_("All funds"), [point(month, funds, booked_in=currency) for month in span], is_whole=True)
    return Plot(
        key=f"income-{currency.lower()}",
        kind=Kind.STACKED,
        title=_("Income by month and fund, in %(currency)s") % {"currency": currency},
        description=_("Bars upon each other: what was given in each month to each fund, before fees and refunds."),
        along=_("Month"),
        labels=_labels(span),
        series=[*by_fund, whole],
        scale=lambda value: format_money(Money(value, currency), language, short=True),
    )


def _running(span: Sequence[Month]) -> Plot:
    counts = trends.running(span)
    shown = [interval for interval in Interval if any((month.first, interval) in counts for month in span)]

    def series(interval: Interval) -> Series:
        points = [
            _count(
                counts.get((month.first, interval), 0),
                "donations_recurring",
                interval=interval.value,
                running_on=month.last,
            )
            for month in span
        ]
        return Series(str(interval.label), points)

    return Plot(
        key="running",
        kind=Kind.LINES,
        title=_("Recurring gifts that ran at the end of the month"),
        description=_("Lines: how many monthly, quarterly and yearly gifts ran when each month ended."),
        along=_("Month"),
        labels=_labels(span),
        series=[series(interval) for interval in shown or [Interval.MONTH]],
    )


def _new_and_lost(span: Sequence[Month]) -> Plot:
    began, ended = trends.began(span), trends.ended(span)
    name = "donations_recurring"
    return Plot(
        key="new-and-lost",
        kind=Kind.BESIDE,
        title=_("Recurring gifts, new and lost"),
        description=_("Two bars for each month: how many recurring gifts began, and how many ended."),
        along=_("Month"),
        labels=_labels(span),
        series=[
            Series(_("New"), [_count(began[m.first], name, began_since=m.first, began_until=m.last) for m in span]),
            Series(_("Lost"), [_count(ended[m.first], name, ended_since=m.first, ended_until=m.last) for m in span]),
        ],
    )


def _failed_and_rescued(span: Sequence[Month]) -> Plot:
    failed, rescued = trends.failed(span), trends.rescued(span)
    name = "donations_failed"
    return Plot(
        key="failed-and-rescued",
        kind=Kind.BESIDE,
        title=_("Payments, failed and rescued"),
        description=_("Two bars for each month: how many payments failed, and how many of those were paid after all."),
        along=_("Month"),
        labels=_labels(span),
        series=[
            Series(_("Failed"), [_count(failed[m.first], name, since=m.first, until=m.last) for m in span]),
            Series(
                _("Paid after all"),
                [_count(rescued[m.first], name, outcome="rescued", since=m.first, until=m.last) for m in span],
            ),
        ],
    )


def _count(count: int, name: str, **wanted: object) -> Point:
    return Point(count, str(count), _rows(name, **wanted))
