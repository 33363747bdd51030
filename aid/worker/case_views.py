"""The worker's way back: seven words open the case. The words are posted, never part of an address."""

from collections.abc import Callable
from contextlib import suppress

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from aid import access, confirming, transitions
from aid.models import AidRequest
from aid.statuses import Status
from aid.worker import case_page, own_case, visiting
from aid.worker.case_forms import LinkForm
from aid.worker.forms import CaseWordsForm
from core import throttle
from core.clock import now
from ledger import proving

PURPOSE = "aid.case"
# Where "Leave this page now" leads. Not to be chosen by the address: that would lead anybody anywhere.
_ELSEWHERE = "https://%s.wikipedia.org/"
_ANSWERS: dict[str, Callable[..., AidRequest]] = {
    "arrived": confirming.say_arrived,
    "not_arrived": confirming.say_not_arrived,
}
# Wrong words only: many people may share a network, and each of them may come back often.
_TRIES = 100
_TRIES_SECONDS = 600


@visiting.private
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest) -> HttpResponse:
    """The case, or the question for its words."""
    if request.method == "POST":
        return _enter(request)
    visit = visiting.current(request)
    found = access.of_visit(visit.request_id) if visit else None
    if not visit or not found or found.case.erased_at:
        return ask_words(request, CaseWordsForm())
    response = case_page.show(request, found)
    visiting.go_on(response, visit)
    return response


@own_case.visited
@require_safe
def proof(request: HttpRequest, found: AidRequest) -> HttpResponse:
    """The proof that this worker's payment is in the public books. It names neither the worker nor the case."""
    booked = access.booked_of(found)
    if not booked:
        return redirect("aid:case")
    return JsonResponse(
        proving.of(booked, at=now()),
        headers={"Content-Disposition": 'attachment; filename="proof.json"'},
        json_dumps_params={"indent": 1, "ensure_ascii": False},
    )


@own_case.visited
@own_case.by_post
def arrived(request: HttpRequest, found: AidRequest) -> HttpResponse:
    """The worker says that the money arrived, or that it did not."""
    form = forms.Form(request.POST)
    say = _ANSWERS.get(request.POST.get("answer", ""))
    if say and form.is_valid() and own_case.is_ours(request, found, form):
        with suppress(transitions.NotNow):  # Said before: the page shows it.
            say(request_id=found.pk, at=now())
    return redirect("aid:case")


@visiting.private
@own_case.by_post
def leave(request: HttpRequest) -> HttpResponse:
    """Close the case on this device. Needs no token: the worst a forged click does is to ask for the words again."""
    response = redirect("aid:left")
    response.status_code = 303
    visiting.leave(request, response)
    return response


@visiting.private
@require_safe
def left(request: HttpRequest) -> HttpResponse:
    """Say that the page is closed on this device."""
    return redirect("aid:case") if visiting.current(request) else render(request, "aid/left.html")


@visiting.private
@require_safe
def away(request: HttpRequest) -> HttpResponse:
    """Quick exit: end the visit, so that "back" shows nothing, and go to a page that tells nothing."""
    response = redirect(_ELSEWHERE % (get_language() or "en"))
    response.status_code = 303
    if visiting.cookie_name() in request.COOKIES:
        visiting.leave(request, response)
    return response


def ask_words(request: HttpRequest, form: CaseWordsForm) -> HttpResponse:
    """Ask for the seven words, or for the address to which a link may go."""
    return render(request, "aid/enter.html", {"form": form, "link_form": LinkForm()})


def _enter(request: HttpRequest) -> HttpResponse:
    """Look the words up. Wrong ones get one answer, whatever is wrong with them."""
    form = CaseWordsForm(request.POST)
    if form.is_valid() and visiting.is_ours(request, PURPOSE, form):
        block = throttle.address_block(request.META["REMOTE_ADDR"])
        if not throttle.allow("aid.case-words", block, limit=_TRIES, seconds=_TRIES_SECONDS):
            return render(request, "aid/busy.html", status=429)
        found = access.by_words(form.cleaned_data["words"])
        if found:
            throttle.forgive("aid.case-words", block, seconds=_TRIES_SECONDS)
            return let_in(found)
        form.add_error(
            "words", _("These words do not open anything. Please check the spelling and the order, and try again.")
        )
    return ask_words(request, form)


def let_in(found: AidRequest) -> HttpResponse:
    """Open the page of a case in this browser. What is not sent yet goes on where it stopped."""
    response = redirect("aid:go_on" if found.status == Status.DRAFT else "aid:case")
    visiting.begin(response, request_id=found.pk)
    return response
