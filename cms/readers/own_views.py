"""A reader's own page: what they get, and everything about them. Reached by a link to their own address only.

The visit is a signed value in the page's forms, good for half an hour: no cookie, and nothing to close but the page.
"""

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cms.models.subscribers import Subscriber
from cms.readers import answers, choosing, crowding, forms, leaving, letter_links, own_data, signing_up
from cms.readers.leave_views import PAUSES
from cms.readers.letter_links import Asked
from core import clock
from core.links import LinkRefused
from organisation import pace

# As long as finding a reader, making a link and queueing its letter take.
_SECONDS = 0.3
# The buttons that go by what is ticked above them.
_WITH_CHOICE = {"choose", "subscribe"}


@answers.quiet
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Ask for the link to one's page; with a visit in the form, do what its button says."""
    if request.method != "POST":
        return _ask(request, forms.LinkForm(label_suffix=""))
    if "visit" in request.POST:
        return _visited(request)
    form = forms.LinkForm(request.POST, label_suffix="")
    if not answers.is_fresh(request):
        notice = _("This page was open for too long. Nothing was sent; press the button once more.")
        return _ask(request, form, notice, status=403)
    if not form.is_valid():
        return _ask(request, form)
    email = form.cleaned_data["email"]
    if crowding.may_ask_for_link(address=request.META.get("REMOTE_ADDR", ""), email=email):
        with pace.at_least(seconds=_SECONDS):
            signing_up.send_link(email=email, at=clock.now())
    return answers.page(request, "preferences_link", {"is_sent": True})


def _ask(request: HttpRequest, form: forms.LinkForm, notice: str = "", *, status: int = 200) -> HttpResponse:
    return answers.page(request, "preferences_link", {"form": form, "notice": notice}, status=status)


@answers.quiet
@require_http_methods(["GET", "HEAD", "POST"])
def open_page(request: HttpRequest, token: str) -> HttpResponse:
    """A link's GET shows one button and changes nothing; its POST opens the page, once."""
    spent = _("This link was used already, or is older than 15 minutes. Ask for a fresh one here.")
    if request.method != "POST":
        if not letter_links.is_open(token):
            return _ask(request, forms.LinkForm(label_suffix=""), spent)
        return answers.page(request, "preferences_open", {})
    try:
        visit = letter_links.begin(token)
    except (LinkRefused, letter_links.LinkIsSpent):
        return _ask(request, forms.LinkForm(label_suffix=""), spent, status=410)
    return _own_page(request, visit)


def _visited(request: HttpRequest) -> HttpResponse:
    try:
        key, visit = letter_links.go_on(request.POST["visit"])
        reader = Subscriber.objects.get(key=key)
    except (LinkRefused, Subscriber.DoesNotExist):
        return _closed(request)
    what, at = request.POST.get("do", ""), clock.now()
    if what == "data":
        return _file(reader, at=at)
    if what == "erase":
        return _erase(request, reader, visit, at=at)
    choice = forms.ChoiceForm(request.POST, reader=reader) if what in _WITH_CHOICE else None
    if choice is not None and not choice.is_valid():
        return _own_page(request, visit, form=choice)
    try:
        _do(what, reader, choice, at=at)
    except (leaving.NotSubscribed, signing_up.NothingToConfirm):
        what = ""  # Something else happened meanwhile; the page shows how things are now.
    return _own_page(request, visit, done=what)


def _do(what: str, reader: Subscriber, choice: forms.ChoiceForm | None, *, at: datetime) -> None:
    if choice is not None:
        _chosen(what, reader, choice, at=at)
    elif what in {f"pause-{months}" for months in PAUSES}:
        leaving.pause(reader, until=leaving.in_months(int(what[-1]), at=at), how=leaving.BY_OWN_PAGE, at=at)
    elif what == "go_on":
        leaving.go_on(reader, how=leaving.BY_OWN_PAGE, at=at)
    elif what == "leave":
        leaving.leave(reader, how=Subscriber.Left.PAGE, delivery=None, at=at, where=leaving.BY_OWN_PAGE)


def _chosen(what: str, reader: Subscriber, choice: forms.ChoiceForm, *, at: datetime) -> None:
    topics, language = choice.chosen_topics(), choice.cleaned_data["language"]
    if what == "choose":
        choosing.choose(reader, topics=topics, language=language, at=at)
    else:
        wish = Asked(reader.key, language, tuple(topic.pk for topic in topics), at)
        signing_up.confirm(wish, how=leaving.BY_OWN_PAGE, at=at)


def _own_page(request: HttpRequest, visit: str, **more: Any) -> HttpResponse:
    try:
        key, visit = letter_links.go_on(visit)
        reader = Subscriber.objects.get(key=key)
    except (LinkRefused, Subscriber.DoesNotExist):
        return _closed(request)
    context = {
        "reader": reader,
        "visit": visit,
        "form": forms.ChoiceForm(reader=reader),
        "is_subscribed": reader.state == Subscriber.State.ACTIVE,
        "paused_until": reader.paused_until if leaving.is_paused(reader, at=clock.now()) else None,
    }
    return answers.page(request, "preferences", context | more)


def _closed(request: HttpRequest) -> HttpResponse:
    notice = _("Your page is closed now: it stays open for half an hour after your last click. Nothing was changed.")
    return _ask(request, forms.LinkForm(label_suffix=""), notice, status=403)


def _file(reader: Subscriber, *, at: datetime) -> HttpResponse:
    text = json.dumps(own_data.everything(reader, at=at), indent=2, ensure_ascii=False)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="newsletter.json"'
    return response


def _erase(request: HttpRequest, reader: Subscriber, visit: str, *, at: datetime) -> HttpResponse:
    """Say what goes and what stays; erase once the box is ticked."""
    form = forms.EraseForm(request.POST if "sure" in request.POST else None, label_suffix="")
    if not form.is_bound or not form.is_valid():
        return answers.page(request, "erase", {"form": form, "visit": visit})
    leaving.erase(reader, source="erased", at=at)
    return answers.page(request, "erased", {})
