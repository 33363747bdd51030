"""The proof that a receipt's gift is in the public books, for anyone who holds the receipt."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import clock, throttle
from donations import verifying
from donations.models import DisputeMove, Receipt, Refund
from ledger import proving
from ledger.models import Transaction

_LATER = {"Retry-After": str(verifying.SPAN), "Content-Type": "text/plain; charset=utf-8"}


@require_safe
@never_cache
def proof(request: HttpRequest, code: str) -> HttpResponse:
    """Answer with the proof for the gift and for whatever went back of it; nothing of the donor."""
    block = throttle.address_block(request.META.get("REMOTE_ADDR", ""))
    if not verifying.may_look(block):
        notice = _(
            "Very many were checked from your network. Please try again in ten minutes; the paper stays as good as it is."
        )
        return HttpResponse(notice, status=429, headers=_LATER)
    receipt = get_object_or_404(Receipt.objects.select_related("payment__ledger_transaction"), code=code.upper())
    told = proving.of(_transactions(receipt), at=clock.now())
    told["receipt"] = {
        "number": receipt.number,
        "issued_on": receipt.issued_on.isoformat(),
        "amount_minor": receipt.amount_minor,
        "currency": receipt.currency,
        "state": receipt.state,
    }
    headers = {"Content-Disposition": 'attachment; filename="proof.json"', "X-Robots-Tag": "noindex"}
    return JsonResponse(told, headers=headers, json_dumps_params={"indent": 1, "ensure_ascii": False})


def _transactions(receipt: Receipt) -> list[Transaction]:
    """Return what was booked of the gift: itself, its refunds and disputes with what became of them, any reversal."""
    payment = receipt.payment
    refunds = Refund.objects.filter(payment=payment).values_list("ledger_transaction", "failure_transaction")
    moves = DisputeMove.objects.filter(dispute__payment=payment).values_list("ledger_transaction")
    numbers = {number for row in [*refunds, *moves] for number in row if number}
    numbers.add(payment.ledger_transaction_id)
    reversals = Transaction.objects.filter(reverses__in=numbers).values_list("pk", flat=True)
    return list(Transaction.objects.filter(pk__in=numbers.union(reversals)).order_by("pk"))
