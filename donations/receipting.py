"""What members of staff do to receipts that are out: void one, correct and re-issue it, print it again, send it again.

Each deed locks the gift first, as refunds do, so that two people at once, or a refund that comes in, see one another.
The audit trail is written last: it has one writer at a time, who must not wait for a receipt's number then.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _
from moneyed import Money

from core.money import from_minor, to_minor
from donations import letters, receipts
from donations.models import (
    Duplicate,
    Payment,
    Receipt,
    ReceiptDetails,
    ReceiptDocument,
    ReceiptSeries,
)
from donations.paper import receipt as printed
from donations.paper import snapshot
from mail import outbox
from mail.models import OutgoingEmail
from organisation import audit
from organisation.models import User


class NotValid(Exception):
    """The receipt was voided or replaced meanwhile. What is valid now is another one, or none."""


class StripeGiftKeepsItsReceipt(Exception):
    """A gift that came through Stripe always has exactly one valid receipt: correct it, or send the gift back."""


class DonorErased(Exception):
    """Nothing says any more whose receipt it was."""


class NotMadeYet(Exception):
    """Its PDF is still being made."""


class NoAddress(Exception):
    """There is no mail address to send it to."""


class SentToday(Exception):
    """It was sent again today already."""


class NothingLeft(Exception):
    """The whole gift went back."""


class BenefitTooHigh(Exception):
    """What the donor received is worth more than what is left of the gift, is below zero, or in another currency."""


class SaysSo(Exception):
    """The receipt says just this already: there is nothing to correct."""


@dataclass(frozen=True)
class Correction:
    """What a gift's receipts say from now on. ``benefit``: the value of what was received in return, none if nothing."""

    name: str
    address: str
    benefit: Money | None = None
    benefit_words: str = ""


@transaction.atomic
def void(*, receipt: Receipt, because: Receipt.Ended, note: str, tell: bool, by: User, at: datetime) -> None:
    """Void the receipt of an offline gift; the gift itself stays in the books.

    :param note: why, in words of the one who does it; kept sealed in the audit trail
    :param tell: write to the donor that it can no longer be used
    :raises NotValid, StripeGiftKeepsItsReceipt: see there
    """
    current = _locked(receipt)
    if current.payment.is_online:
        raise StripeGiftKeepsItsReceipt
    current.state, current.ended_at, current.ended_because = Receipt.State.VOID, at, because
    current.save(update_fields=["state", "ended_at", "ended_because"])
    outbox.withdraw(receipts.letter_key(current))
    if tell:
        letters.receipt_voided(receipt=current, at=at)
    audit.record(actor=by, action="donations.receipt_voided", subject=current, reason=because, note=note, at=at)


@transaction.atomic
def correct(*, receipt: Receipt, to: Correction, note: str, by: User, at: datetime) -> Receipt:
    """Replace a receipt by one with what it should say; the letter with it goes out once its PDF is made.

    :param note: why; kept with the gift's details and sealed in the audit trail, and goes with the donor
    :returns: the new receipt, which cancels and replaces the old one
    :raises NotValid, DonorErased, BenefitTooHigh, SaysSo: see there
    """
    current = _locked(receipt)
    if current.erased_at or current.payment.donor.person.erased_at:
        raise DonorErased
    check_benefit(to.benefit, of=current.payment.remaining)
    if to == said(current):
        raise SaysSo
    write_details(payment=current.payment, to=to, note=note, by=by, at=at)
    current.state, current.ended_at, current.ended_because = Receipt.State.REPLACED, at, Receipt.Ended.CORRECTED
    current.save(update_fields=["state", "ended_at", "ended_because"])
    outbox.withdraw(receipts.letter_key(current))
    fresh = receipts.bring_up_to_date(payment=current.payment, at=at)
    if fresh is None:  # Nothing is left of the gift: then its receipt was not valid.
        raise NotValid
    audit.record(
        actor=by, action="donations.receipt_corrected", subject=current, reason=f"by:{fresh.number}", note=note, at=at
    )
    return fresh


def write_details(*, payment: Payment, to: Correction, note: str, by: User, at: datetime) -> None:
    """Write down what a gift's receipts say from now on."""
    ReceiptDetails.objects.create(
        payment=payment,
        name=to.name,
        address=to.address,
        benefit_minor=to_minor(to.benefit) if to.benefit else 0,
        benefit=to.benefit_words if to.benefit else "",
        written_by=by,
        written_at=at,
        reason=note[:200],
    )


