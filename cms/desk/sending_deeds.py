"""What is done to a sending at the desk: each a button, each one deed."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cms.desk import sending_situation
from cms.desk.sending import ISSUES, checked_now, words_for
from cms.desk.sending_forms import NoteForm, StopForm, TimeForm
from cms.models import Sending
from cms.sending import asking, results, two_people
from core import clock
from mail.frozen import PlaceInWords
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import member, needs

_EXPECTED = (
    asking.AlreadyAsked,
    asking.SamePerson,
    asking.ChangedSince,
    asking.AskedAnew,
    asking.NothingFrozen,
    PlaceInWords,
    asking.NotNow,
    asking.TooLate,
    asking.InThePast,
)


@needs(Permission.SEND_LETTERS)
@require_POST
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree as the second person."""
    found, seen = sending_situation.find(pk), request.POST.get("seen", "")
    if checked_now(found).stops:
        messages.error(request, _("Something stops it: see below. Send it back."))
        return redirect("cms_sending_check", pk=pk)
    return _do(
        request,
        pk,
        lambda sending, at: two_people.agree(sending=sending, by=member(request), seen=seen, at=at),
        _("Agreed. For five minutes it can be called back."),
    )


@needs(Permission.SEND_LETTERS)
@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Do not agree, and say why; or take back what one asked oneself."""
    form = NoteForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    return _do(
        request,
        pk,
        lambda sending, at: two_people.send_back(sending=sending, by=member(request), note=note, at=at),
        _("Sent back. Nothing leaves until somebody asks again."),
    )


@needs(Permission.SEND_LETTERS)
@require_POST
def ask_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the issue as it is now, for the same readers."""
    return _do(
        request,
        pk,
        lambda sending, at: two_people.ask_again(sending=sending, by=member(request), at=at),
        _("Asked for what it is now. Somebody else must agree."),
    )


@needs(Permission.SEND_LETTERS)
@require_POST
def call_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one's mind before the first letter leaves."""
    return _do(
        request,
        pk,
        lambda sending, at: asking.call_back(sending=sending, by=member(request), at=at),
        _("Called back. No letter has left."),
    )


@needs(Permission.SEND_LETTERS)
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Give what is held a new time."""
    form = TimeForm(request.POST, at=clock.now())
    if not form.is_valid():
        for error in form.errors.get("not_before", []):
            messages.error(request, f"{error} {_('It is still held.')}")
        return redirect("cms_sending", pk=pk)
    not_before = form.cleaned_data["not_before"]
    return _do(
        request,
        pk,
        lambda sending, at: asking.release(sending=sending, by=member(request), not_before=not_before, at=at),
        _("It has a new time. Until then it can be called back."),
    )


@needs(Permission.SEND_LETTERS)
@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Let no more letters leave for now."""
    return _do(
        request,
        pk,
        lambda sending, at: asking.pause(sending=sending, by=member(request), at=at),
        _("Paused. A letter that is in flight arrives; no other leaves until you go on."),
    )


@needs(Permission.SEND_LETTERS)
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on after a pause."""
    return _do(
        request,
        pk,
        lambda sending, at: asking.resume(sending=sending, by=member(request), at=at),
        _("It goes on."),
    )


@needs(Permission.SEND_LETTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what stopping means; the button stops for good."""
    found = sending_situation.find(pk)
    if found.sending is None or not found.has_begun:
        raise Http404
    form = StopForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        note = form.cleaned_data["note"]
        return _do(
            request,
            pk,
            lambda sending, at: asking.stop(sending=sending, by=member(request), note=note, at=at),
            _("Stopped. Who had no letter yet gets none."),
        )
    context = {"form": form, "issue": found.issue, "sending": found.sending, "results": results.of(found.sending)}
    title = _("Stop “%(issue)s” for good") % {"issue": found.issue.draft_title}
    return screen.show(request, "cms/desk/letters_stop.html", title=title, context=context, above=[ISSUES])


def _do(request: HttpRequest, pk: int, deed: Callable[[Sending, datetime], object], said: str) -> HttpResponse:
    sending = sending_situation.find(pk).sending
    if sending is None:
        raise Http404
    try:
        deed(sending, clock.now())
    except _EXPECTED as error:
        messages.error(request, words_for(error))
    else:
        messages.success(request, said)
    return redirect("cms_sending", pk=pk)
