"""Gifts that come again: what Stripe says of them, what their donors ask."""

from datetime import datetime

from django.db import transaction

from core.money import to_minor
from donations import giving, letters
from donations.models import Checkout, FailedRenewal, Subscription
from stripe_gateway import client, idempotency
from stripe_gateway import objects as stripe_objects


@transaction.atomic
def apply(stated: stripe_objects.Subscription, *, at: datetime) -> Subscription | None:
    """Take over what Stripe says of a subscription; tell the donor when it has ended.

    The amount is not taken over: a payment of another amount than agreed is held.

    :returns: none if its checkout is not known here
    """
    checkout = Checkout.objects.filter(reference=stated.metadata.get(giving.METADATA_KEY, "")).first()
    if checkout is None:
        return None
    changing = {"state": stated.state, "paid_until": stated.paid_until, "ended_at": stated.ended_at}
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
            fund=checkout.fund,
            campaign=checkout.campaign,
            started_at=stated.started_at,
            **changing,
        )
    else:
        Subscription.objects.filter(pk=subscription.pk).update(**changing)
        subscription.refresh_from_db()
    if subscription.has_ended and not had_ended:
        letters.subscription_ended(subscription=subscription, at=at)
    return subscription


@transaction.atomic
def note_failed_renewal(*, subscription: Subscription, invoice: stripe_objects.Invoice, at: datetime) -> None:
    """Keep that a month's payment did not go through, and tell the donor, once for each try.

    When it was the last try, Stripe ends the subscription and the letter about that says enough.
    """
    failure, is_new = FailedRenewal.objects.get_or_create(
        invoice_id=invoice.id,
        attempt=invoice.attempts,
        defaults={
            "subscription": subscription,
            "amount_minor": to_minor(invoice.amount),
            "currency": invoice.amount.currency.code,
            "noted_at": at,
            "next_attempt_at": invoice.next_attempt_at,
        },
    )
    if is_new and not subscription.has_ended:
        letters.payment_failed(failure=failure, at=at)


def ask_to_stop(*, subscription: Subscription, at: datetime) -> None:
    """Write down that the donor wants to stop, for good, then tell Stripe. Stripe's answer comes by its webhook.

    If Stripe is out of reach the sweep tells it; the donor need not come back.
    """
    with transaction.atomic(durable=True):
        Subscription.objects.running().filter(pk=subscription.pk, stop_asked_at=None).update(stop_asked_at=at)
    tell_stripe_to_stop(subscription=subscription, at=at)


def tell_stripe_to_stop(*, subscription: Subscription, at: datetime) -> bool:
    """Return whether Stripe has heard it. May be repeated."""
    key = idempotency.key("subscription", subscription.reference, "stop")
    try:
        client.cancel_subscription(subscription.stripe_id, key=key, at=at)
    except (client.StripeUnavailable, client.StripeRefused):
        return False
    return True
