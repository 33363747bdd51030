"""The worker's way back: seven words open the case. The words are posted, never part of an address."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aid import access, applying, confirming, setting_aside, transitions
from aid.models import AidRequest, Review
from aid.statuses import OPEN, Status, may_be_withdrawn, public_words
from aid.worker import visiting
from aid.worker.apply_views import answers, ended
from aid.worker.forms import CaseWordsForm
from aid.worker.visiting import Visit
from core import throttle
from core.clock import now
from ledger import proving

PURPOSE = "aid.case"
_ANSWERS: dict[str, Callable[..., AidRequest]] = {
    "arrived": confirming.say_arrived,
    "not_arrived": confirming.say_not_arrived,
}
_TRIES = 20
_TRIES_SECONDS = 600


@visiting.private
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest) -> HttpResponse:
    """The case, or the question for its words."""
    if request.method == "POST":
        return _enter(request)
    visit, found = _visited(request)
    if not visit or not found:
        return render(request, "aid/enter.html", {"form": CaseWordsForm()})
    response = render(request, "aid/case.html", _told(found))
    visiting.go_on(response, visit)
    return response


@visiting.private
@require_safe
def held(request: HttpRequest) -> HttpResponse:
    """Everything that we hold of this worker."""
    visit, found = _visited(request)
    if not visit or not found:
        return ended(request)
    response = render(request, "aid/held.html", {"answers": answers(found), "request_shown": found})
    visiting.go_on(response, visit)
    return response


@visiting.private
@require_safe
def proof(request: HttpRequest) -> HttpResponse:
    """The proof that this worker's payment is in the public books. It names neither the worker nor the case."""
    visit, found = _visited(request)
    if not visit or not found:
        return ended(request)
    booked = access.booked_of(found)
    if not booked:
        return redirect("aid:case")
    response = JsonResponse(
        proving.of(booked, at=now()),
        headers={"Content-Disposition": 'attachment; filename="proof.json"'},
        json_dumps_params={"indent": 1, "ensure_ascii": False},
    )
    visiting.go_on(response, visit)
    return response


@visiting.private
@require_POST
def arrived(request: HttpRequest) -> HttpResponse:
    """The worker says that the money arrived, or that it did not."""
    visit, found = _visited(request)
    form = forms.Form(request.POST)
    if not visit or not found:
        return ended(request)
    say = _ANSWERS.get(request.POST.get("answer", ""))
    if say and form.is_valid() and visiting.is_ours(request, PURPOSE, form):
        with suppress(transitions.NotNow):  # Said before: the page shows it.
            say(request_id=found.pk, at=now())
    return redirect("aid:case")


@visiting.private
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest) -> HttpResponse:
    """Ask once, then take the request back."""
    visit, found = _visited(request)
    if not visit or not found:
        return ended(request)
    form = forms.Form(request.POST or None)
    if request.method == "POST" and form.is_valid() and visiting.is_ours(request, PURPOSE, form):
        was_unsent = found.status == Status.DRAFT
        with suppress(transitions.NotNow):  # Paid meanwhile, or withdrawn before: the page shows it.
            applying.withdraw(request_id=found.pk, at=now())
        if not was_unsent:
            return redirect("aid:case")
        erased = redirect("aid:home")
        visiting.end(erased)
        return erased
    response = render(request, "aid/withdraw.html", _told(found) | {"form": form})
    visiting.go_on(response, visit)
    return response


@visiting.private
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close the case on this device. Needs no token: the worst a forged click does is to ask for the words again."""
    response = render(request, "aid/left.html")
    visiting.end(response)
    return response


def _enter(request: HttpRequest) -> HttpResponse:
    """Look the words up. Wrong ones get one answer, whatever is wrong with them."""
    form = CaseWordsForm(request.POST)
    if form.is_valid() and visiting.is_ours(request, PURPOSE, form):
        block = throttle.address_block(request.META["REMOTE_ADDR"])
        if not throttle.allow("aid.case-words", block, limit=_TRIES, seconds=_TRIES_SECONDS):
            return render(request, "aid/busy.html", status=429)
        found = access.by_words(form.cleaned_data["words"])
        if found:
            response = redirect("aid:case")
            visiting.begin(response, request_id=found.pk)
            return response
        form.add_error(
            "words", _("These words do not open anything. Please check the spelling and the order, and try again.")
        )
    return render(request, "aid/enter.html", {"form": form})


def _visited(request: HttpRequest) -> tuple[Visit | None, AidRequest | None]:
    visit = visiting.current(request)
    return visit, access.of_visit(visit.request_id) if visit else None


def _told(found: AidRequest) -> dict[str, Any]:
    """What the worker's page says: softer words, the date by when, what was opened and why."""
    review = found.reviews.order_by("-version").first()
    is_declined = found.status in (Status.DECLINED, Status.DECLINED_FINALLY) and isinstance(review, Review)
    disbursement = setting_aside.live(found)
    return {
        "request_shown": found,
        "words": public_words(found.status),
        "timeline": _timeline(found),
        "is_draft": found.status == Status.DRAFT,
        "is_open": found.status in OPEN,
        "is_late": found.status in OPEN and found.due_on is not None and found.due_on < now().date(),
        "is_paid": found.status == Status.PAID,
        "is_approved": found.status == Status.APPROVED,
        "is_done": found.status == Status.CONFIRMED,
        "granted": disbursement.amount if disbursement else None,
        "attempt": disbursement.attempts.first() if disbursement else None,
        "is_missing": bool(disbursement) and access.is_said_missing(found),
        "decline_reason": review.get_reason_display() if review and is_declined else "",
        "is_booked": bool(access.booked_of(found)),
        "reveals": found.case.reveals.order_by("at"),
        "may_withdraw": may_be_withdrawn(found.status),
    }


def _timeline(found: AidRequest) -> list[dict[str, Any]]:
    """Return the steps in the worker's words; steps that say the same to the worker are one."""
    told: list[dict[str, Any]] = []
    for event in found.events.order_by("version"):
        step = public_words(event.to_status)
        if not told or told[-1]["words"] != step:
            told.append({"words": step, "at": event.at})
    return told
