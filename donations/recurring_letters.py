"""The letters about gifts that come again: what failed, ended, was changed, expires, and what it all added up to.

When each of them is due is said in ``dunning`` and ``occasions``.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from moneyed import Money

from donations import declines, letterhead, schedule
from donations.models import FailedRenewal, Subscription, SubscriptionChange

# The beginnings of keys that rules ask for, too. What a letter is about stands in its key between colons.
LAST_NOTICE = "last-notice:"
CHANGE = "gift-changed:"
CARD_EXPIRES = "card-expires:"
CAMPAIGN_ENDED = "campaign-ended:"
LOOK_BACK = "look-back:"


def change_key(change: SubscriptionChange) -> str:
    return f"{CHANGE}{change.subscription.reference}:{change.pk}"


def card_keys_start(subscription: Subscription) -> str:
    """Return how the keys of all letters about cards of a gift begin."""
    return f"{CARD_EXPIRES}{subscription.reference}:"


def campaign_key(slug: str, subscription: Subscription) -> str:
    return f"{CAMPAIGN_ENDED}{slug}:{subscription.reference}"


def look_back_key(year: int, subscription: Subscription) -> str:
    return f"{LOOK_BACK}{year}:{subscription.reference}"


class Ending(StrEnum):
    """Why a recurring gift has ended."""

    BY_DONOR = "donor"
    BY_STAFF = "staff"
    PAYMENTS_FAILED = "failed"
    BANK_TOOK_BACK = "dispute"
    AT_STRIPE = "stripe"


@dataclass(frozen=True)
class CampaignEnd:
    """A campaign that is over. ``outcome`` is what its editors say of it; ``address`` is its page."""

    slug: str
    title: str
    ended_on: date
    outcome: str
    address: str


@dataclass(frozen=True)
class LookBack:
    """The year of a recurring gift before ``until``, less what went back; ``in_all``: since it began, none in the first."""

    since: date
    until: date
    given: Money
    payments: int
    in_all: Money | None

    @property
    def last_day(self) -> date:
        """The year ends before the anniversary."""
        return self.until - timedelta(days=1)


def payment_failed(*, failure: FailedRenewal, at: datetime) -> None:
    """Say that a payment did not go through, why, what helps, and when it is tried again; once for each kind of reason."""
    advice = declines.advice(failure.reason)
    letterhead.to_supporter(
        failure.subscription,
        key=f"payment-failed:{failure.invoice_id}:{advice.kind}",
        template="payment_failed",
        context={"failure": failure, "advice": advice, "next_try": _next_try(failure, at)},
        at=at,
    )


def _next_try(failure: FailedRenewal, at: datetime) -> datetime | None:
    """Return when it is tried again; none if it is not, or if that day has passed and we do not know the next."""
    is_to_come = failure.next_attempt_at is not None and failure.next_attempt_at > at
    return failure.next_attempt_at if is_to_come and not declines.advice(failure.reason).is_final else None


def authentication_required(*, failure: FailedRenewal, confirm_at: str, at: datetime) -> None:
    """Say that the bank wants the donor to confirm a payment, and where.

    :param confirm_at: Stripe's page for it; empty if there is none
    """
    letterhead.to_supporter(
        failure.subscription,
        key=f"payment-failed:{failure.invoice_id}:{declines.AUTHENTICATION}",
        template="authentication_required",
        context={"failure": failure, "confirm_at": confirm_at},
        at=at,
    )


def last_notice(*, failure: FailedRenewal, at: datetime) -> None:
    """Say that the gift is about to end, because its payment has not gone through for long.

    :param failure: the newest try
    """
    advice = declines.advice(failure.reason)
    letterhead.to_supporter(
        failure.subscription,
        key=f"{LAST_NOTICE}{failure.invoice_id}",
        template="last_notice",
        context={
            "failure": failure,
            "advice": advice,
            "what": advice.at_last,
            "next_try": _next_try(failure, at),
            "has_tries_left": failure.next_attempt_at is not None and not advice.is_final,
        },
        at=at,
    )


def ended(*, subscription: Subscription, why: Ending, at: datetime) -> None:
    """Say that a recurring gift has ended, why, and that nothing more will be charged."""
    letterhead.to_supporter(
        subscription,
        key=f"subscription-ended:{subscription.stripe_id}",
        template="subscription_ended",
        context={"why": str(why)},
        at=at,
    )


def change_confirmed(*, change: SubscriptionChange, at: datetime) -> None:
    """Say that what the donor asked for is done, and when the next payment is."""
    letterhead.to_supporter(
        change.subscription,
        key=change_key(change),
        template="change_confirmed",
        context={"change": change, "next_on": schedule.next_payment(change.subscription)},
        at=at,
    )


def card_expires(*, subscription: Subscription, at: datetime) -> None:
    """Say that the card will not be valid any more when the next payment is due; once for each card."""
    letterhead.to_supporter(
        subscription,
        key=f"{card_keys_start(subscription)}{subscription.card_last4}:{subscription.card_expires_on}",
        template="card_expires",
        context={"next_on": schedule.next_payment(subscription)},
        at=at,
    )


def campaign_ended(*, subscription: Subscription, campaign: CampaignEnd, at: datetime) -> None:
    """Say that a campaign is over and what becomes of the gift that was begun for it."""
    letterhead.to_supporter(
        subscription,
        key=campaign_key(campaign.slug, subscription),
        template="campaign_ended",
        context={"campaign": campaign, "next_on": schedule.next_payment(subscription)},
        at=at,
    )


def look_back(*, subscription: Subscription, figures: LookBack, at: datetime) -> None:
    """Say what a recurring gift added up to in a year, and what its fund did meanwhile."""
    letterhead.to_supporter(
        subscription,
        key=look_back_key(figures.until.year, subscription),
        template="look_back",
        context={"figures": figures},
        at=at,
    )
