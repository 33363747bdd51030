"""The worker's side of gifts: PDFs and letters of new receipts, and calls to Stripe that did not come through."""

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from django.core.cache import caches
from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import now as wall_clock

from core import clock, nudging
from donations import (
    changing,
    dunning,
    forgetting,
    occasions,
    receipts,
    refunds,
    statement_work,
    stripe_events,
    turns,
)
from donations.models import Refund, SubscriptionChange

# A call that was just written down is under way in the web process.
_PATIENCE = timedelta(minutes=2)
# Papers come by the thousand: letters and webhooks get their turn in between.
_SLICE = timedelta(seconds=10)
_RENDER, _STATEMENTS = "donations.tasks.render_due", "donations.tasks.issue_statements"
# More receipts than come with a few gifts at once.
_HANDFUL = 5
# How far the unpaid wishes were looked through. If it is lost, that begins anew.
_FORGOTTEN = "donations.forgotten"


def render_due() -> int:
    """Make the PDFs that are missing and queue their letters, each in its own transaction. Safe to run twice.

    Whoever finds more than a handful calls the next worker, which does the same: a backlog is drained by all of them.

    :returns: how many were made
    """
    caches["shared"].delete(_help_is_called(_RENDER))
    made = 0
    until = wall_clock() + _SLICE
    for is_made in turns.each(receipts.without_pdf(), receipts.render, until=until):
        made += is_made
        if is_made and made == _HANDFUL:
            _call_help(_RENDER)
    if made and wall_clock() >= until:
        _call_help(_RENDER)
    return made


def sweep() -> None:
    """Do what a lost nudge or an unreachable Stripe left behind, write the letters whose day has come, and forget."""
    render_due()
    tell_stripe()
    write_letters()
    forget_unpaid()
    issue_statements()


def issue_statements() -> int:
    """Issue, print and post annual statements for a while; as many workers as there are do it at once.

    At most one message waits in the queue, however many workers there are: whoever starts calls the next.

    :returns: how much was done
    """
    caches["shared"].delete(_help_is_called(_STATEMENTS))
    until = wall_clock() + _SLICE
    done = statement_work.drain(until=until, fan_out=partial(_call_help, _STATEMENTS))
    if done and wall_clock() >= until:
        _call_help(_STATEMENTS)
    return done


def _call_help(task: str) -> None:
    if caches["shared"].add(_help_is_called(task), value=True, timeout=_PATIENCE.total_seconds()):
        nudging.now(task)


def _help_is_called(task: str) -> str:
    """Return the name of the mark that a message which is to start another worker on a task waits in the queue."""
    return f"called:{task}"


def write_letters() -> int:
    """Queue the letters that are due by their day: last notices, confirmed changes, expiring cards, a year's sum.

    :returns: how many
    """
    at = clock.now()
    return (
        dunning.send_last_notices(at=at)
        + occasions.tell_changes(at=at)
        + occasions.remind_of_expiring_cards(at=at)
        + occasions.look_back(at=at)
    )


def forget_unpaid() -> None:
    """Look through the next few wishes to give for those that nobody paid for long."""
    cache = caches["shared"]
    cache.set(_FORGOTTEN, forgetting.forget_unpaid(at=clock.now(), after=cache.get(_FORGOTTEN, 0)))


def tell_stripe() -> None:
    """Repeat, under the same keys, what Stripe has not heard yet: refunds asked for and changes of recurring gifts."""
    at = clock.now()
    for refund in Refund.objects.filter(
        state=Refund.State.REQUESTED, stripe_id=None, asked_at__lt=at - _PATIENCE
    ).select_related("payment"):
        with suppress(refunds.RefusedByStripe):  # It stands on the refund.
            refunds.send(refund=refund, at=at)
    _tell(SubscriptionChange.objects.unheard().filter(asked_at__lt=at - _PATIENCE), at=at)


def tell_cards() -> None:
    """Let Stripe charge the cards that donors have just entered: no web process tells it of these."""
    _tell(SubscriptionChange.objects.unheard().filter(kind=SubscriptionChange.Kind.CARD), at=clock.now())


def _tell(changes: QuerySet[SubscriptionChange], *, at: datetime) -> None:
    for change in changes.select_related("subscription"):
        if changing.tell_stripe(change, at=at):
            with transaction.atomic():
                stripe_events.refresh_subscription(change.subscription.stripe_id, at=at)
