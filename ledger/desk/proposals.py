"""The desk's screens for what is booked by hand: what waits, proposing something, deciding on it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.money import format_money
from ledger import balances, posting, proposing
from ledger.desk.proposal_forms import FORMS, DeclineForm, ReversalForm
from ledger.models import BY_HAND, Fund, Proposal
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import member, needs

_PER_PAGE = 50
_PROPOSALS = ("ledger_proposals", gettext_lazy("Proposals"))
_WITH = ("fund", "to_fund", "proposed_by", "decided_by", "transaction", "reverses")


@needs(Permission.SEE_BOOKS)
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """All proposals: those that wait first, then newest first."""
    found = Proposal.objects.select_related(*_WITH).order_by(
        Case(When(state=Proposal.State.OPEN, then=0), default=1), "-proposed_at", "-pk"
    )
    page = Paginator(found, _PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "kinds": [(kind, form.kind.label) for kind, form in FORMS.items()]}
    return screen.show(request, "ledger/desk/proposals.html", title=_("Proposals"), context=context)


@needs(Permission.MANAGE_FUNDS)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, kind: str) -> HttpResponse:
    """Propose a booking of one kind. Its fields may come filled in, from a line of the bank's."""
    if kind not in FORMS:
        raise Http404
    initial = {"on": posting.day_of(clock.now()).isoformat()} | request.GET.dict()
    form = FORMS[kind](request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            proposal = proposing.propose(wish=form.wish(), by=member(request), at=clock.now())
        except (proposing.NotYet, posting.MonthClosed) as error:
            form.add_error("on", _day_refused(error))
        else:
            return _proposed(request, proposal)
    context = {"form": form, "kind": kind, "balances": balances.of_all(Fund.objects.order_by("pk"))}
    title = str(FORMS[kind].kind.label)
    return screen.show(request, "ledger/desk/propose.html", title=title, context=context, above=[_PROPOSALS])


@needs(Permission.MANAGE_FUNDS)
@require_http_methods(["GET", "HEAD", "POST"])
def propose_reversal(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose to take back what an earlier proposal booked."""
    booked = get_object_or_404(
        Proposal.objects.select_related(*_WITH), pk=pk, transaction__isnull=False, kind__in=BY_HAND
    )
    form = ReversalForm(
        request.POST if request.method == "POST" else None,
        initial={"on": posting.day_of(clock.now()).isoformat()},
    )
    if request.method == "POST" and form.is_valid() and booked.transaction:
        try:
            proposal = proposing.propose_reversal(
                original=booked.transaction,
                on=form.cleaned_data["on"],
                memo=form.cleaned_data["memo"],
                by=member(request),
                at=clock.now(),
            )
        except (proposing.NotYet, posting.MonthClosed) as error:
            form.add_error("on", _day_refused(error))
        except proposing.NotPlausible:
            form.add_error("on", _("This is before the day of the booking that it takes back."))
        except proposing.AlreadyReversed:
            form.add_error(None, _("To take this booking back is proposed or booked already."))
        else:
            return _proposed(request, proposal)
    context = {"form": form, "booked": booked}
    title = _("Take a booking back")
    return screen.show(request, "ledger/desk/propose_reversal.html", title=title, context=context, above=[_PROPOSALS])


def _proposed(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    messages.success(request, _("Proposed. It is booked when a second person agrees; they have a letter about it."))
    return redirect("ledger_proposal", pk=proposal.pk)


def _day_refused(error: Exception) -> str:
    if isinstance(error, proposing.NotYet):
        return _("This day is in the future.")
    closed: date | None = posting.closed_until()
    until = date_format(closed, "DATE_FORMAT") if closed else ""
    return _("The books are closed until %(day)s. Choose a later day.") % {"day": until}


@needs(Permission.SEE_BOOKS)
@require_safe
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal: what it would book, and the decision."""
    return _show(request, get_object_or_404(Proposal.objects.select_related(*_WITH), pk=pk), DeclineForm())


@needs(Permission.MANAGE_FUNDS)
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Book a proposal, decline it or withdraw it."""
    found = get_object_or_404(Proposal.objects.select_related(*_WITH), pk=pk)
    form = DeclineForm(request.POST if request.POST.get("deed") == "decline" else None)
    return redirect("ledger_proposal", pk=pk) if _decide(request, found, form) else _show(request, found, form)


def _show(request: HttpRequest, found: Proposal, form: DeclineForm) -> HttpResponse:
    lines = proposing.lines(found)
    taken_back = Proposal.objects.filter(reverses=found.transaction).exclude(reverses=None)
    context: dict[str, Any] = {
        "proposal": found,
        "lines": lines,
        "balances": balances.of_all(dict.fromkeys(line.fund for line in lines)),
        "form": form,
        "is_own": found.proposed_by_id == member(request).pk,
        "takes_from_restricted": found.fund.is_restricted
        and found.kind in {Proposal.Kind.TRANSFER, Proposal.Kind.SPENDING},
        "others": proposing.may_decide(found) if found.is_open else [],
        "taken_back_by": taken_back.exclude(state__in=["declined", "withdrawn"]).first(),
        "may_be_taken_back": found.transaction is not None and found.kind in BY_HAND,
    }
    return screen.show(request, "ledger/desk/proposal.html", title=str(found), context=context, above=[_PROPOSALS])


def _decide(request: HttpRequest, found: Proposal, form: DeclineForm) -> bool:
    """Do what the button says, and say what became of it. False if the form needs to be shown again."""
    if form.is_bound and not form.is_valid():
        return False
    try:
        said = _do(request, found, form)
    except tuple(_REFUSALS) as error:
        messages.error(request, _REFUSALS[type(error)](found, error))
    else:
        messages.success(request, said)
    return True


def _do(request: HttpRequest, found: Proposal, form: DeclineForm) -> str:
    by, at = member(request), clock.now()
    match request.POST.get("deed"):
        case "book":
            proposing.book(proposal_id=found.pk, by=by, at=at)
            return _("It is booked.")
        case "decline":
            proposing.decline(proposal_id=found.pk, answer=form.cleaned_data["answer"], by=by, at=at)
            return _("Declined. Whoever proposed it has a letter with your words.")
        case _other:
            proposing.withdraw(proposal_id=found.pk, by=by, at=at)
            return _("Withdrawn. Nothing was booked.")


def _faster(found: Proposal, error: Exception) -> str:
    there: Proposal = error.args[0]
    words = {"who": there.decided_by, "state": there.get_state_display()}
    return _("%(who)s was faster: it is %(state)s. Nothing was booked twice.") % words


def _too_low(found: Proposal, error: Exception) -> str:
    words = {"fund": found.fund.name, "amount": format_money(balances.of(found.fund).available)}
    return _("%(fund)s has only %(amount)s available. Nothing was booked.") % words


_REFUSALS: dict[type[Exception], Callable[[Proposal, Exception], str]] = {
    proposing.AlreadyDecided: _faster,
    proposing.OwnProposal: lambda *_given: _("You proposed this yourself. Somebody else has to book or decline it."),
    proposing.NotYourProposal: lambda *_given: _("Only whoever proposed it can withdraw it. You can decline it."),
    balances.FundTooLow: _too_low,
    posting.MonthClosed: lambda *_given: _(
        "The month of this day was closed meanwhile. Decline it, and let it be proposed for a later day."
    ),
}
