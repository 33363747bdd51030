"""The page of one case at the desk, and what happens when one of its buttons is pressed."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aid import access, holds, joining, opening, talking, transitions
from aid.answers import PayMethod
from aid.desk import dossier, page, refusals
from aid.desk.dossier import NOT_RECORDED
from aid.desk.forms import OpenForm, StepForm
from aid.desk.steps import Step
from aid.models import AidRequest, Message
from aid.reasons import Detail, OpenReason
from core.clock import now
from organisation import audit, screen
from organisation.models import User
from organisation.permissions import Permission
from organisation.staff import member, needs

_ABOVE = ("aid_cases", gettext_lazy("Cases"))


@needs(Permission.SEE_CASES)
@never_cache
@require_safe
def case(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One request: what is needed to decide. Identity stays closed."""
    found = _dossier(request, pk)
    response = page.show(request, found)
    if request.method == "GET" and _answers(member(request), found.request) and _has_news(found):
        talking.mark_seen(found.request.case, by_worker=False, at=now())
    return response


def step_view(step: Step) -> Callable[..., HttpResponseBase]:
    """Return the view behind the button of a step."""

    @needs(*step.permissions)
    @never_cache
    @require_POST
    def view(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        by = member(request)
        found = access.visible_to(by).filter(pk=pk).first()
        if found is None:
            return _out_of_sight(request, step, pk)
        if not step.may_press(found, by):
            return page.show(request, _dossier(request, pk), said=page.Said(refusals.not_allowed(found)), status=403)
        form = step.form(request.POST, request=found)
        if not form.is_valid():
            said = page.Said(_("Please look at what is marked below. Nothing was changed."), {step.slug: form})
            return page.show(request, _dossier(request, pk), said=said, status=422)
        answers = form.cleaned_data
        seen = {"seen": answers["seen"]} if isinstance(form, StepForm) else {}
        try:
            step.deed(request_id=pk, by=by, at=now(), **seen, **step.arguments(answers))
        except refusals.EXPECTED as problem:
            return _refused(request, step, pk, problem, seen.get("seen"))
        messages.success(request, str(step.done))
        return _back(request, pk)

    return view


def _refused(request: HttpRequest, step: Step, pk: uuid.UUID, problem: Exception, seen: int | None) -> HttpResponse:
    found = access.visible_to(member(request)).filter(pk=pk).first()
    if found is None:
        return _out_of_sight(request, step, pk)
    # What was typed is kept, for the request as it stands now.
    typed = request.POST.copy()
    typed["seen"] = str(found.version)
    said = page.Said(refusals.say(problem, found, step=step, seen=seen), {step.slug: step.form(typed, request=found)})
    status = 403 if isinstance(problem, transitions.NotAllowed) else 409
    return page.show(request, _dossier(request, pk), said=said, status=status)


def _out_of_sight(request: HttpRequest, step: Step, pk: uuid.UUID) -> HttpResponse:
    """Answer a button of a request that went out of sight: whoever may have sent money gets back what they typed."""
    by = member(request)
    found = access.left_unpaid(by).filter(pk=pk).first() if step.slug == "paid" else None
    if found is None:
        raise Http404
    audit.record(actor=by, action=NOT_RECORDED, subject=found, at=now())
    method = request.POST.get("method", "")
    typed = {
        "reference": request.POST.get("provider_reference", "")[:120],
        "method": PayMethod(method).label if method in PayMethod.values else "",
        "on": request.POST.get("on", "")[:20],
    }
    title = _("The payment is not recorded")
    return screen.show(
        request, "aid/desk/case_not_recorded.html", title=title, context={"typed": typed}, above=[_ABOVE], status=409
    )


@needs(Permission.REVIEW_CASES, Permission.RECORD_PAYMENTS, Permission.OVERSEE_CASES)
@never_cache
@require_POST
def open_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show one closed detail on this one answer, after writing down who opened it and why."""
    found = _visible(request, pk)
    form = OpenForm(request.POST)
    if not form.is_valid():
        said = page.Said(_("Choose a reason before you open a detail."))
        return page.show(request, _dossier(request, pk), said=said, status=422)
    detail = Detail(form.cleaned_data["detail"])
    try:
        text = opening.open_detail(
            request_id=pk,
            detail=detail,
            by=member(request),
            reason=OpenReason(form.cleaned_data["reason"]),
            at=now(),
        )
    except (transitions.NotAllowed, transitions.InConflict):
        said = page.Said(refusals.not_allowed(found))
        return page.show(request, _dossier(request, pk), said=said, status=403)
    except opening.TooManyOpened:
        said = page.Said(
            _("You have opened many details in the last hour. Please go on in an hour; nothing was opened.")
        )
        return page.show(request, _dossier(request, pk), said=said, status=429)
    said = page.Said(opened={"label": detail.label, "text": text})
    return page.show(request, _dossier(request, pk), said=said)


@needs(Permission.REVIEW_CASES, Permission.APPROVE_REQUESTS, Permission.RECORD_PAYMENTS, Permission.OVERSEE_CASES)
@never_cache
@require_POST
def lift(request: HttpRequest, pk: uuid.UUID, hold: uuid.UUID) -> HttpResponse:
    """End a hold."""
    found = _visible(request, pk)
    row = get_object_or_404(found.holds, pk=hold)
    try:
        holds.lift(hold_id=row.pk, by=member(request), at=now())
    except transitions.NotAllowed:
        said = page.Said(_("Only who put the hold, or a steward, can lift it. Nothing was changed."))
        return page.show(request, _dossier(request, pk), said=said, status=403)
    return _back(request, pk)


@needs(Permission.REVIEW_CASES, Permission.OVERSEE_CASES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def alike(request: HttpRequest, pk: uuid.UUID, other: uuid.UUID) -> HttpResponse:
    """Ask, before it is said once and for all, whether two cases that look alike are one person's."""
    found = _dossier(request, pk)
    likeness = next((one for one in page.likenesses(found.request) if one["pk"] == str(other)), None)
    if likeness is None:
        messages.info(request, _("Somebody has said it already, or the two cases are no longer alike."))
        return redirect("aid_case", pk=pk)
    said = request.POST.get("same", "")
    if request.method == "POST" and said in ("yes", "no"):
        return _say(request, pk, other, is_same=said == "yes")
    newer = max(found.request, _visible(request, other), key=lambda one: (one.submitted_at, one.pk))
    context = {
        "request_shown": found.request,
        "case": found.request.case,
        "likeness": likeness,
        "newer": newer,
        "said": _("Please choose an answer.") if request.method == "POST" else "",
    }
    return screen.show(
        request,
        "aid/desk/alike.html",
        title=_("One person or two?"),
        context=context,
        above=[_ABOVE],
        status=422 if request.method == "POST" else 200,
    )


def _say(request: HttpRequest, pk: uuid.UUID, other: uuid.UUID, *, is_same: bool) -> HttpResponse:
    try:
        joining.say(request_id=pk, other_id=other, is_same=is_same, by=member(request), at=now())
    except transitions.NotNow:
        messages.info(request, _("A colleague was quicker: it is said already. Nothing was changed."))
    else:
        words = _("They count as of one person from now on.") if is_same else _("They stay the cases of two people.")
        messages.success(request, words)
    return _back(request, pk)


def _visible(request: HttpRequest, pk: uuid.UUID) -> AidRequest:
    return get_object_or_404(access.visible_to(member(request)), pk=pk)


def _dossier(request: HttpRequest, pk: uuid.UUID) -> dossier.Dossier:
    found = dossier.of(member(request), pk)
    if found is None:
        raise Http404
    return found


def _back(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Go back to the case, or to the queue if the person no longer works with it."""
    still_visible = access.visible_to(member(request)).filter(pk=pk).exists()
    return redirect("aid_case", pk=pk) if still_visible else redirect("aid_cases")


def _answers(user: User, found: AidRequest) -> bool:
    """Return whether a word of the worker has reached who answers it, when this person reads it."""
    reviews = user.has_perm(Permission.REVIEW_CASES) or user.has_perm(Permission.OVERSEE_CASES)
    return reviews and found.taken_by_id in (None, user.pk)


def _has_news(found: dossier.Dossier) -> bool:
    return any(one.sender == Message.Sender.WORKER and one.seen_at is None for one in found.messages)
