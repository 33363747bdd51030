"""From the wish to give to a gift in the books."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from moneyed import Money

from core.money import to_minor
from donations import booking, receipts
from donations.models import Checkout, Donor, HeldPayment, Payment, Subscription, WallEntry
from donations.models.giving import Interval
from ledger.models import Fund, Kind
from organisation.models import LegalEntity, Organisation
from stripe_gateway import asking, door, idempotency
from stripe_gateway.objects import BalanceMove, PaidCharge

# Under this name Stripe's objects carry the reference of our checkout.
METADATA_KEY = "liferaft_checkout"


class GiftsNotOpen(Exception):
    """There is no legal entity yet that could issue a receipt, so no money is asked for."""


class StripeOutOfReach(Exception):
    """Stripe does not answer now. The wish is written down; opening its page again repeats the same call."""


class StripeSaysNo(Exception):
    """Stripe refuses to take this gift. Nothing was charged."""


@dataclass(frozen=True)
class Wish:
    """What a visitor wants to give.

    ``amount`` is all that is charged; ``fee_cover``, the part of it that is to cover the fee. ``wall_name`` and
    ``message`` are for the thank-you wall; without either the gift is anonymous.
    """

    amount: Money
    interval: Interval
    fund: Fund
    campaign: str
    email: str
    name: str
    language: str
    fee_cover: Money | None = None
    honouree: str = ""
    employer: str = ""
    wall_name: str = ""
    message: str = ""


def issuing_entity() -> LegalEntity:
    """Return the legal entity that takes gifts and issues receipts.

    :raises GiftsNotOpen: if there is none
    """
    entity = LegalEntity.issuing()
    if entity is None:
        raise GiftsNotOpen
    return entity


@transaction.atomic
def write_down(wish: Wish, *, at: datetime) -> Checkout:
    """Keep a wish before anybody else hears of it.

    :raises GiftsNotOpen: if gifts cannot be receipted yet
    """
    issuing_entity()
    checkout = Checkout.objects.create(
        email=wish.email,
        name=wish.name,
        language=wish.language,
        amount_minor=to_minor(wish.amount),
        currency=wish.amount.currency.code,
        interval=wish.interval,
        fund=wish.fund,
        campaign=wish.campaign,
        fee_cover_minor=to_minor(wish.fee_cover) if wish.fee_cover else 0,
        honouree=wish.honouree,
        employer=wish.employer,
        started_at=at,
    )
    if wish.wall_name or wish.message:
        WallEntry.objects.create(checkout=checkout, name=wish.wall_name, message=wish.message)
    return checkout


def open_page(checkout: Checkout, *, at: datetime) -> str:
    """Ask Stripe for the payment page of a wish that is written down and committed, and return its address.

    :raises StripeOutOfReach: if it may work later
    :raises StripeSaysNo: if it will not
    """
    key = idempotency.key("checkout", checkout.reference, "open")
    try:
        session = asking.open_checkout(_for_stripe(checkout), key=key, at=at)
    except door.StripeUnavailable as error:
        raise StripeOutOfReach from error
    except door.StripeRefused as error:
        raise StripeSaysNo from error
    # The webhook may have been quicker; it is the one that knows more.
    Checkout.objects.filter(pk=checkout.pk, state=Checkout.State.STARTED).update(state=Checkout.State.OPEN)
    Checkout.objects.filter(pk=checkout.pk).update(
        stripe_session_id=Coalesce("stripe_session_id", Value(session.id)), opened_at=at
    )
    return session.url


def _for_stripe(checkout: Checkout) -> asking.CheckoutWish:
    with translation.override(checkout.language):
        title = _("Gift to %(organisation)s") % {"organisation": Organisation.current().name}
        thanks, form = reverse("donations:thanks"), reverse("donations:donate")
    choice = urlencode(choice_of(checkout))
    return asking.CheckoutWish(
        reference=checkout.reference,
        amount=checkout.amount,
        months=Interval(checkout.interval).months,
        email=checkout.email,
        title=title,
        language=checkout.language,
        # Stripe fills in the braces; they must not be escaped.
        success_url=f"{settings.SITE_URL}{thanks}?session={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{settings.SITE_URL}{form}?{choice}&back=1",
        metadata={METADATA_KEY: checkout.reference, "fund": checkout.fund.slug, "campaign": checkout.campaign},
    )


def choice_of(checkout: Checkout) -> Mapping[str, str]:
    """Return the choice as the form's address carries it. Whether the fee is covered is asked again."""
    choice = {
        "amount": f"{(checkout.amount - checkout.fee_cover).amount.normalize():f}",
        "interval": checkout.interval,
        "fund": checkout.fund.slug,
        "currency": checkout.currency.lower(),
    }
    return choice | ({"campaign": checkout.campaign} if checkout.campaign else {})


