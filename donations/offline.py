"""Gifts that did not come through Stripe: a cheque, cash, a transfer to the bank, goods. Each is entered by somebody.

Goods and services are booked at the value that was stated, as given and used at once: no fund has more to spend then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from moneyed import Money

from core.money import from_minor, to_minor
from donations import booking, giving, receipting, receipts, refunds
from donations.models import Donor, Method, OfflineBatch, OfflineGift, Payment, Receipt, Refund
from donations.models.giving import Interval
from ledger import posting
from ledger.models import Account, Fund, Kind
from ledger.posting import Line
from organisation import audit
from organisation.models import LegalEntity, User

MOST_ROWS = 500
# A day before, or a larger amount, is a slip of the finger; the books cannot be rubbed out.
FIRST_DAY = date(1990, 1, 1)
MOST = 1_000_000_000


class OtherCurrency(Exception):
    """The fund counts in another currency. An offline gift is entered as it stands on the bank's statement."""


class NotYet(Exception):
    """The day is in the future."""


class NotPlausible(Exception):
    """The day is before ``FIRST_DAY``, or the amount above ``MOST``."""


class NotDescribed(Exception):
    """Goods without a word what they are, or money with one."""


class FileTakenAlready(Exception):
    """A batch with the same lines was taken in before."""


@dataclass(frozen=True)
class Entered:
    """An offline gift as somebody enters it. ``received_on``: where the legal entity is.

    ``goods``: what was given, if it was not money; ``amount`` is its stated value then.
    ``benefit``: the value of what the donor received in return, described in ``benefit_words``.
    """

    method: Method
    amount: Money
    received_on: date
    fund: Fund
    name: str = ""
    email: str = ""
    address: str = ""
    campaign: str = ""
    bank_reference: str = ""
    goods: str = ""
    benefit: Money | None = None
    benefit_words: str = ""
    row: int | None = None


@transaction.atomic
def record(*, entered: Entered, by: User, at: datetime) -> Payment:
    """Book a gift that is in the bank: the payment and its ledger transaction. Its receipt is issued on request.

    :raises OtherCurrency: if the fund counts in another currency
    :raises NotYet: if it was received after ``at``
    :raises NotPlausible, NotDescribed: see there
    :raises receipting.BenefitTooHigh: if the donor cannot have received so much for it
    :raises giving.GiftsNotOpen: if there is no legal entity
    """
    payment = _book(entered, by=by, at=at, batch=None)
    audit.record(actor=by, action="donations.offline_gift_entered", subject=payment, at=at)
    return payment


def _book(entered: Entered, *, by: User, at: datetime, batch: OfflineBatch | None) -> Payment:
    """
    :raises: as ``record`` does
    """
    entity = giving.issuing_entity()
    _check(entered, today=at.astimezone(ZoneInfo(entity.time_zone)).date())
    received_at = min(_noon(entered.received_on, entity), at)
    minor = to_minor(entered.amount)
    payment = Payment(
        method=entered.method,
        livemode=settings.STRIPE_LIVEMODE,
        donor=_donor(entered, at=at),
        legal_entity=entity,
        fund=entered.fund,
        campaign=entered.campaign,
        interval=Interval.ONCE,
        given_minor=minor,
        given_currency=entered.fund.currency,
        gross_minor=minor,
        fee_minor=0,
        net_minor=minor,
        currency=entered.fund.currency,
        occurred_at=received_at,
        recorded_at=at,
    )
    payment.ledger_transaction = posting.post(
        kind=Kind.GIFT,
        reference=booking.reference(payment),
        lines=_lines(payment, entered.amount),
        occurred_at=received_at,
        at=at,
        # The day as it was entered, even if the organisation is where another day is then.
        on=entered.received_on,
    )
    payment.save()
    OfflineGift.objects.create(
        payment=payment,
        received_on=entered.received_on,
        bank_reference=entered.bank_reference,
        goods=entered.goods,
        batch=batch,
        batch_row=entered.row if batch else None,
        entered_by=by,
    )
    if entered.benefit:
        to = receipting.Correction("", "", entered.benefit, entered.benefit_words)
        receipting.write_details(payment=payment, to=to, note="", by=by, at=at)
    return payment


def _check(entered: Entered, *, today: date) -> None:
    """
    :raises OtherCurrency, NotYet, NotPlausible, NotDescribed, receipting.BenefitTooHigh: see ``record``
    """
    if entered.amount.currency.code != entered.fund.currency:
        raise OtherCurrency
    if entered.received_on < FIRST_DAY or entered.amount.amount > MOST:
        raise NotPlausible
    if entered.received_on > today:
        raise NotYet
    if bool(entered.goods) != (entered.method == Method.IN_KIND) or bool(entered.benefit_words) != bool(
        entered.benefit
    ):
        raise NotDescribed
    receipting.check_benefit(entered.benefit, of=entered.amount)


def _lines(payment: Payment, amount: Money) -> list[Line]:
    """Return what a gift, or what goes back of it (then below zero), means for the books."""
    where, what = (
        (Account.IN_KIND, Account.GIFTS_IN_KIND) if payment.method == Method.IN_KIND else (Account.BANK, Account.GIFTS)
    )
    return [Line(where, payment.fund, amount), Line(what, payment.fund, -amount)]


