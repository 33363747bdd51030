"""The letter by which an employer is asked to match a gift: made from the receipt, to print and hand in."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.money import from_minor
from donations import given
from donations.models import Donor, Receipt
from donations.own_page_guard import visited


@visited
@require_safe
def letter(request: HttpRequest, donor: Donor, number: str) -> HttpResponse:
    """Show the letter for one gift of the donor. Only what a valid receipt says can be matched."""
    receipt = (
        Receipt.objects.filter(number=number, state=Receipt.State.ISSUED, payment__in=given.payments(donor))
        .select_related("payment__checkout", "payment__subscription", "series")
        .first()
    )
    if receipt is None or receipt.erased_at:
        raise Http404
    return render(request, "donations/matching_letter.html", _facts(receipt))


def _facts(receipt: Receipt) -> dict[str, object]:
    said, checkout, subscription = receipt.snapshot, receipt.payment.checkout, receipt.payment.subscription
    is_over = subscription is None or subscription.has_ended or subscription.stop_asked_at
    return {
        "employer": checkout.employer if checkout else "",
        "receipt": said,
        "amount": from_minor(*said["amount"]),
        "given_on": date.fromisoformat(said["given_on"]),
        "address": said["entity"]["address"].splitlines(),
        "interval": "once" if subscription is None or is_over else subscription.interval,
    }
