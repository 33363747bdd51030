"""Issues receipts: a number without gaps, a frozen snapshot, a PDF made from it once. Nothing of it is ever edited."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from moneyed import Money

from core import nudging
from core.money import to_minor
from donations import families, letters, numbering
from donations.models import Payment, Receipt, ReceiptDocument
from donations.paper import receipt as printed
from donations.paper import snapshot
from mail import outbox


def issue_first(payment: Payment, *, at: datetime) -> Receipt:
    """Issue the receipt of a gift that was booked just now, in this transaction."""
    return _issue(payment=payment, amount=payment.given, replaces=None, at=at)


def locked(payment: Payment) -> Payment:
    """Return a gift as it is now; until the commit nobody else changes it, and nobody merges or erases who gave it."""
    list(Payment.objects.select_for_update().filter(pk=payment.pk))
    families.locked(payment.donor_id)
    found = Payment.objects.select_related("donor__merged_into", "checkout", "subscription", "legal_entity", "fund")
    return found.get(pk=payment.pk)


@transaction.atomic
def bring_up_to_date(*, payment: Payment, at: datetime) -> Receipt | None:
    """Let the one valid receipt of a gift say what is left of it: issue, void or replace, as needed.

    :returns: the valid receipt; none if the whole gift went back
    """
    payment = locked(payment)
    remaining = payment.remaining
    last = Receipt.objects.filter(payment=payment).order_by("-pk").first()
    if last and last.is_valid and last.amount == remaining:
        return last
    if not remaining and last and not last.is_valid:
        return None
    if last:
        last.state = Receipt.State.REPLACED if remaining else Receipt.State.VOID
        last.ended_at = last.ended_at or at
        last.ended_because = last.ended_because or Receipt.Ended.MONEY_WENT_BACK
        last.save(update_fields=["state", "ended_at", "ended_because"])
    return _issue(payment=payment, amount=remaining, replaces=last, at=at) if remaining else None


def _issue(*, payment: Payment, amount: Money, replaces: Receipt | None, at: datetime) -> Receipt:
    entity = payment.legal_entity
    issued_on = at.astimezone(ZoneInfo(entity.time_zone)).date()
    series = numbering.next_in_series(entity, year=issued_on.year, is_test=not payment.livemode)
    receipt = Receipt(
        series=series,
        sequence=series.last_number,
        number=numbering.number(series),
        payment=payment,
        replaces=replaces,
        amount_minor=to_minor(amount),
        currency=amount.currency.code,
        issued_on=issued_on,
        issued_at=at,
    )
    receipt.snapshot = snapshot.take(receipt)
    receipt.snapshot_sha256 = digest(receipt.snapshot)
    receipt.save()
    if payment.donor.email:
        outbox.owe(key=letter_key(receipt), to=payment.donor.email, at=at, language=payment.language)
    nudging.after_commit("donations.tasks.render_due")
    return receipt


def letter_key(receipt: Receipt) -> str:
    """Return the key of the letter that carries a receipt: owed when it is issued, sent when its PDF is made."""
    return f"receipt:{receipt.number}"


def digest(taken: Mapping[str, Any]) -> bytes:
    """Return the SHA-256 of a snapshot, written in one fixed way."""
    text = json.dumps(taken, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).digest()


def without_pdf() -> QuerySet[Receipt]:
    """Return the receipts whose PDF is to be made; an erased donor's is not made any more."""
    return Receipt.objects.filter(document=None, erased_at=None)


@transaction.atomic
def render(receipt_id: int, *, at: datetime) -> bool:
    """Make the PDF of a receipt and queue its letter.

    :returns: whether it was made now; not, if another worker has it in hand or made it
    """
    receipt = (
        Receipt.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
        .select_related("payment__donor", "payment__checkout", "payment__subscription", "payment__fund")
        .filter(pk=receipt_id, erased_at=None)
        .first()
    )
    # Erased, or made by another worker, just before we got the lock.
    if receipt is None or ReceiptDocument.objects.filter(receipt=receipt).exists():
        return False
    _render(receipt, at=at)
    return True


def _render(receipt: Receipt, *, at: datetime) -> None:
    pdf = printed.render(receipt.snapshot)
    ReceiptDocument.objects.create(receipt=receipt, pdf=pdf, sha256=hashlib.sha256(pdf).digest(), made_at=at)
    if receipt.is_valid and receipt.payment.donor.person.email:
        letters.receipt(receipt=receipt, pdf=pdf, at=at)
    else:
        outbox.release(letter_key(receipt))
