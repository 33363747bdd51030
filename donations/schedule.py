"""When a recurring gift is charged next, pauses counted in."""

from calendar import monthrange
from datetime import datetime

from donations.models import Subscription
from donations.models.giving import Interval


def next_payment(subscription: Subscription) -> datetime | None:
    """Return when the next payment is due that really charges: those that fall into a pause are let pass.

    :returns: none while Stripe has the gift on hold without an end
    """
    if subscription.state == Subscription.State.PAUSED:
        return None
    due, until = subscription.paid_until, subscription.paused_until
    months = Interval(subscription.interval).months
    steps = 0
    while until and due < until:
        steps += months
        due = _after(subscription.paid_until, steps, began_on=subscription.started_at.day)
    return due


def _after(moment: datetime, months: int, *, began_on: int) -> datetime:
    """Like Stripe, let the 31st become the last day of a shorter month and come back after it."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    is_cut_short = moment.day == monthrange(moment.year, moment.month)[1]
    # A later change of interval may have moved the day; then a skip is told up to three days late, once.
    day = max(moment.day, began_on) if is_cut_short else moment.day
    return moment.replace(year=year, month=month + 1, day=min(day, monthrange(year, month + 1)[1]))
