"""The desk's screens for gifts, monthly gifts, receipts and what came from Stripe."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.money import format_money
from donations import desk_forms, refunds, totals
from donations.models import FailedRenewal, HeldPayment, Payment, Receipt, ReceiptDocument, Refund, Subscription
from donations.models.money import PaymentQuerySet
from donations.models.recurring import SubscriptionQuerySet
from organisation import audit, screen
from organisation.models import Organisation, User
from organisation.permissions import Permission
from organisation.staff import needs
from stripe_gateway import inbox
from stripe_gateway.models import StripeEvent

_PER_PAGE = 50


_GIFTS = ("donations_gifts", gettext_lazy("Gifts"))
_ALREADY_CLOSED = 20


def _staff(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise TypeError("the guard lets only staff come here")
    return request.user


@needs(Permission.SEE_GIFTS)
@require_safe
def gifts(request: HttpRequest) -> HttpResponse:
    """All gifts, newest first."""
    form = desk_forms.GiftFilter(request.GET)
    found = Payment.objects.all()
    if form.is_valid():
        found = _filtered(found, form.cleaned_data)
    rows = found.select_related("donor", "fund", "checkout").prefetch_related("refunds", "receipts")
    page = Paginator(rows.order_by("-occurred_at", "-pk"), _PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "together": totals.together(found)}
    return screen.show(request, "donations/desk/gifts.html", title=_("Gifts"), context=context)


def _filtered(found: PaymentQuerySet, wanted: dict[str, Any]) -> PaymentQuerySet:
    if wanted["q"]:
        typed = wanted["q"].strip()
        found = found.filter(
            Q(donor__email__icontains=typed)
            | Q(checkout__name__icontains=typed)
            | Q(pk__in=Receipt.objects.filter(number__iexact=typed).values("payment"))
            | Q(charge_id=typed)
            | Q(intent_id=typed)
            | Q(balance_transaction_id=typed)
        )
    if wanted["fund"]:
        found = found.filter(fund=wanted["fund"])
    if wanted["interval"]:
        found = found.filter(interval=wanted["interval"])
    if wanted["refunded"]:
        found = found.filter(pk__in=Refund.objects.values("payment"))
    if wanted["since"]:
        found = found.filter(occurred_at__gte=_start_of(wanted["since"]))
    if wanted["until"]:
        found = found.filter(occurred_at__lt=_start_of(wanted["until"] + timedelta(days=1)))
    return found


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(Organisation.current().time_zone))


@needs(Permission.SEE_GIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def gift(request: HttpRequest, reference: str) -> HttpResponse:
    """One gift; with the right to manage gifts, the form that sends it back."""
    payment = get_object_or_404(
        Payment.objects.select_related("donor", "fund", "checkout", "ledger_transaction"), reference=reference
    )
    may_refund = request.user.has_perm(Permission.MANAGE_GIFTS)
    if request.method == "POST" and not may_refund:
        return HttpResponse(status=403)
    form = desk_forms.RefundForm(request.POST if request.method == "POST" else None, payment=payment)
    if request.method == "POST" and form.is_valid():
        answer = _send_back(request, form, payment)
        if answer:
            return answer
    context = {
        "payment": payment,
        "form": form if may_refund and form.left else None,
        "refunds": payment.refunds.order_by("pk").select_related("asked_by"),
        "receipts": payment.receipts.select_related("document").defer("document__pdf").order_by("pk"),
    }
    title = _("Gift of %(amount)s from %(donor)s") % {"amount": format_money(payment.gross), "donor": payment.donor}
    return screen.show(request, "donations/desk/gift.html", title=title, context=context, above=[_GIFTS])


def _send_back(request: HttpRequest, form: desk_forms.RefundForm, payment: Payment) -> HttpResponse | None:
    at = clock.now()
    try:
        refund = refunds.ask(
            payment=payment,
            amount=form.cleaned_data["amount"],
            reason=Refund.Reason(form.cleaned_data["reason"]),
            by=_staff(request),
            at=at,
        )
    except refunds.MoreThanIsLeft:
        form.add_error("amount", _("Meanwhile less of this gift is left. Nothing was sent back."))
        return None
    if refunds.send(refund=refund, at=at):
        messages.success(request, _("Stripe has the refund. It is booked as soon as Stripe confirms it."))
    else:
        messages.warning(request, _("Stripe does not answer. The refund is written down and sent by itself, once."))
    return redirect("donations_gift", reference=payment.reference)


@needs(Permission.SEE_GIFTS)
@require_safe
def monthly(request: HttpRequest) -> HttpResponse:
    """All monthly gifts, and the payments that failed lately."""
    form = desk_forms.MonthlyFilter(request.GET)
    found = Subscription.objects.all()
    if form.is_valid():
        found = _monthly(found, form.cleaned_data)
    rows = found.select_related("donor", "fund").order_by(F("ended_at").desc(nulls_first=True), "-pk")
    context = {
        "form": form,
        "page": Paginator(rows, _PER_PAGE).get_page(request.GET.get("page")),
        # A sum over running and ended ones together would mean nothing.
        "together": totals.together(found) if request.GET.get("state") else [],
        "failures": FailedRenewal.objects.select_related("subscription__donor").order_by("-pk")[:20],
    }
    return screen.show(request, "donations/desk/monthly.html", title=_("Monthly gifts"), context=context)


def _monthly(found: SubscriptionQuerySet, wanted: dict[str, Any]) -> SubscriptionQuerySet:
    if wanted["q"]:
        typed = wanted["q"].strip()
        found = found.filter(Q(donor__email__icontains=typed) | Q(donor__name__icontains=typed))
    states: dict[str, Callable[[], SubscriptionQuerySet]] = {
        "active": found.active,
        "failing": found.failing,
        "stopping": found.waiting_to_stop,
        "ended": found.ended,
    }
    return states[wanted["state"]]() if wanted["state"] else found


@needs(Permission.SEE_GIFTS, Permission.MANAGE_RECEIPTS)
@require_safe
def receipts(request: HttpRequest) -> HttpResponse:
    """All receipts, newest first."""
    form = desk_forms.ReceiptFilter(request.GET)
    found = Receipt.objects.select_related("payment", "document", "replaces").order_by("-pk")
    if form.is_valid() and form.cleaned_data["q"]:
        typed = form.cleaned_data["q"].strip()
        found = found.filter(Q(number__icontains=typed) | Q(code__iexact=typed))
    page = Paginator(found.defer("document__pdf"), _PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "sees_gifts": request.user.has_perm(Permission.SEE_GIFTS)}
    return screen.show(request, "donations/desk/receipts.html", title=_("Receipts"), context=context)


@needs(Permission.SEE_GIFTS, Permission.MANAGE_RECEIPTS)
@require_safe
def receipt_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The paper, as the donor has it."""
    document = ReceiptDocument.objects.filter(pdf__isnull=False, receipt__number=number).first()
    if document is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{number}.pdf"'}
    return HttpResponse(document.content, content_type="application/pdf", headers=headers)


