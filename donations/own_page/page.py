"""A supporter's own page: their recurring gifts and how they stand, all they gave, their receipts, their details."""

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from donations import given, own_page_guard, standing
from donations.models import Donor, ReceiptDocument, Statement, StatementDocument, Subscription
from donations.own_page import doors
from donations.own_page_guard import private, visited


@private
@require_http_methods(["GET", "HEAD", "POST"])
def own_page(request: HttpRequest) -> HttpResponse:
    """With a visit the page, without one the question where to send a link."""
    donor = own_page_guard.visitor(request)
    if donor is None or request.method == "POST":
        return doors.ask(request)
    return show(request, donor, notice=_back_with_a_card() if "card" in request.GET else "")


def _back_with_a_card() -> str:
    """Say why the page still shows what it did before Stripe's page, so that nobody pays by hand what a new card pays."""
    return _(
        "You are back from Stripe's page. If you entered a card there, it shows here in a moment, and a payment that"
        " did not go through is tried with it: you need not do anything more."
    )


def show(
    request: HttpRequest, donor: Donor, *, notice: str = "", kind: str = "info", status: int = 200
) -> HttpResponse:
    """Show the page, with a word about what was just done or could not be."""
    subscriptions = Subscription.objects.of(donor).select_related("fund").prefetch_related("changes")
    years = given.by_year(donor)
    gifts = standing.of_all(subscriptions.order_by("-started_at"), at=clock.now())
    context = {
        "donor": donor,
        "gifts": gifts,
        "is_failing": any(gift.is_failing for gift in gifts),
        "years": years,
        "newest_receipt": given.newest_receipt(years),
        "statements": statements_of(donor),
        "notice": notice,
        "notice_kind": kind,
        "forgets_query": True,
    }
    return render(request, "donations/supporter.html", context, status=status)


def running(donor: Donor) -> list[standing.Standing]:
    """Return the recurring gifts that are charged until they are stopped."""
    gifts = Subscription.objects.of(donor).running().select_related("fund").prefetch_related("changes")
    return [found for found in standing.of_all(gifts, at=clock.now()) if not found.is_over]


@visited
@require_safe
def receipt_pdf(request: HttpRequest, donor: Donor, number: str) -> HttpResponse:
    """Hand out a receipt to its donor."""
    document = ReceiptDocument.objects.filter(
        pdf__isnull=False, receipt__number=number, receipt__payment__in=given.payments(donor)
    ).first()
    if document is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{number}.pdf"'}
    return HttpResponse(document.content, content_type="application/pdf", headers=headers)


def statements_of(donor: Donor) -> QuerySet[Statement]:
    """Return the valid annual statements of a person that can be handed out, the newest year first."""
    valid = Statement.objects.filter(state=Statement.State.ISSUED, document__pdf__isnull=False)
    theirs = valid.filter(Q(donor=donor) | Q(donor__merged_into=donor))
    return theirs.select_related("series").order_by("-series__year", "-pk")


@visited
@require_safe
def statement_pdf(request: HttpRequest, donor: Donor, number: str) -> HttpResponse:
    """Hand out an annual statement to its donor, the valid one."""
    document = StatementDocument.objects.filter(statement__in=statements_of(donor), statement__number=number).first()
    if document is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{number}.pdf"'}
    return HttpResponse(document.content, content_type="application/pdf", headers=headers)
