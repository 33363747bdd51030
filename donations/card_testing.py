"""Keeps card testers out: thieves who try stolen card numbers on donation forms, in swarms, by the thousand.

Cards are typed at Stripe's page, so we do not see a single decline; Stripe's Radar does, and stops what it recognises.
What we see is how many payment pages are asked for, from where, and how many of them end in a gift. So many an hour are
for everybody. Once nearly none of the last pages led to a gift, each place, mail address and campaign has a fifth of its
budget, until gifts arrive again.
"""

from datetime import datetime, timedelta

from django.conf import settings

from core import throttle
from donations.models import Checkout
from organisation import pace

_HOUR = 60 * 60
_PER_PLACE = 30
_PER_EMAIL = 10
_SLOWED = 600
_WHILE_IN_A_SWARM = 5  # a place has a fifth of what it usually has

# The breaker looks at so many pages, and waits until people have had time to pay.
_LAST = 100
_LOOK_BACK = 5000  # rows: a bound for the query
_ENOUGH = 40
_TIME_TO_PAY = timedelta(minutes=15)
_RECENT = timedelta(hours=3)
_USUAL_SHARE = 0.05  # of people who reach the payment page, far more than one in twenty give


def may_try(*, address: str, email: str, campaign: str, at: datetime) -> bool:
    """Count one try to give and return whether it may go on to the payment page.

    :param address: the visitor's IP address; whoever shares its block shares its budget
    """
    everybody = settings.CHECKOUTS_PER_HOUR
    less = _WHILE_IN_A_SWARM if is_swarm(at=at) else 1
    # The narrow budgets come first: what they stop does not use up everybody's. And a campaign that is attacked
    # leaves half to the others.
    return (
        _allow("place", throttle.address_block(address), limit=_PER_PLACE // less)
        and _allow("email", email.lower(), limit=_PER_EMAIL // less)
        and _allow("campaign", campaign, limit=everybody // 2 // less)
        and _allow("everybody", "", limit=everybody)
    )


def is_swarm(*, at: datetime) -> bool:
    """Return whether hardly any of the last payment pages ended in a gift.

    It looks the same if Stripe's events do not arrive. Who gives once or twice is let through then, too.
    """
    newest = Checkout.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    states = list(
        Checkout.objects.filter(
            pk__gt=newest - _LOOK_BACK, started_at__gt=at - _RECENT, started_at__lt=at - _TIME_TO_PAY
        )
        .order_by("-pk")
        .values_list("state", flat=True)[:_LAST]
    )
    return len(states) >= _ENOUGH and states.count(Checkout.State.PAID) < _USUAL_SHARE * len(states)


def answer_slowly() -> None:
    """Let a refusal take a second, for patience; but never let refusals hold up everybody's threads."""
    if _allow("slowed", "", limit=_SLOWED):
        with pace.at_least(seconds=1):
            pass


def _allow(scope: str, key: str, *, limit: int) -> bool:
    return throttle.allow(f"donations.checkout.{scope}", key, limit=limit, seconds=_HOUR)