def _noon(day: date, entity: LegalEntity) -> datetime:
    """Return a moment of that day which is the same day in every report."""
    return datetime.combine(day, time(12), ZoneInfo(entity.time_zone))


def _donor(entered: Entered, *, at: datetime) -> Donor:
    """Return who gave: known by mail address, or, if none is given, by the same name and postal address."""
    person = _known(entered)
    if person:
        if entered.address and not person.address:
            person.address = entered.address
            person.save(update_fields=["address"])
        return person
    return Donor.objects.create(email=entered.email, name=entered.name, address=entered.address, since=at)


def _known(entered: Entered) -> Donor | None:
    donors = Donor.objects.select_related("merged_into")
    if entered.email:
        known = donors.filter(email__iexact=entered.email).first()
    else:
        known = (
            donors.filter(email="", erased_at=None, name__iexact=entered.name, address__iexact=entered.address)
            .exclude(name="")
            .exclude(address="")  # Two people may have one name.
            .first()
        )
    return known.person if known else None


@transaction.atomic
def take_in(*, file_name: str, digest: bytes, rows: Sequence[Entered], by: User, at: datetime) -> OfflineBatch:
    """Book every line of a file, all or nothing.

    :param digest: SHA-256 of the lines, by which the same file is known again
    :raises FileTakenAlready: if these lines were taken in before
    :raises OtherCurrency, NotYet, NotPlausible, NotDescribed: as ``record`` does
    """
    try:
        with transaction.atomic():
            batch = OfflineBatch.objects.create(file_name=file_name[:200], sha256=digest, entered_by=by, entered_at=at)
    except IntegrityError as error:
        raise FileTakenAlready from error
    # Whose address may be filled in, in the order in which everybody locks donors.
    known = {donor.pk for donor in map(_known, rows) if donor}
    list(Donor.objects.select_for_update(no_key=True).filter(pk__in=known).order_by("pk"))
    payments = [_book(entered, by=by, at=at, batch=batch) for entered in rows]
    # Last: the trail has one writer at a time, who must not wait for a donor or a fund then.
    for payment in payments:
        audit.record(actor=by, action="donations.offline_gift_entered", subject=payment, at=at)
    return batch


@transaction.atomic
def issue_receipt(*, payment: Payment, by: User, at: datetime) -> Receipt | None:
    """Issue the receipt that somebody asks for; one that is there and right stays.

    :returns: none if nothing is left of the gift
    :raises receipting.DonorErased: if nobody is left to whom it could be issued
    """
    payment = receipts.locked(payment)
    if payment.donor.person.erased_at:
        raise receipting.DonorErased
    receipt = receipts.bring_up_to_date(payment=payment, at=at)
    if receipt and receipt.issued_at == at:
        audit.record(actor=by, action="donations.receipt_issued", subject=receipt, at=at)
    return receipt


@transaction.atomic
def take_back(*, payment: Payment, amount: Money, reason: Refund.Reason, by: User, at: datetime) -> Refund:
    """Book that an offline gift, or a part of it, went back by the bank, or was entered wrongly.

    :raises refunds.MoreThanIsLeft: if that exceeds what is left of the gift
    """
    payment = receipts.locked(payment)
    if not 0 < to_minor(amount) <= refunds.left_minor(payment) or amount.currency.code != payment.given_currency:
        raise refunds.MoreThanIsLeft
    number = payment.refunds.count() + 1
    refund = Refund.objects.create(
        payment=payment,
        state=Refund.State.SUCCEEDED,
        amount_minor=to_minor(amount),
        currency=payment.given_currency,
        reason=reason,
        asked_by=by,
        asked_at=at,
        ledger_transaction=posting.post(
            kind=Kind.REFUND,
            reference=f"{booking.reference(payment)}:back:{number}",
            lines=_lines(payment, -amount),
            occurred_at=at,
            at=at,
        ),
    )
    # One that was voided by hand, or never asked for, stays so.
    if payment.receipts.filter(state=Receipt.State.ISSUED).exists():
        receipts.bring_up_to_date(payment=payment, at=at)
    # Last: the trail has one writer at a time, who must not wait for a receipt's number then.
    audit.record(actor=by, action="donations.offline_gift_taken_back", subject=refund, reason=str(reason), at=at)
    return refund


def doubles(entered: Entered) -> list[Payment]:
    """Return offline gifts in the books that look like this one: same day, amount and fund, by somebody of that name."""
    same = Payment.objects.exclude(method=Method.STRIPE).filter(
        offline__received_on=entered.received_on, given_minor=to_minor(entered.amount), fund=entered.fund
    )
    by_mail = same.filter(donor__email__iexact=entered.email) if entered.email else same.none()
    by_name = same.filter(donor__name__iexact=entered.name) if entered.name else same.none()
    return list((by_mail | by_name).select_related("donor").distinct())


def left(payment: Payment) -> Money:
    """Return what of the gift may still go back."""
    return from_minor(refunds.left_minor(payment), payment.given_currency)
