"""Whether Stripe has been silent for longer than usual: then the webhook may be broken, and nobody would notice.

A fixed limit fits nobody: a large organisation hears from Stripe every minute, a small one on the first of the month.
So we go by what we have seen: twice the longest pause of the 30 days that ended with the last event, and at least an
hour, because Stripe may well be late by minutes. Twice, because the longest pause of a month is soon surpassed a little.

- The 30 days end with the last event, not today: a long silence must not wear away what it is measured by.
- The pause before the first event of the 30 days counts too, even if it began earlier: who hears from Stripe on one day
  of the month alone would otherwise be alarmed on the day after.
- Who has heard from Stripe for less than 30 days has seen few nights and weekends: for them it is at least six days,
  two long weekends. The most that it costs a small organisation is one needless letter in its first month.
- Who has never had an event has nothing to compare with, and ``sync_stripe --check`` to find that the webhook is not
  set up.
- Test events tell nothing about live ones.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Max, QuerySet

from stripe_gateway import letters
from stripe_gateway.models import StripeEvent

_SAMPLE = timedelta(days=30)
_LEAST = timedelta(hours=1)
_LEAST_AT_FIRST = timedelta(days=6)
_LONGEST_PAUSE = """
    SELECT max(received_at - before) FROM (
        SELECT received_at, lag(received_at, 1, %(before)s) OVER (ORDER BY received_at) AS before
        FROM stripe_gateway_stripeevent
        WHERE livemode = %(livemode)s AND received_at > %(since)s AND received_at <= %(until)s
    ) AS pauses
"""


@dataclass(frozen=True)
class Silence:
    """How long it has been quiet. ``last_at``: the last event; ``usual``: a pause up to this is nothing to speak of.

    Both are none as long as nothing has ever come.
    """

    last_at: datetime | None
    usual: timedelta | None
    is_alarming: bool


def state(at: datetime) -> Silence:
    """Say whether nothing has come for longer than usual."""
    last = _last()
    if last is None:
        return Silence(None, None, is_alarming=False)
    usual = _usual(last.received_at)
    return Silence(last.received_at, usual, is_alarming=at - last.received_at > usual)


def check(*, at: datetime) -> None:
    """Tell fundraisers and administrators, once for each silence, if it has become alarming."""
    last = _last()
    # The sweep asks each minute; as a rule this is the end of it.
    if last is None or at - last.received_at <= _LEAST:
        return
    usual = _usual(last.received_at)
    if at - last.received_at > usual:
        letters.silence(after=last, usual=usual, at=at)


def _last() -> StripeEvent | None:
    return _events().order_by("-pk").first()


def _usual(last_at: datetime) -> timedelta:
    since = last_at - _SAMPLE
    before: datetime | None = _events().filter(received_at__lte=since).aggregate(Max("received_at"))["received_at__max"]
    span = {"since": since, "until": last_at, "before": before, "livemode": settings.STRIPE_LIVEMODE}
    with connection.cursor() as cursor:
        cursor.execute(_LONGEST_PAUSE, span)
        longest: timedelta | None = cursor.fetchone()[0]
    return max(2 * (longest or timedelta()), _LEAST if before else _LEAST_AT_FIRST)


def _events() -> QuerySet[StripeEvent]:
    return StripeEvent.objects.filter(livemode=settings.STRIPE_LIVEMODE)