@needs(Permission.SEE_GIFTS)
@require_safe
def stripe(request: HttpRequest) -> HttpResponse:
    """What came from Stripe and needs a look: held payments, failed events; then the newest events."""
    held = HeldPayment.objects.select_related("closed_by")
    context = {
        "held": held.filter(closed_at=None).order_by("-pk"),
        "closed": held.exclude(closed_at=None).order_by("-closed_at")[:_ALREADY_CLOSED],
        "failed": StripeEvent.objects.filter(state=StripeEvent.State.FAILED).order_by("-pk"),
        "page": Paginator(StripeEvent.objects.order_by("-pk"), _PER_PAGE).get_page(request.GET.get("page")),
        "may_manage": request.user.has_perm(Permission.MANAGE_GIFTS),
    }
    return screen.show(request, "donations/desk/stripe.html", title=_("From Stripe"), context=context)


@needs(Permission.MANAGE_GIFTS)
@require_POST
@transaction.atomic
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Work through an event once more."""
    event, at = get_object_or_404(StripeEvent, pk=pk), clock.now()
    inbox.try_again(event, at=at)
    audit.record(actor=_staff(request), action="stripe.event_replayed", subject=event, at=at)
    messages.success(request, _("The event is worked through again in a moment."))
    return redirect("donations_stripe")


@needs(Permission.MANAGE_GIFTS)
@require_POST
@transaction.atomic
def close_held(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a person has dealt with a held payment, at Stripe."""
    held, at = get_object_or_404(HeldPayment.objects.select_for_update(), pk=pk), clock.now()
    if held.closed_at is None:
        held.closed_at, held.closed_by = at, _staff(request)
        held.save(update_fields=["closed_at", "closed_by"])
        audit.record(actor=held.closed_by, action="donations.held_payment_closed", subject=held, at=at)
    return redirect("donations_stripe")
