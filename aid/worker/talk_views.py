"""What a worker tells us from their own page: a message, an appeal, a complaint, what became of the account."""

from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from aid import appealing, complaining, holding, reinstating, talking, transitions
from aid.answers import Kind
from aid.models import AidRequest, Complaint, Reinstatement
from aid.statuses import Status, can_follow
from aid.worker import case_page, own_case
from aid.worker.case_forms import AccountStandsForm, AppealForm, ComplaintForm, MessageForm
from core.clock import now

_MESSAGES_AN_HOUR = 20
_COMPLAINTS_AN_HOUR = 5
_REPORTS_AN_HOUR = 5


@own_case.visited
@require_http_methods(["GET", "HEAD", "POST"])
def message(request: HttpRequest, found: AidRequest) -> HttpResponse:
    """Write to us. What waited for an answer is being looked at again."""
    if request.method != "POST" or found.status == Status.DRAFT:
        return redirect("aid:case")
    is_answer = found.status in (Status.NEEDS_INFO, Status.EXPIRED)
    form = MessageForm(request.POST, case=found.case, is_answer=is_answer)
    if (
        form.is_valid()
        and own_case.is_ours(request, found, form)
        and own_case.is_within(_MESSAGES_AN_HOUR, of="aid.messages", found=found, form=form)
    ):
        talking.write_to_us(request_id=found.pk, body=form.cleaned_data["body"], at=now())
        return done("message")
    return case_page.show(request, found, form)


@own_case.visited
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, found: AidRequest) -> HttpResponse:
    """Ask for a second look, by people who had no part in the first."""
    if not can_follow(found.status, Status.APPEALED):
        return redirect("aid:case")
    form = AppealForm(request.POST or None, case=found.case)
    if request.method == "POST" and form.is_valid() and own_case.is_ours(request, found, form):
        with suppress(transitions.NotNow):  # A second click: the page shows it.
            appealing.appeal(request_id=found.pk, ground=form.cleaned_data["ground"], at=now())
        return done("appeal")
    return render(request, "aid/appeal.html", case_page.standing(found) | {"form": form})


@own_case.visited
@require_http_methods(["GET", "HEAD", "POST"])
def complain(request: HttpRequest, found: AidRequest) -> HttpResponse:
    """Complain to the steward, and read what the steward answered."""
    if found.status == Status.DRAFT:
        return redirect("aid:case")
    form = ComplaintForm(request.POST or None, case=found.case)
    if (
        request.method == "POST"
        and form.is_valid()
        and own_case.is_ours(request, found, form)
        and own_case.is_within(_COMPLAINTS_AN_HOUR, of="aid.complaints", found=found, form=form)
    ):
        about = Complaint.About(form.cleaned_data["about"])
        complaining.complain(request_id=found.pk, about=about, body=form.cleaned_data["body"], at=now())
        return done("complaint")
    earlier = [
        {
            "about": one.get_about_display(),
            "body": holding.get(one, "body"),
            "answer": holding.get(one, "answer"),
            "at": one.at,
        }
        for one in found.case.complaints.order_by("at", "pk")
    ]
    return render(request, "aid/complain.html", {"form": form, "purpose": own_case.purpose(found), "earlier": earlier})


@own_case.visited
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest, found: AidRequest) -> HttpResponse:
    """Tell what became of the account. It may be told again when it changes."""
    if found.status == Status.DRAFT:
        return redirect("aid:case")
    form = AccountStandsForm(request.POST or None, case=found.case)
    if (
        request.method == "POST"
        and form.is_valid()
        and own_case.is_ours(request, found, form)
        and own_case.is_within(_REPORTS_AN_HOUR, of="aid.reports", found=found, form=form)
    ):
        outcome = Reinstatement.Outcome(form.cleaned_data["outcome"])
        reinstating.report(request_id=found.pk, outcome=outcome, on=form.cleaned_data["on"], at=now())
        return done("account")
    context = {
        "form": form,
        "purpose": own_case.purpose(found),
        "earlier": found.case.reinstatements.order_by("pk"),
        "is_suspension": found.case.kind == Kind.SUSPENSION,
    }
    return render(request, "aid/account.html", context)


def done(what: str) -> HttpResponse:
    """Lead back to the page, which says in a sentence what was done."""
    return redirect(f"{reverse('aid:case')}?done={what}")
