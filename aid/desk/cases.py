"""The staff desk: the queue of requests, and one page for each with what is needed to decide and nothing more."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from aid import access, holding, opening, paying, setting_aside, transitions
from aid.answers import Need
from aid.desk import queue
from aid.desk.forms import OpenForm, QueueForm
from aid.desk.steps import STEPS, Step
from aid.models import AidRequest
from aid.reasons import Detail, OpenReason
from aid.statuses import OPEN
from core.clock import now
from core.money import format_money
from ledger import balances
from organisation import screen
from organisation.models import User
from organisation.permissions import Permission
from organisation.staff import member, needs

_PER_PAGE = 50
_PARTS = {
    "reviewer": gettext_lazy("You have reviewed this request. Deciding and paying are for two other people."),
    "decider": gettext_lazy("You have decided on this request. Reviewing and paying are for two other people."),
    "payer": gettext_lazy("You have paid this request."),
}


@needs(Permission.SEE_CASES)
@never_cache
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """The requests that wait for somebody, the longest due first; by a filter, the others too."""
    user, at = member(request), now()
    wanted = queue.narrowed(user, request.GET.get("status", ""), today=at.date())
    page = Paginator(wanted.order_by(F("due_on").asc(), "submitted_at", "pk"), _PER_PAGE).get_page(
        request.GET.get("page")
    )
    rows = [
        {
            "request": row,
            "age": (at - row.submitted_at).days if row.submitted_at else 0,
            "is_overdue": row.status in OPEN and row.due_on is not None and row.due_on < at.date(),
        }
        for row in page
    ]
    form = QueueForm(request.GET, choices=queue.choices(user))
    context = {"rows": rows, "page": page, "form": form}
    return screen.show(request, "aid/desk/queue.html", title=_("Cases"), context=context)


@needs(Permission.SEE_CASES)
@never_cache
@require_safe
def case(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One request: what is needed to decide. Identity stays closed."""
    return _page(request, _visible(request, pk))