def check_benefit(benefit: Money | None, *, of: Money) -> None:
    """
    :param of: the gift, or what is left of it
    :raises BenefitTooHigh: if the donor cannot have received so much for it
    """
    if benefit is not None and (benefit.currency != of.currency or not 0 < benefit.amount <= of.amount):
        raise BenefitTooHigh


def said(receipt: Receipt) -> Correction:
    """Return what a receipt says of its donor and of what they received, as far as it can be corrected."""
    details = ReceiptDetails.objects.filter(payment=receipt.payment_id).order_by("-pk").first()
    received = details if details and details.benefit_minor else None
    return Correction(
        name=receipt.snapshot.get("donor", ""),
        # As a browser sends it, its lines end otherwise.
        address="\n".join(receipt.snapshot.get("address", "").splitlines()),
        benefit=from_minor(received.benefit_minor, receipt.currency) if received else None,
        benefit_words=received.benefit if received else "",
    )


@transaction.atomic
def preview(*, payment: Payment, to: Correction | None, by: User, at: datetime) -> bytes:
    """Return the PDF that would be made of a gift's next receipt. It has no number, and nothing of it is kept.

    :param to: what would be corrected; none: as it stands
    :raises NothingLeft: if there is nothing to receipt
    """
    entity, remaining = payment.legal_entity, payment.remaining
    if not remaining:
        raise NothingLeft
    with transaction.atomic():
        if to:
            write_details(payment=payment, to=to, note="", by=by, at=at)
        last = payment.receipts.order_by("-pk").first()
        said = snapshot.take(
            Receipt(
                series=ReceiptSeries(is_test=not payment.livemode),
                number=_("PREVIEW"),
                code=_("PREVIEW"),
                payment=payment,
                replaces=last,
                amount_minor=to_minor(remaining),
                currency=remaining.currency.code,
                issued_on=at.astimezone(ZoneInfo(entity.time_zone)).date(),
                issued_at=at,
            )
        )
        transaction.set_rollback(True)
    return printed.render(said)


@transaction.atomic
def print_again(*, receipt: Receipt, by: User, at: datetime) -> Duplicate:
    """Return the second print of a valid receipt, which says that it is one; it is made once and kept.

    :raises NotValid, DonorErased, NotMadeYet: see there
    """
    duplicate = _duplicate(_locked(receipt), at=at)
    audit.record(actor=by, action="donations.receipt_printed_again", subject=receipt, at=at)
    return duplicate


@transaction.atomic
def send_again(*, receipt: Receipt, by: User, at: datetime) -> None:
    """Send the duplicate of a valid receipt to its donor, once a day at most.

    :raises NotValid, DonorErased, NotMadeYet, NoAddress, SentToday: see there
    """
    current = _locked(receipt)
    duplicate = _duplicate(current, at=at)
    if not current.payment.donor.person.email:
        raise NoAddress
    day = at.astimezone(ZoneInfo(current.payment.legal_entity.time_zone)).date()
    key = f"receipt-again:{current.number}:{day.isoformat()}"
    if OutgoingEmail.objects.filter(key=key).exists():
        raise SentToday
    letters.receipt_again(receipt=current, pdf=duplicate.content, key=key, at=at)
    audit.record(actor=by, action="donations.receipt_sent_again", subject=current, at=at)


def _locked(receipt: Receipt) -> Receipt:
    """Return the receipt as it is now, its gift locked.

    :raises NotValid: if it is not valid any more
    """
    # Nobody is erased while a paper with their name is written.
    payment = receipts.locked(receipt.payment)
    current = Receipt.objects.select_related("series").get(pk=receipt.pk)
    current.payment = payment
    if not current.is_valid:
        raise NotValid
    return current


def _duplicate(receipt: Receipt, *, at: datetime) -> Duplicate:
    if receipt.erased_at:
        raise DonorErased
    if not ReceiptDocument.objects.filter(receipt=receipt).exists():
        raise NotMadeYet
    kept = Duplicate.objects.filter(receipt=receipt).first()
    if kept:
        return kept
    pdf = printed.render(receipt.snapshot, is_duplicate=True)
    return Duplicate.objects.create(receipt=receipt, pdf=pdf, sha256=hashlib.sha256(pdf).digest(), made_at=at)
