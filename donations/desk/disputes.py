"""The desk's screens for disputes, and for the warnings that come before them."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core import clock
from donations import fraud_warnings, refunds
from donations.models import Dispute, FraudWarning
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import member, needs

_PER_PAGE = 50
_DISPUTES = ("donations_disputes", gettext_lazy("Disputes"))


@needs(Permission.SEE_GIFTS)
@require_safe
def disputes(request: HttpRequest) -> HttpResponse:
    """All disputes, newest first; before them those that wait for an answer, the most urgent first."""
    found = Dispute.objects.select_related("payment__donor__merged_into", "payment__fund")
    context = {
        "open": found.open().order_by("respond_by", "pk"),
        "page": Paginator(found.order_by("-began_at", "-pk"), _PER_PAGE).get_page(request.GET.get("page")),
    }
    return screen.show(request, "donations/desk/disputes.html", title=_("Disputes"), context=context)


@needs(Permission.SEE_GIFTS)
@require_safe
def dispute(request: HttpRequest, stripe_id: str) -> HttpResponse:
    """One dispute with the money that it moved. It is answered at Stripe."""
    found = get_object_or_404(
        Dispute.objects.select_related("payment__donor__merged_into", "payment__fund"), stripe_id=stripe_id
    )
    moves = found.moves.select_related("ledger_transaction").prefetch_related("ledger_transaction__entries")
    context = {
        "dispute": found,
        "moves": moves.order_by("pk"),
        "at_stripe": f"https://dashboard.stripe.com/{'' if settings.STRIPE_LIVEMODE else 'test/'}disputes/{stripe_id}",
        "is_open": Dispute.objects.open().filter(pk=found.pk).exists(),
    }
    return screen.show(request, "donations/desk/dispute.html", title=_("Dispute"), context=context, above=[_DISPUTES])


@needs(Permission.SEE_GIFTS)
@require_safe
def warnings(request: HttpRequest) -> HttpResponse:
    """Early fraud warnings: those that somebody has to decide about, then the others."""
    found = FraudWarning.objects.select_related("payment__donor__merged_into", "payment__fund", "left_by")
    found = found.prefetch_related("payment__refunds", "payment__disputes__moves")
    waiting = found.filter(is_actionable=True, left_at=None).order_by("pk")
    others = found.exclude(pk__in=waiting.values("pk")).order_by("-pk")
    context = {
        # With nothing left of the gift a refund is on its way.
        "waiting": [(warning, refunds.left_minor(warning.payment) > 0) for warning in waiting],
        "page": Paginator(others, _PER_PAGE).get_page(request.GET.get("page")),
        "may_manage": request.user.has_perm(Permission.MANAGE_GIFTS),
    }
    return screen.show(request, "donations/desk/warnings.html", title=_("Fraud warnings"), context=context)


@needs(Permission.MANAGE_GIFTS)
@require_POST
def send_back(request: HttpRequest, stripe_id: str) -> HttpResponse:
    """Send the whole gift back before it is disputed."""
    warning = get_object_or_404(FraudWarning.objects.select_related("payment__subscription"), stripe_id=stripe_id)
    try:
        is_heard = fraud_warnings.send_back(warning=warning, by=member(request), at=clock.now())
    except refunds.MoreThanIsLeft:
        messages.warning(request, _("Nothing of this gift is left. Nothing was sent back."))
        return redirect("donations_warnings")
    except refunds.RefusedByStripe:
        messages.error(request, _("Stripe refuses this refund. Nothing was sent back. Look at the payment at Stripe."))
        return redirect("donations_gift", reference=warning.payment.reference)
    if is_heard:
        messages.success(request, _("Stripe has the refund. It is booked as soon as Stripe confirms it."))
    else:
        messages.warning(request, _("Stripe does not answer. The refund is written down and sent by itself, once."))
    return redirect("donations_gift", reference=warning.payment.reference)


@needs(Permission.MANAGE_GIFTS)
@require_POST
def leave(request: HttpRequest, stripe_id: str) -> HttpResponse:
    """Keep the gift."""
    warning = get_object_or_404(FraudWarning, stripe_id=stripe_id)
    try:
        fraud_warnings.leave(warning=warning, by=member(request), at=clock.now())
        messages.success(request, _("The gift stays as it is."))
    except fraud_warnings.LeftAlready:
        messages.info(request, _("Somebody has decided about this warning already."))
    return redirect("donations_warnings")
