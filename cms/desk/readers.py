"""The desk's screens for readers: the list, one reader with everything that was decided, and how the list grows."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cms.desk.readers_forms import LiftForm, PauseForm, ReaderFilter, TopicsForm
from cms.models import Delivery, Subscriber
from cms.models.subscribers import address_index
from cms.readers import exporting, growth
from core import clock
from core.plots import Kind, Label, Plot, Point, Series
from donations.desk import lists
from mail.models import Suppression
from organisation import screen
from organisation.models import Organisation
from organisation.permissions import Permission
from organisation.staff import needs

READERS = ("cms_readers", gettext_lazy("Readers"))
_MONTHS = 12
_MOST_LETTERS = 100


@dataclass(frozen=True)
class Number:
    """How many readers are in a state, and the address of their list."""

    words: str
    number: int
    state: str


@needs(Permission.MANAGE_SUBSCRIBERS)
@require_safe
def readers(request: HttpRequest) -> HttpResponseBase:
    """All readers, the newest first."""
    form = ReaderFilter(request.GET)
    today = today_here(clock.now())
    listing = lists.Listing(
        title=_("Readers"),
        template="cms/desk/readers.html",
        form=form,
        rows=form.found(today=today).prefetch_related("topics").order_by("-created_at", "-pk"),
        table=exporting.table,
        deed="cms.subscribers_exported",
        # Who looks for somebody does not wait for all to be counted.
        context={"numbers": [] if form.typed() else _numbers(today), "today": today} | _kept_out(form.typed()),
    )
    return lists.answer(request, listing)


def _numbers(today: date) -> list[Number]:
    """Count the readers in each state, all at once."""
    paused = Count("pk", filter=Q(state=Subscriber.State.ACTIVE, paused_until__gt=today))
    states = {state.value: Count("pk", filter=Q(state=state)) for state in _SHOWN}
    counts = Subscriber.objects.aggregate(paused=paused, **states)
    numbers = [Number(str(state.label), counts[state.value], state.value) for state in _SHOWN]
    return [numbers[0], Number(_("paused"), counts["paused"], "paused"), *numbers[1:]]


_SHOWN = (Subscriber.State.ACTIVE, Subscriber.State.PENDING, Subscriber.State.LEFT)


def _kept_out(typed: str) -> dict[str, object]:
    """Say of a whole address that is no reader's whether letters may go to it: of some there is only a hash."""
    if "@" not in typed:
        return {}
    index = address_index(typed)
    found = Suppression.objects.filter(address_index=index).first()
    if found is None or Subscriber.objects.filter(address_index=index).exists():
        return {}
    return {"kept_out": found, "lift_form": LiftForm(initial={"email": typed}) if may_lift(found) else None}


def may_lift(found: Suppression | None) -> bool:
    return found is not None and found.reason == Suppression.Reason.BOUNCED


@needs(Permission.MANAGE_SUBSCRIBERS)
@require_safe
def reader(request: HttpRequest, pk: int) -> HttpResponse:
    """One reader: what they chose, what they decided and when, what became of each letter, what keeps letters back."""
    return show(request, get_object_or_404(Subscriber, pk=pk))


def show(
    request: HttpRequest, row: Subscriber, *, pause_form: PauseForm | None = None, lift_form: LiftForm | None = None
) -> HttpResponse:
    """Answer with a reader's page, with forms as they were sent if something was wrong in them."""
    at = clock.now()
    suppression = Suppression.objects.filter(address_index=row.address_index).first()
    chosen = {"language": row.language, "topics": list(row.topics.values_list("pk", flat=True))}
    letters = Delivery.objects.filter(subscriber=row).select_related("sending__issue").order_by("-pk")
    context = {
        "reader": row,
        "chosen": row.topics.order_by("name"),
        "records": row.records.order_by("-at", "-pk"),
        "letters": letters[:_MOST_LETTERS],
        "suppression": suppression,
        "today": today_here(at),
        "topics_form": TopicsForm(initial=chosen),
        "pause_form": pause_form or PauseForm(today=today_here(at)),
        "lift_form": lift_form or (LiftForm(initial={"email": row.email}) if may_lift(suppression) else None),
    }
    return screen.show(request, "cms/desk/readers_one.html", title=row.email, context=context, above=[READERS])


def today_here(at: datetime) -> date:
    """Return the day where the organisation is."""
    return at.astimezone(ZoneInfo(Organisation.current().time_zone)).date()


@needs(Permission.MANAGE_SUBSCRIBERS)
@require_safe
def grown(request: HttpRequest) -> HttpResponse:
    """How the list grows, as plots and as tables whose numbers lead to rows."""
    months = growth.by_month(_MONTHS, at=clock.now())
    labels = [Label(date_format(m.first, "YEAR_MONTH_FORMAT"), date_format(m.first, "M")) for m in months]
    moved = Plot(
        key="joined-and-left",
        kind=Kind.BESIDE,
        title=_("Readers who joined and who left"),
        description=_("Two bars for each month: how many said yes, and how many left."),
        along=_("Month"),
        labels=labels,
        series=[
            Series(_("Joined"), [_point(m.joined, agreed_since=m.first, agreed_until=m.last) for m in months]),
            Series(_("Left"), [_point(m.left, left_since=m.first, left_until=m.last) for m in months]),
        ],
    )
    stood = Plot(
        key="readers",
        kind=Kind.LINES,
        title=_("Readers at the end of the month"),
        description=_("A line: how many were subscribed when each month ended, of those who are not erased."),
        along=_("Month"),
        labels=labels,
        series=[Series(_("Readers"), [Point(m.readers, f"{m.readers:,}") for m in months])],
    )
    context = {"plots": [moved, stood], "anybody": Subscriber.objects.filter(Q(consented_at__isnull=False)).exists()}
    title = _("How the list grows")
    return screen.show(request, "cms/desk/readers_growth.html", title=title, context=context, above=[READERS])


def _point(number: int, **wanted: object) -> Point:
    return Point(number, f"{number:,}", f"{reverse('cms_readers')}?{urlencode(wanted)}")