def donor_of(checkout: Checkout, *, at: datetime) -> Donor:
    """Return the donor with the checkout's mail address, a new one if need be.

    What a stranger types into a form does not change what we know of a donor who has the same address.
    Of merged donors it is the one that was kept. Whoever was erased while their gift was on its way stays nobody.
    """
    if not checkout.email:
        return Donor.objects.create(language=checkout.language, since=at, erased_at=at)
    donor, _is_new = Donor.objects.get_or_create(
        email__iexact=checkout.email,
        defaults={"email": checkout.email, "name": checkout.name, "language": checkout.language, "since": at},
    )
    return donor.person


@dataclass(frozen=True)
class Renewal:
    """A subscription's invoice that was paid. ``agreed``: the amounts that it may be over."""

    subscription: Subscription
    invoice_id: str
    agreed: Collection[Money]


@transaction.atomic(savepoint=False)  # It succeeds, or all of it fails with whatever asked for it.
def record_payment(
    *, charge: PaidCharge, move: BalanceMove, checkout: Checkout, renewal: Renewal | None, at: datetime
) -> Payment | HeldPayment:
    """Book a gift that Stripe has taken: the payment, its ledger transaction, its receipt, all or nothing.

    The PDF and the letter follow in the worker. What is not what was asked for is held for a person instead.

    :param move: the line of the Stripe balance by which the charge arrived
    :param renewal: for a payment of a subscription, the first one too
    """
    reason = _why_held(charge, move, checkout=checkout, renewal=renewal)
    if reason is None and _mark_paid(checkout, at=at):
        return _book(charge=charge, move=move, checkout=checkout, renewal=renewal, at=at)
    # Not its first payment, or not what was asked for, or its donor had themselves erased just now.
    _lock(checkout)
    known = Payment.objects.filter(balance_transaction_id=move.id).first()
    if known:
        return known  # Stripe repeats itself; the books must not.
    if reason is None and renewal is None and checkout.state == Checkout.State.PAID:
        reason = HeldPayment.Reason.TWICE
    if reason:
        return hold(charge=charge, checkout=checkout, asked=checkout.amount, reason=reason, at=at)
    return book(charge=charge, move=move, checkout=checkout, renewal=renewal, at=at)


@transaction.atomic(savepoint=False)
def book(
    *, charge: PaidCharge, move: BalanceMove, checkout: Checkout, renewal: Renewal | None, at: datetime
) -> Payment:
    """Book a payment as it came, whatever was asked for: after ``record_payment`` looked at it, or a person did.

    :raises ledger.posting.AlreadyPosted: if its line of the balance is in the books
    """
    _mark_paid(checkout, at=at)
    return _book(charge=charge, move=move, checkout=checkout, renewal=renewal, at=at)


