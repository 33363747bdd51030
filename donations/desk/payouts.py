"""The desk's screens for what Stripe sends to the bank."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from donations.models import Payout
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import needs

_PER_PAGE = 50
_PAYOUTS = ("donations_payouts", gettext_lazy("Payouts"))


@needs(Permission.SEE_GIFTS)
@require_safe
def payouts(request: HttpRequest) -> HttpResponse:
    """All payouts, newest first."""
    found = Payout.objects.select_related("ledger_transaction__bank_match__line").order_by("-made_at", "-pk")
    page = Paginator(found, _PER_PAGE).get_page(request.GET.get("page"))
    return screen.show(request, "donations/desk/payouts.html", title=_("Payouts"), context={"page": page})


@needs(Permission.SEE_GIFTS)
@require_safe
def payout(request: HttpRequest, stripe_id: str) -> HttpResponse:
    """One payout with its lines in the books."""
    found = get_object_or_404(
        Payout.objects.select_related("ledger_transaction__bank_match__line", "failure_transaction__bank_match__line"),
        stripe_id=stripe_id,
    )
    booked = [each for each in (found.ledger_transaction, found.failure_transaction) if each]
    context = {
        "payout": found,
        "booked": [(each, each.entries.select_related("fund").order_by("pk")) for each in booked],
    }
    return screen.show(request, "donations/desk/payout.html", title=_("Payout"), context=context, above=[_PAYOUTS])
