"""Who opened what of which case, when and why; and how many details each person opened, week by week."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from aid import looks
from aid.looks import Looker
from aid.models import Reveal
from aid.reasons import Detail, OpenReason
from core.clock import now
from core.plots import Kind, Label, Plot, Point, Series
from organisation import exports, screen
from organisation.models import Organisation, User
from organisation.permissions import Permission
from organisation.staff import member, needs

_PER_PAGE, _WEEKS = 50, 12
# Colours are told apart up to six; everybody else is one more.
_MOST_SHOWN = 5


class LooksForm(forms.Form):
    """What to show of the log. A value that makes no sense narrows nothing."""

    by = forms.ModelChoiceField(
        label=gettext_lazy("Who"), queryset=User.objects.none(), required=False, empty_label=gettext_lazy("everybody")
    )
    detail = forms.ChoiceField(
        label=gettext_lazy("What"), choices=[("", gettext_lazy("everything")), *Detail.choices], required=False
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Why"), choices=[("", gettext_lazy("every reason")), *OpenReason.choices], required=False
    )
    case = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, seen: QuerySet[Reveal]) -> None:
        super().__init__(data)
        self.fields["by"].queryset = User.objects.filter(pk__in=seen.order_by().values("by")).order_by("name", "pk")  # type: ignore[attr-defined]  # a model choice

    def narrowed(self, rows: QuerySet[Reveal]) -> QuerySet[Reveal]:
        self.is_valid()
        wanted = {name: value for name, value in self.cleaned_data.items() if value}
        return rows.filter(**wanted)


@needs(Permission.OVERSEE_CASES)
@never_cache
@require_safe
def access_log(request: HttpRequest) -> HttpResponseBase:
    """The log, newest first, below the numbers of the last weeks; or as a file."""
    user, at = member(request), now()
    seen = looks.seen_by(user)
    form = LooksForm(request.GET, seen=seen)
    rows = form.narrowed(seen)
    wanted = exports.chosen(request.GET.get("export"))
    if wanted and request.method == "GET":
        table = _table(rows)
        return exports.download(
            table=table, form=wanted, by=user, action="aid.looks_exported", note=exports.noted(form), at=at
        )
    zone = ZoneInfo(Organisation.current().time_zone)
    mondays = looks.weeks(_WEEKS, zone=zone, at=at)
    lookers = looks.by_week(mondays, zone=zone, steward=user)
    context = {
        "form": form,
        "page": Paginator(rows, _PER_PAGE).get_page(request.GET.get("page")),
        "plot": _plot(mondays, lookers) if lookers else None,
        "stands_out": [
            (looker.person, week, looker.counts[place])
            for looker in lookers
            for place, week in enumerate(mondays)
            if looker.stands_out[place]
        ],
    }
    above: list[screen.Above] = [("aid_steward", _("Steward"))]
    return screen.show(request, "aid/desk/access_log.html", title=_("Who opened what"), context=context, above=above)


def _table(rows: QuerySet[Reveal]) -> exports.Table:
    columns = [_("When"), _("Who"), _("What"), _("Why"), _("Case")]
    return exports.Table(_("Who opened what"), columns, _cells(rows))


def _cells(rows: QuerySet[Reveal]) -> Iterator[list[exports.Cell]]:
    for row in rows.iterator(chunk_size=1000):
        yield [row.at, str(row.by), row.get_detail_display(), row.get_reason_display(), row.case.short]


def _plot(mondays: Sequence[date], lookers: Sequence[Looker]) -> Plot:
    shown = lookers if len(lookers) <= _MOST_SHOWN + 1 else lookers[:_MOST_SHOWN]
    rest = lookers[len(shown) :]
    series = [Series(str(looker.person), list(_points(looker))) for looker in shown]
    if rest:
        sums = [sum(looker.counts[place] for looker in rest) for place in range(len(mondays))]
        series.append(Series(_("Others"), [Point(number, str(number)) for number in sums]))
    return Plot(
        key="looks",
        kind=Kind.STACKED,
        title=_("Details opened, by week and person"),
        description=_("Bars upon each other: how many closed details each person opened in each week."),
        along=_("Week from"),
        labels=[Label(date_format(monday), date_format(monday, "j M")) for monday in mondays],
        series=series,
    )


def _points(looker: Looker) -> Iterator[Point]:
    for number, stands_out in zip(looker.counts, looker.stands_out, strict=True):
        yield _point(number, stands_out=stands_out)


def _point(number: int, *, stands_out: bool) -> Point:
    return Point(number, _("%(number)s, more than usual") % {"number": number} if stands_out else str(number))
