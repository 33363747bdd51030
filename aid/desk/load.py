"""How much waits with whom and how old it is; how long answers take, and how often they are no. No worker is in it."""

from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from aid import conflicts
from aid import load as loads
from aid.load import Month, Pile
from core.clock import now
from core.plots import Kind, Label, Plot, Point, Series
from organisation import exports, screen
from organisation.models import Organisation
from organisation.permissions import Permission
from organisation.staff import member, needs

_MONTHS = 12
# So much of a name has its place below a bar on a phone.
_LETTERS = 10


class SpanForm(forms.Form):
    """How far back the answers go, and which table to take away."""

    months = forms.TypedChoiceField(
        label=gettext_lazy("Answers of"),
        choices=[(12, gettext_lazy("the last 12 months")), (24, gettext_lazy("the last 24 months"))],
        coerce=int,
        required=False,
    )


@needs(Permission.SEE_CASES)
@never_cache
@require_safe
def load(request: HttpRequest) -> HttpResponseBase:
    """One plot of what waits, and the tables; or one of them as a file."""
    user, at = member(request), now()
    form = SpanForm(request.GET)
    count = (form.is_valid() and form.cleaned_data["months"]) or _MONTHS
    zone = ZoneInfo(Organisation.current().time_zone)
    hidden = conflicts.cases_of(user)
    piles, months = loads.piles(hidden=hidden, at=at), loads.months(count, hidden=hidden, zone=zone, at=at)
    wanted = exports.chosen(request.GET.get("export"))
    if wanted and request.method == "GET":
        is_months = request.GET.get("table") == "answers"
        table = _months_table(months) if is_months else _piles_table(piles)
        return exports.download(table=table, form=wanted, by=user, action="aid.load_exported", at=at)
    context = {
        "form": form,
        "months_shown": count,
        "piles": [_pile_row(pile) for pile in piles],
        "bands": loads.BANDS,
        "plot": _plot(piles) if any(pile.ages for pile in piles) else None,
        "months": [_month_row(month) for month in reversed(months) if month.count],
    }
    return screen.show(request, "aid/desk/load.html", title=_("Load and age"), context=context)


def _plot(piles: Sequence[Pile]) -> Plot:
    shown = [pile for pile in piles if pile.ages]
    return Plot(
        key="load",
        kind=Kind.STACKED,
        title=_("What waits, by where it lies and how old it is"),
        description=_("Bars upon each other: how many requests lie with each person or deed, by days since they came."),
        along=_("Where it lies"),
        labels=[Label(str(pile.holder), str(pile.holder)[:_LETTERS]) for pile in shown],
        series=[
            Series(str(name), [Point(pile.by_band[place], str(pile.by_band[place])) for pile in shown])
            for place, name in enumerate(loads.BANDS)
        ],
    )


def _pile_row(pile: Pile) -> dict[str, Any]:
    return {
        "holder": pile.holder,
        "count": pile.count,
        "asked": pile.asked,
        "oldest": "" if pile.oldest is None else pile.oldest,
        "median": _days(pile.median),
        "bands": pile.by_band,
    }


def _month_row(month: Month) -> dict[str, Any]:
    return {
        "name": date_format(month.first, "YEAR_MONTH_FORMAT"),
        "month": month,
        "median": _days(month.median),
        "slowest": _days(month.slowest_tenth),
        "declined": loads.share(month.declined, month.count),
        "appealed": loads.share(month.appealed, month.declined),
        "overturned": loads.share(month.overturned, month.overturned + month.upheld),
    }


def _days(days: float | None) -> str:
    return "" if days is None else str(number_format(days, 1))


def _piles_table(piles: Sequence[Pile]) -> exports.Table:
    columns = [_("Where it lies"), _("Open"), _("Waits for the worker"), _("Oldest, in days"), _("Median age, in days")]

    def rows() -> Iterator[list[exports.Cell]]:
        for pile in piles:
            yield [str(pile.holder), pile.count, pile.asked, pile.oldest, _days(pile.median), *pile.by_band]

    return exports.Table(_("Load"), [*columns, *map(str, loads.BANDS)], rows())


def _months_table(months: Sequence[Month]) -> exports.Table:
    columns = [_("Month"), _("Answered"), _("Median days"), _("Slowest tenth, days"), _("Declined")]
    columns += [_("Appealed"), _("Overturned"), _("Upheld")]

    def rows() -> Iterator[list[exports.Cell]]:
        for month in months:
            waited = (_days(month.median), _days(month.slowest_tenth))
            yield [month.first, month.count, *waited, month.declined, month.appealed, month.overturned, month.upheld]

    return exports.Table(_("Answers"), columns, rows())
