"""The desk's screens for gifts: the list, and one gift with what became of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.money import format_money
from donations import refunds, totals
from donations.desk import finding, forms, lists, tables
from donations.models import Payment, Receipt, Refund
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import member, needs

_GIFTS = ("donations_gifts", gettext_lazy("Gifts"))


@needs(Permission.SEE_GIFTS)
@require_safe
def gifts(request: HttpRequest) -> HttpResponseBase:
    """All gifts, newest first."""
    form = finding.GiftFilter(request.GET)
    found = form.found()
    listing = lists.Listing(
        title=_("Gifts"),
        template="donations/desk/gifts.html",
        form=form,
        rows=found.select_related("donor__merged_into", "fund", "checkout")
        .prefetch_related("refunds", "disputes__moves", "receipts")
        .order_by("-occurred_at", "-pk"),
        table=tables.gifts,
        deed="donations.gifts_exported",
        context={"together": totals.together(found)},
    )
    return lists.answer(request, listing)


@needs(Permission.SEE_GIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def gift(request: HttpRequest, reference: str) -> HttpResponse:
    """One gift; with the right to manage gifts, the form that sends it back."""
    payment = get_object_or_404(
        Payment.objects.select_related("donor__merged_into", "fund", "checkout__wall_entry", "ledger_transaction"),
        reference=reference,
    )
    # What came by cheque or cash goes back by a form of its own: Stripe knows nothing of it.
    may_refund = payment.is_online and request.user.has_perm(Permission.MANAGE_GIFTS)
    if request.method == "POST" and not may_refund:
        return HttpResponse(status=403)
    form = forms.RefundForm(request.POST if request.method == "POST" else None, payment=payment)
    if request.method == "POST" and form.is_valid():
        answer = _send_back(request, form, payment)
        if answer:
            return answer
    may_receipt = request.user.has_perm(Permission.MANAGE_GIFTS) or request.user.has_perm(Permission.MANAGE_RECEIPTS)
    has_one = payment.receipts.filter(state=Receipt.State.ISSUED).exists()
    context = {
        "payment": payment,
        "may_issue": may_receipt and not has_one and bool(payment.remaining),
        "form": form if may_refund and form.left else None,
        "refunds": payment.refunds.order_by("pk").select_related("asked_by"),
        "disputes": payment.disputes.order_by("pk").prefetch_related("moves"),
        "warnings": payment.fraud_warnings.order_by("pk"),
        "receipts": payment.receipts.select_related("document").defer("document__pdf").order_by("pk"),
    }
    amount = {"amount": format_money(payment.given), "donor": payment.donor.person}
    title = _("Gift of %(amount)s from %(donor)s") % amount
    return screen.show(request, "donations/desk/gift.html", title=title, context=context, above=[_GIFTS])


def _send_back(request: HttpRequest, form: forms.RefundForm, payment: Payment) -> HttpResponse | None:
    at = clock.now()
    try:
        refund = refunds.ask(
            payment=payment,
            amount=form.cleaned_data["amount"],
            reason=Refund.Reason(form.cleaned_data["reason"]),
            by=member(request),
            at=at,
        )
    except refunds.MoreThanIsLeft:
        form.add_error("amount", _("Meanwhile less of this gift is left. Nothing was sent back."))
        return None
    try:
        is_heard = refunds.send(refund=refund, at=at)
    except refunds.RefusedByStripe:
        messages.error(request, _("Stripe refuses this refund. Nothing was sent back. Look at the payment at Stripe."))
        return redirect("donations_gift", reference=payment.reference)
    if is_heard:
        messages.success(request, _("Stripe has the refund. It is booked as soon as Stripe confirms it."))
    else:
        messages.warning(request, _("Stripe does not answer. The refund is written down and sent by itself, once."))
    return redirect("donations_gift", reference=payment.reference)