def _book(
    *, charge: PaidCharge, move: BalanceMove, checkout: Checkout, renewal: Renewal | None, at: datetime
) -> Payment:
    subscription = renewal.subscription if renewal else None
    payment = Payment.objects.create(
        balance_transaction_id=move.id,
        charge_id=charge.id,
        intent_id=charge.intent_id,
        invoice_id=renewal.invoice_id if renewal else "",
        livemode=charge.livemode,
        # Read anew: the checkout is locked, and whoever erases its donor takes it first or after this.
        donor=Donor.objects.select_related("merged_into").get(pk=subscription.donor_id).person
        if subscription
        else donor_of(checkout, at=at),
        checkout=checkout,
        subscription=subscription,
        legal_entity=issuing_entity(),
        fund=checkout.fund,
        campaign=checkout.campaign,
        interval=subscription.interval if subscription else checkout.interval,
        given_minor=to_minor(charge.amount),
        given_currency=charge.amount.currency.code,
        gross_minor=to_minor(move.gross),
        fee_minor=to_minor(move.fee),
        net_minor=to_minor(move.net),
        currency=move.gross.currency.code,
        occurred_at=move.at,
        recorded_at=at,
        ledger_transaction=booking.book(kind=Kind.GIFT, move=move, fund=checkout.fund, at=at),
    )
    receipts.issue_first(payment, at=at)
    return payment


def _mark_paid(checkout: Checkout, *, at: datetime) -> bool:
    """Lock a checkout and mark it as paid, unless it is or its address has changed since it was read."""
    unpaid = Checkout.objects.filter(pk=checkout.pk, email=checkout.email).exclude(state=Checkout.State.PAID)
    return unpaid.update(state=Checkout.State.PAID, ended_at=at) == 1


def _lock(checkout: Checkout) -> None:
    """Let one payment at a time be booked for a checkout, and see what of it may have changed since it was read."""
    locked = Checkout.objects.select_for_update().filter(pk=checkout.pk)
    checkout.state, checkout.email, checkout.name = locked.values_list("state", "email", "name").get()


def _why_held(
    charge: PaidCharge, move: BalanceMove, *, checkout: Checkout, renewal: Renewal | None
) -> HeldPayment.Reason | None:
    """Return why a payment is not what was asked for, if it is not.

    The donor's currency is the one that was asked for. Stripe converts into the one it settles in: the fund's.
    """
    agreed = renewal.agreed if renewal else [checkout.amount]
    if charge.livemode != settings.STRIPE_LIVEMODE:
        return HeldPayment.Reason.MODE
    if charge.amount.currency.code != checkout.currency or move.gross.currency.code != checkout.fund.currency:
        return HeldPayment.Reason.CURRENCY
    is_converted = charge.amount.currency != move.gross.currency
    if charge.amount not in agreed or not (is_converted or move.gross == charge.amount):
        return HeldPayment.Reason.AMOUNT
    if (renewal is not None) != checkout.comes_again:
        return HeldPayment.Reason.AMOUNT
    return None


def hold(
    *, charge: PaidCharge, checkout: Checkout | None, asked: Money | None, reason: HeldPayment.Reason, at: datetime
) -> HeldPayment:
    """Keep a payment out of the books, in sight of a person."""
    held, _is_new = HeldPayment.objects.get_or_create(
        intent_id=charge.intent_id,
        defaults={
            "reason": reason,
            "checkout": checkout,
            "asked_minor": to_minor(asked) if asked else None,
            "asked_currency": asked.currency.code if asked else "",
            "came_minor": to_minor(charge.amount),
            "came_currency": charge.amount.currency.code,
            "held_at": at,
        },
    )
    return held


def note_expired(checkout: Checkout, *, at: datetime) -> None:
    """Nobody paid in time."""
    Checkout.objects.filter(pk=checkout.pk, state__in=[Checkout.State.STARTED, Checkout.State.OPEN]).update(
        state=Checkout.State.EXPIRED, ended_at=at
    )


def note_failed(checkout: Checkout, *, at: datetime) -> None:
    """A payment that takes days (a bank debit) did not go through after all."""
    Checkout.objects.filter(pk=checkout.pk, state=Checkout.State.OPEN).update(state=Checkout.State.FAILED, ended_at=at)
