"""The desk's screens for sending issues as letters: all issues with where they stand, and one with what comes next."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cms.desk import sending_situation
from cms.desk.sending_forms import AudienceForm, NoteForm, TimeForm
from cms.desk.sending_situation import Situation
from cms.models import NewsletterIndexPage, NewsletterIssuePage, Sending
from cms.sending import asking, heartbeat, two_people
from cms.sending.counting import reach
from cms.sending.preflight import checking
from core import clock
from mail.frozen import PlaceInWords
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import member, needs

ISSUES = ("cms_sendings", gettext_lazy("Newsletter"))
_PER_PAGE = 25
_HEAVY = ["articles", "intro", "corrections", "search_description"]


@needs(Permission.SEND_LETTERS)
@require_safe
def sendings(request: HttpRequest) -> HttpResponse:
    """All issues, newest first, with where they stand."""
    issues = NewsletterIssuePage.objects.select_related("sending__asked_by").defer(*_HEAVY).order_by("-number")
    at = clock.now()
    seen = heartbeat.last(at=at)
    context = {
        "page": Paginator(issues, _PER_PAGE).get_page(request.GET.get("page")),
        "seen": seen,
        "worker_is_late": heartbeat.is_late(seen, at=at),
        "archive": NewsletterIndexPage.objects.first(),
    }
    return screen.show(request, "cms/desk/letters.html", title=_("Newsletter"), context=context)


@needs(Permission.SEND_LETTERS)
@require_safe
def sending(request: HttpRequest, pk: int) -> HttpResponse:
    """One issue's way from "not asked" to "sent": where it stands and what this person can do next."""
    found, at = sending_situation.find(pk), clock.now()
    if "not-done" in request.GET:
        messages.warning(request, _("That was not possible any more. This is how it stands now."))
    context = sending_situation.context(found, user=member(request), at=at)
    context |= {"back_form": NoteForm(), "time_form": TimeForm(at=at), "may_see_readers": may_see_readers(request)}
    return _show(request, "cms/desk/letters_issue.html", found=found, context=context)


@needs(Permission.SEND_LETTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose for whom and when, see how many readers that is, and ask a second person."""
    found, at = sending_situation.find(pk), clock.now()
    if not found.can_be_asked:
        messages.warning(request, words_for(asking.AlreadyAsked()))
        return redirect("cms_sending", pk=pk)
    if request.method != "POST":
        initial = _asked_before(found)
        form = AudienceForm(at=at, initial=vars(initial) if initial else {"to": Sending.To.EVERYONE})
        audience = initial or two_people.Audience()
        return _show_ask(request, found, form, audience)
    form = AudienceForm(request.POST, at=at)
    if not form.is_valid():
        return _show_ask(request, found, form, None)
    if "count" in request.POST:
        return _show_ask(request, found, form, form.audience)
    return _ask(request, found, form)


def _ask(request: HttpRequest, found: Situation, form: AudienceForm) -> HttpResponse:
    at = clock.now()
    counted = reach(form.audience, besides=found.sending, at=at)
    if not counted.letters:
        form.add_error(None, _("Nobody would get it."))
        return _show_ask(request, found, form, form.audience)
    stops = checked_now(found).stops
    if stops:
        messages.error(request, _("Something stops it: see below. Nobody was asked."))
        return redirect("cms_sending_check", pk=found.issue.pk)
    try:
        two_people.ask(issue=found.issue, audience=form.audience, by=member(request), at=at)
    except (asking.AlreadyAsked, asking.InThePast, PlaceInWords) as error:
        messages.error(request, words_for(error))
    else:
        messages.success(request, _("Asked. It leaves when a second person has agreed."))
    return redirect("cms_sending", pk=found.issue.pk)


def _asked_before(found: Situation) -> two_people.Audience | None:
    return two_people.audience_of(found.sending, at=clock.now()) if found.sending else None


def _show_ask(
    request: HttpRequest, found: Situation, form: AudienceForm, audience: two_people.Audience | None
) -> HttpResponse:
    at = clock.now()
    context = {
        "form": form,
        "situation": found,
        "issue": found.issue,
        "reach": reach(audience, besides=found.sending, at=at) if audience else None,
        "checked": checking.last(found.revision) if found.revision else None,
    }
    title = _("Send “%(issue)s” as a letter") % {"issue": found.issue.draft_title}
    return screen.show(request, "cms/desk/letters_ask.html", title=title, context=context, above=[ISSUES])


def checked_now(found: Situation) -> checking.Checked:
    """Return what was found before, or look at what can be seen at once."""
    before = checking.last(found.revision) if found.revision else None
    return before or checking.check(found.letter, found.revision, whole=False, at=clock.now())


def may_see_readers(request: HttpRequest) -> bool:
    return request.user.has_perm(Permission.MANAGE_SUBSCRIBERS)


def _show(request: HttpRequest, template: str, *, found: Situation, context: dict[str, object]) -> HttpResponse:
    return screen.show(request, template, title=found.issue.draft_title, context=context, above=[ISSUES])


def words_for(error: Exception) -> str:
    """Say what went wrong, what is safe and what to do."""
    words = {
        asking.AlreadyAsked: _("Somebody asked for it already: this is how it stands."),
        asking.SamePerson: _("You asked for it, so somebody else must agree."),
        asking.ChangedSince: _(
            "It, or a text that stands in it, was changed after it was asked for. Nothing is agreed; look at it, and ask again."
        ),
        asking.AskedAnew: _(
            "Meanwhile it was asked for anew, so what you saw may not be what would leave. Nothing is agreed; look at it again."
        ),
        asking.NothingFrozen: _("There is no letter that was agreed to. Call it back and ask again."),
        PlaceInWords: _(
            "Its words hold a word that is kept for each reader's own address. Nothing was done; take that word out."
        ),
        asking.NotNow: _("Meanwhile it stands otherwise: see below. Nothing was done."),
        asking.TooLate: _("The first letters have left. You can pause or stop it."),
        asking.InThePast: _("That time has passed. Nothing was done; choose another."),
    }
    return words[type(error)]
