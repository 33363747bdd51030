"""What a donor wants of their recurring gift: written down for good, then told to Stripe, whose webhook changes it.

If Stripe is out of reach the sweep tells it; the donor need not come back.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from moneyed import Money

from core.money import to_minor
from donations.models import Subscription, SubscriptionChange
from donations.models.giving import Interval
from organisation.models import User
from stripe_gateway import asking, door, idempotency, reading

Kind = SubscriptionChange.Kind
# A pause begins to end a little after the payment that it lets pass.
_AFTER_THE_PAYMENT = timedelta(hours=12)
LONGEST_PAUSE = timedelta(days=366)


class HasEnded(Exception):
    """The gift has ended or is being stopped: there is nothing left to change."""


class NotPossible(Exception):
    """The wish makes no sense for this gift: another currency, a pause in the past or of more than a year."""


class OutOfReach(Exception):
    """Stripe does not answer now, so its page cannot be opened. It may work in a minute."""


class NoSuchPage(Exception):
    """Stripe has no such page for this gift: nothing is left to be paid, or its customer is gone."""


def ask_for_terms(
    *, subscription: Subscription, amount: Money, interval: Interval, at: datetime, by: User | None = None
) -> SubscriptionChange:
    """Another amount or interval, from the next payment on.

    :raises HasEnded: if the gift has ended
    :raises NotPossible: if the amount is in another currency or the gift would not come again
    """
    if amount.currency.code != subscription.currency or amount.amount <= 0 or not interval.months:
        raise NotPossible
    return _ask(subscription, Kind.TERMS, at=at, asked_by=by, amount_minor=to_minor(amount), interval=interval)


def ask_to_pause(
    *, subscription: Subscription, until: datetime, at: datetime, by: User | None = None
) -> SubscriptionChange:
    """Charge nothing before that moment.

    :raises HasEnded: if the gift has ended
    :raises NotPossible: if that is not within the next year
    """
    if not at < until <= at + LONGEST_PAUSE:
        raise NotPossible
    return _ask(subscription, Kind.PAUSE, at=at, asked_by=by, until=until)


def ask_to_skip(*, subscription: Subscription, at: datetime, by: User | None = None) -> SubscriptionChange:
    """Let the next payment pass.

    :raises HasEnded: if the gift has ended
    """
    due = max(subscription.paid_until, at)
    return _ask(subscription, Kind.SKIP, at=at, asked_by=by, until=due + _AFTER_THE_PAYMENT)


def ask_to_go_on(*, subscription: Subscription, at: datetime, by: User | None = None) -> SubscriptionChange:
    """End a pause now.

    :raises HasEnded: if the gift has ended
    """
    return _ask(subscription, Kind.RESUME, at=at, asked_by=by)


@transaction.atomic
def ask_for_card(*, subscription: Subscription, payment_method_id: str, at: datetime) -> SubscriptionChange | None:
    """Write down that the card which the donor has entered at Stripe is to be charged; the worker tells Stripe.

    In the transaction of the webhook that brought the news. Stripe repeats itself: the card that was asked for last is
    not asked for again.

    :returns: none if the gift is over, or this card was asked for last
    """
    row = Subscription.objects.select_for_update().get(pk=subscription.pk)
    last = row.changes.filter(kind=Kind.CARD).order_by("-pk").first()
    if row.has_ended or row.stop_asked_at or (last and last.payment_method_id == payment_method_id):
        return None
    return SubscriptionChange.objects.create(
        subscription=row, kind=Kind.CARD, asked_at=at, payment_method_id=payment_method_id
    )


def ask_to_stop(*, subscription: Subscription, at: datetime, by: User | None = None) -> None:
    """Charge nothing any more. To ask twice changes nothing."""
    try:
        _ask(subscription, Kind.STOP, at=at, asked_by=by)
    except (HasEnded, IntegrityError):
        return  # It is what was asked for.


def card_page(*, subscription: Subscription, return_url: str, language: str) -> str:
    """Return the address of Stripe's page for another card. It opens once, soon, for whoever has it.

    :raises OutOfReach: if it may work later
    :raises NoSuchPage: if Stripe does not know the customer any more
    """
    try:
        return asking.open_portal(subscription.stripe_customer_id, return_url=return_url, language=language)
    except door.StripeUnavailable as error:
        raise OutOfReach from error
    except door.StripeRefused as error:
        raise NoSuchPage from error


def payment_page(*, subscription: Subscription) -> str:
    """Return the address of Stripe's page where the oldest payment that did not go through can be made by hand.

    :raises OutOfReach: if it may work later
    :raises NoSuchPage: if nothing is left to be paid
    """
    try:
        waiting = [invoice.pay_at for invoice in reading.open_invoices(subscription.stripe_id) if invoice.pay_at]
    except door.StripeUnavailable as error:
        raise OutOfReach from error
    except door.StripeRefused as error:
        raise NoSuchPage from error
    if not waiting:
        raise NoSuchPage
    return waiting[-1]


def _ask(
    subscription: Subscription, kind: SubscriptionChange.Kind, *, at: datetime, **wish: object
) -> SubscriptionChange:
    with transaction.atomic(durable=True):
        row = Subscription.objects.select_for_update().get(pk=subscription.pk)
        if row.has_ended or row.stop_asked_at:
            raise HasEnded
        change = SubscriptionChange.objects.create(subscription=row, kind=kind, asked_at=at, **wish)
    tell_stripe(change, at=at)
    return change


def tell_stripe(change: SubscriptionChange, *, at: datetime) -> bool:
    """Tell Stripe of a wish that is written down and committed. May be repeated: it is the same call.

    :returns: whether Stripe has answered, with yes or no; if not, the sweep asks again
    """
    try:
        _call(change, at=at)
    except door.StripeUnavailable:
        return False
    except door.StripeRefused as refused:
        SubscriptionChange.objects.unheard().filter(pk=change.pk).update(refused_at=at, refusal=refused.code[:80])
        return True
    SubscriptionChange.objects.unheard().filter(pk=change.pk).update(heard_at=at)
    return True


def _call(change: SubscriptionChange, *, at: datetime) -> None:
    stripe_id, key = change.subscription.stripe_id, idempotency.key("subscription-change", change.pk, change.kind)
    match change.kind:
        case Kind.TERMS if change.amount:
            months = Interval(change.interval).months
            asking.change_terms(stripe_id, amount=change.amount, months=months, key=key, at=at)
        case Kind.PAUSE | Kind.SKIP if change.until:
            asking.pause(stripe_id, until=change.until, key=key, at=at)
        case Kind.RESUME:
            asking.go_on(stripe_id, key=key, at=at)
        case Kind.CARD:
            asking.use_card(stripe_id, payment_method_id=change.payment_method_id, key=key, at=at)
            _pay_what_waits(change, at=at)
        case Kind.STOP:
            asking.cancel_subscription(stripe_id, key=key, at=at)
            if change.subscription.donor.person.erased_at:  # It began while they had themselves erased.
                forget_customer(change.subscription.stripe_customer_id, at=at)


def forget_customer(customer_id: str, *, at: datetime) -> None:
    """Have Stripe delete what it keeps of a donor. May be repeated: it is the same call.

    :raises stripe_gateway.door.StripeUnavailable: if it may work later
    """
    with suppress(door.StripeRefused):  # Stripe has none of that name any more.
        asking.forget_customer(customer_id, key=idempotency.key("customer", customer_id, "forget"), at=at)


def _pay_what_waits(change: SubscriptionChange, *, at: datetime) -> None:
    """Try what did not go through once more with the new card. What comes of it is told by webhooks, a refusal too."""
    for invoice in reversed(reading.open_invoices(change.subscription.stripe_id)):
        key = idempotency.key("invoice", invoice.id, f"pay-for-change-{change.pk}")
        with suppress(door.StripeRefused):
            asking.pay_invoice(invoice.id, payment_method_id=change.payment_method_id, key=key, at=at)
