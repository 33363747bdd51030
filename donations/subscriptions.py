"""Gifts that come again: what Stripe says of them."""

from datetime import datetime, timedelta

from django.db import transaction
from moneyed import Money

from core.money import from_minor, to_minor
from donations import dunning, giving
from donations.models import Checkout, FailedRenewal, Subscription, SubscriptionChange
from donations.models.giving import Interval
from stripe_gateway import objects as stripe_objects

# Stripe's clock and ours may differ by so much.
_CLOCKS_DIFFER = timedelta(minutes=5)
INTERVALS = {interval.months: interval for interval in Interval if interval.months}


@transaction.atomic
def apply(stated: stripe_objects.Subscription, *, at: datetime) -> Subscription | None:
    """Take over what Stripe says of a subscription; tell the donor when it has ended.

    Another amount or interval is taken over only if the donor asked for it here: else a payment over it is held.

    :returns: none if its checkout is not known here
    """
    checkout = Checkout.objects.filter(reference=stated.metadata.get(giving.METADATA_KEY, "")).first()
    if checkout is None:
        return None
    changing = {
        "state": stated.state,
        "paid_until": stated.paid_until,
        "paused_until": stated.paused_until,
        "ended_at": stated.ended_at,
    } | _card(stated.card)
    subscription = Subscription.objects.select_for_update().filter(stripe_id=stated.id).first()
    had_ended = subscription.has_ended if subscription else False
    if subscription is None:
        subscription = Subscription.objects.create(
            stripe_id=stated.id,
            stripe_customer_id=stated.customer_id,
            donor=giving.donor_of(checkout, at=at),
            checkout=checkout,
            amount_minor=to_minor(checkout.amount),
            currency=checkout.currency,
            interval=checkout.interval,
            fund=checkout.fund,
            campaign=checkout.campaign,
            started_at=stated.started_at,
            **changing,
        )
        if subscription.donor.erased_at and not subscription.has_ended:
            # Nobody is left to stop it. The sweep tells Stripe.
            SubscriptionChange.objects.create(subscription=subscription, kind=SubscriptionChange.Kind.STOP, asked_at=at)
    else:
        Subscription.objects.filter(pk=subscription.pk).update(**changing, **_agreed_terms(subscription, stated))
        subscription.refresh_from_db()
    if subscription.has_ended and not had_ended:
        dunning.answer_end(subscription, because=stated.ended_because, at=at)
    return subscription


def _card(card: stripe_objects.Card | None) -> dict[str, object]:
    if card is None:
        return {"card_brand": "", "card_last4": "", "card_expires_on": None}
    return {"card_brand": card.brand, "card_last4": card.last4, "card_expires_on": card.expires_on}


def _agreed_terms(ours: Subscription, stated: stripe_objects.Subscription) -> dict[str, object]:
    """Return the amount and interval that Stripe has now, if the donor asked for them; else nothing."""
    interval = INTERVALS.get(stated.months or 0)
    terms: dict[str, object] = {"amount_minor": to_minor(stated.amount), "interval": interval}
    asked = ours.changes.filter(kind=SubscriptionChange.Kind.TERMS, refused_at=None, **terms)
    is_same_money = stated.amount.currency.code == ours.currency
    return terms if is_same_money and interval and asked.exists() else {}


def agreed_amounts(subscription: Subscription, invoice: stripe_objects.Invoice) -> set[Money]:
    """Return the amounts that an invoice may be over: what was agreed when it was made.

    While a change is on its way to Stripe, the old amount and the new one are both right.
    """
    agreed = {subscription.checkout.amount_minor}
    changes = subscription.changes.filter(kind=SubscriptionChange.Kind.TERMS, refused_at=None)
    for change in changes.filter(asked_at__lte=invoice.created_at + _CLOCKS_DIFFER).order_by("pk"):
        is_certain = change.heard_at is not None and change.heard_at <= invoice.created_at - _CLOCKS_DIFFER
        agreed = {change.amount_minor or 0} | (set() if is_certain else agreed)
    return {from_minor(minor, subscription.currency) for minor in agreed}


@transaction.atomic
def note_failed_renewal(*, subscription: Subscription, invoice: stripe_objects.Invoice, at: datetime) -> None:
    """Keep that a payment did not go through, once for each try, and tell the donor what they do not know yet.

    When it was the last try, Stripe ends the subscription and the letter about that says enough. One that has not begun
    yet fails on Stripe's page, before its donor's eyes: that is no renewal.
    """
    if subscription.state == Subscription.State.INCOMPLETE:
        return
    failure, is_new = FailedRenewal.objects.get_or_create(
        invoice_id=invoice.id,
        attempt=invoice.attempts,
        defaults={
            "subscription": subscription,
            "amount_minor": to_minor(invoice.amount),
            "currency": invoice.amount.currency.code,
            "reason": invoice.failure[:60],
            "noted_at": at,
            "next_attempt_at": invoice.next_attempt_at,
        },
    )
    if is_new and not subscription.has_ended:
        dunning.answer_failure(failure, confirm_at=invoice.pay_at, at=at)