def step_view(step: Step) -> Callable[..., HttpResponseBase]:
    """Return the view behind the button of a step."""

    @needs(step.permission)
    @never_cache
    @require_POST
    def view(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        found = _visible(request, pk)
        form = step.form(request.POST, request=found)
        if not form.is_valid():
            return _page(request, found, bound={step.slug: form}, status=422)
        answers = form.cleaned_data
        by = member(request)
        try:
            step.deed(request_id=pk, by=by, seen=answers["seen"], at=now(), **step.arguments(answers))
        except tuple(_SAY) as problem:
            found = access.visible_to(by).filter(pk=pk).first() or found
            # What was typed is kept, for the request as it stands now.
            typed = request.POST.copy()
            typed["seen"] = str(found.version)
            again = step.form(typed, request=found)
            said = _SAY[type(problem)](found)
            return _page(request, found, bound={step.slug: again}, said=said, status=409)
        still_visible = access.visible_to(by).filter(pk=pk).exists()
        return redirect("aid_case", pk=pk) if still_visible else redirect("aid_cases")

    return view


@needs(Permission.REVIEW_CASES, Permission.RECORD_PAYMENTS, Permission.OVERSEE_CASES)
@never_cache
@require_POST
def open_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show one closed detail on this one answer, after writing down who opened it and why."""
    found = _visible(request, pk)
    form = OpenForm(request.POST)
    if not form.is_valid():
        said = _("Choose a reason before you open a detail.")
        return _page(request, found, said=said, status=422)
    detail = Detail(form.cleaned_data["detail"])
    try:
        text = opening.open_detail(
            request_id=pk,
            detail=detail,
            by=member(request),
            reason=OpenReason(form.cleaned_data["reason"]),
            at=now(),
        )
    except transitions.NotAllowed:
        return _page(request, found, said=_say_not_allowed(found), status=403)
    return _page(request, found, opened={"label": detail.label, "text": text})


def _visible(request: HttpRequest, pk: uuid.UUID) -> AidRequest:
    return get_object_or_404(access.visible_to(member(request)), pk=pk)


def _page(
    request: HttpRequest,
    found: AidRequest,
    *,
    bound: dict[str, forms.Form] | None = None,
    said: str = "",
    opened: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    user = member(request)
    own_part = access.part_of(user, found)
    reads_story = access.may_read_story(user)
    disbursement = setting_aside.live(found)
    context = {
        "request_shown": found,
        "case": found.case,
        "needs": _needs(found),
        "available": balances.of(found.fund).available,
        "story": holding.get(found, "story") if reads_story else "",
        "reads_story": reads_story,
        "reviews": _reviews(found) if reads_story else [],
        "recommended": found.reviews.filter(version=found.version).select_related("request").first(),
        "disbursement": disbursement,
        "attempt": disbursement.attempts.select_related("recorded_by").first() if disbursement else None,
        "steps": [
            (step, (bound or {}).get(step.slug) or step.form(request=found))
            for step in STEPS
            if step.is_open(found, user, own_part=own_part) or step.slug in (bound or {})
        ],
        "own_part": _PARTS.get(own_part, ""),
        "closed": _closed(found, user),
        "opened": opened,
        "said": said,
        "reveals": found.case.reveals.select_related("by").order_by("at"),
        "events": found.events.order_by("version"),
        "is_overdue": found.status in OPEN and found.due_on is not None and found.due_on < now().date(),
    }
    return screen.show(
        request,
        "aid/desk/case.html",
        title=_("Case %(name)s") % {"name": found.case.short},
        context=context,
        above=[("aid_cases", _("Cases"))],
        status=status,
    )


def _needs(found: AidRequest) -> str:
    return ", ".join(str(Need(need).label) for need in found.needs)


def _closed(found: AidRequest, user: User) -> list[dict[str, Any]]:
    """Return the closed details that there are, and the form to open those that this person may open."""
    is_there = {
        Detail.WORKER_ID: found.case.worker_id_sealed is not None,
        Detail.EMAIL: found.case.email_sealed is not None,
        Detail.PAY_TO: found.pay_to_sealed is not None,
    }
    return [
        {
            "label": detail.label,
            "form": OpenForm(initial={"detail": detail}, auto_id=f"open_{detail}_%s")
            if opening.may_open(found, user, detail)
            else None,
        }
        for detail, there in is_there.items()
        if there
    ]


def _reviews(found: AidRequest) -> list[dict[str, Any]]:
    rows = found.reviews.select_related("reviewer", "request").prefetch_related("decisions__decider")
    return [
        {
            "review": row,
            "note": holding.get(row, "note"),
            "decisions": [(decision, holding.get(decision, "note")) for decision in row.decisions.all()],
        }
        for row in rows.order_by("version")
    ]


def _say_not_allowed(found: AidRequest) -> str:
    return _("Your roles do not allow this, or there is no need for it now. Nothing was opened or changed.")


def _say_outdated(found: AidRequest) -> str:
    return _("Somebody moved this request on while your page was open. This is how it stands now; nothing was changed.")


def _say_not_now(found: AidRequest) -> str:
    return _("This step is not possible in the status that the request has now. Nothing was changed.")


def _say_same_person(found: AidRequest) -> str:
    return _("You have had another part in this request. Reviewing, deciding and paying are for three people.")


def _say_too_low(found: AidRequest) -> str:
    available = format_money(balances.of(found.fund).available)
    return _("The fund has %(available)s available, which is less than this. Nothing was changed.") % {
        "available": available
    }


def _say_more_than_asked(found: AidRequest) -> str:
    return _("The worker asked for less than this, or the policy allows less. Nothing was changed.")


def _say_in_conflict(found: AidRequest) -> str:
    return _("You have declared that you know this worker. The case is for others; nothing was changed.")


def _say_on_hold(found: AidRequest) -> str:
    return _("The request is on hold. Approval and payment wait until the hold is lifted or has run out.")


def _say_likeness_open(found: AidRequest) -> str:
    return _("Another case looks like this one. Please say first whether both are one person's.")


def _say_above_cap(found: AidRequest) -> str:
    return _("With this the worker would have had more than the policy allows within its period. Nothing was changed.")


def _say_changed(found: AidRequest) -> str:
    return _("What would be paid is not what was approved. Please do not pay it, and tell the steward.")


_SAY: dict[type[Exception], Callable[[AidRequest], str]] = {
    transitions.NotAllowed: _say_not_allowed,
    transitions.SeenOutdated: _say_outdated,
    transitions.NotNow: _say_not_now,
    transitions.SamePerson: _say_same_person,
    balances.FundTooLow: _say_too_low,
    transitions.MoreThanAsked: _say_more_than_asked,
    transitions.InConflict: _say_in_conflict,
    transitions.OnHold: _say_on_hold,
    transitions.LikenessOpen: _say_likeness_open,
    transitions.AboveCap: _say_above_cap,
    paying.ChangedSinceApproval: _say_changed,
}
