"""Proves on live data what must be true of gifts and receipts. Yields a sentence for everything that is not."""

import hashlib
from collections.abc import Iterator

from django.db.models import Count, F, Max

from core.money import to_minor
from donations import receipts
from donations.booking import reference
from donations.models import Payment, Receipt, ReceiptDocument, ReceiptSeries, Refund
from ledger.models import Account, Kind


def broken() -> Iterator[str]:
    yield from _numbers()
    yield from _receipts()
    yield from _documents()
    yield from _payments()
    yield from _refunds()


def checked() -> dict[str, int]:
    """Return how much there was to check."""
    return {
        "gifts": Payment.objects.count(),
        "refunds": Refund.objects.count(),
        "receipts": Receipt.objects.count(),
        "receipt documents": ReceiptDocument.objects.count(),
    }


def _numbers() -> Iterator[str]:
    """Numbers are unique by constraint; so as many as the highest, and as the counter, means no gap."""
    for series in ReceiptSeries.objects.annotate(many=Count("receipts"), highest=Max("receipts__sequence")):
        if not series.many == (series.highest or 0) == series.last_number:
            yield f"receipt series {series} has a gap: {series.many} receipts, counted to {series.last_number}"


def _receipts() -> Iterator[str]:
    for receipt in Receipt.objects.select_related("series", "replaced_by").iterator(chunk_size=500):
        if receipt.number != f"{receipt.series.prefix}{receipt.sequence:06d}":
            yield f"receipt {receipt} does not carry the number of its place in the series"
        if not receipt.erased_at and bytes(receipt.snapshot_sha256) != receipts.digest(receipt.snapshot):
            yield f"the snapshot of receipt {receipt} was changed"
        if receipt.snapshot["number"] != receipt.number or receipt.snapshot["amount"] != [
            receipt.amount_minor,
            receipt.currency,
        ]:
            yield f"receipt {receipt} says something else than its snapshot"
        is_followed = getattr(receipt, "replaced_by", None) is not None
        if is_followed != (receipt.state == Receipt.State.REPLACED):
            yield f"receipt {receipt} is {receipt.state}, which does not fit what follows it"


def _documents() -> Iterator[str]:
    kept = ReceiptDocument.objects.filter(pdf__isnull=False)
    for document in kept.select_related("receipt").iterator(chunk_size=50):
        if hashlib.sha256(document.content).digest() != bytes(document.sha256):
            yield f"the PDF of receipt {document.receipt} does not have the hash that was kept"


def _payments() -> Iterator[str]:
    payments = (
        Payment.objects.select_related("ledger_transaction")
        .prefetch_related(
            "refunds",
            "disputes__moves",
            "ledger_transaction__entries",
            "receipts",
        )
        .order_by("pk")
    )
    for payment in payments.iterator(chunk_size=500):
        booked = payment.ledger_transaction
        if booked.kind != Kind.GIFT or booked.reference != reference(payment):
            yield f"gift {payment} points at a ledger transaction that books something else"
        wanted = {
            (Account.STRIPE if payment.is_online else Account.BANK, payment.net_minor),
            (Account.FEES, payment.fee_minor),
            (Account.GIFTS, -payment.gross_minor),
        }
        entries = {(Account(e.account), e.amount_minor) for e in booked.entries.all() if e.fund_id == payment.fund_id}
        if entries != {side for side in wanted if side[1]}:
            yield f"gift {payment} and its ledger transaction do not agree"
        remaining = to_minor(payment.remaining)
        amounts = [receipt.amount_minor for receipt in payment.receipts.all() if receipt.is_valid]
        wanted_receipts = [remaining] if remaining else []
        # An offline gift's receipt is issued on request.
        if amounts != wanted_receipts and (payment.is_online or amounts):
            yield f"gift {payment} has {len(amounts)} valid receipts over {amounts}, where {remaining} is left of it"


def _refunds() -> Iterator[str]:
    refunds = (
        Refund.objects.filter(ledger_transaction__isnull=False, payment__currency=F("currency"))
        .select_related("payment")
        .prefetch_related("ledger_transaction__entries")
    )
    for refund in refunds.iterator(chunk_size=500):
        entries = refund.ledger_transaction.entries.all() if refund.ledger_transaction else []
        back = sum(entry.amount_minor for entry in entries if entry.account == Account.GIFTS)
        if back != refund.amount_minor:
            yield f"refund {refund} and its ledger transaction do not agree"
