"""How a recurring gift stands, in words for its donor: what comes next, what they asked for, what they may do."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.money import format_money
from donations import declines, schedule
from donations.models import FailedRenewal, Subscription, SubscriptionChange
from donations.models.giving import Interval
from organisation.models import Organisation

Kind = SubscriptionChange.Kind
# So long an answer by webhook may take before it is no longer "in a moment".
_MOMENT = timedelta(minutes=30)
_REFUSAL_IS_NEWS = timedelta(days=3)
# A wish of one line replaces an earlier one of the same line.
_LINES = ({Kind.TERMS}, {Kind.PAUSE, Kind.SKIP, Kind.RESUME}, {Kind.CARD}, {Kind.STOP})


@dataclass(frozen=True)
class Standing:
    """One recurring gift on its donor's page."""

    subscription: Subscription
    words: str
    kind: str = "info"
    next_on: datetime | None = None
    asked: list[str] = field(default_factory=list)
    is_over: bool = False
    is_paused: bool = False
    is_failing: bool = False
    card_ends_first: bool = False

    @property
    def may_skip(self) -> bool:
        return not (self.is_over or self.is_paused or self.is_failing)


def of_all(subscriptions: Iterable[Subscription], *, at: datetime) -> list[Standing]:
    """Return how each gift stands, those that run first."""
    return sorted((of(found, at=at) for found in subscriptions), key=lambda standing: standing.is_over)


def of(subscription: Subscription, *, at: datetime) -> Standing:
    """Return how a gift stands. What the donor asked for counts as done only when Stripe has said so."""
    if subscription.has_ended:
        words = _("Ended on %(day)s. Nothing more is charged.") % {"day": day(subscription.ended_at or at)}
        return Standing(subscription, words, is_over=True)
    if subscription.stop_asked_at:
        return Standing(subscription, *_stopped(subscription), is_over=True)
    next_on = schedule.next_payment(subscription)
    is_paused = subscription.is_paused(at)
    if subscription.is_failing:
        words, kind = _why_not_paid(subscription), "warning"
    elif is_paused:
        words, kind = _paused(subscription, next_on), "info"
    elif subscription.state == Subscription.State.INCOMPLETE:
        words, kind = _("The first payment is not complete yet."), "warning"
    else:
        words, kind = "", "info"
    expires_on = subscription.card_expires_on
    return Standing(
        subscription,
        words,
        kind,
        next_on=next_on,
        asked=list(_asked(subscription, at=at)),
        is_paused=is_paused,
        is_failing=subscription.is_failing,
        card_ends_first=bool(expires_on and next_on and expires_on < next_on.date()),
    )


def _stopped(subscription: Subscription) -> tuple[str, str]:
    if any(change.kind == Kind.STOP and change.heard_at for change in subscription.changes.all()):
        return _("You have stopped this gift. Nothing more is charged. A letter confirms it in a few minutes."), "done"
    return (
        _(
            "You have stopped this gift: we have written this down. The payment service does not answer at the moment;"
            " we tell it as soon as it does. You need not do anything."
        ),
        "info",
    )


def _paused(subscription: Subscription, next_on: datetime | None) -> str:
    if next_on is None:
        return _("Paused. Nothing is charged until it goes on.")
    last = next((c for c in reversed(_in_order(subscription)) if c.kind in _LINES[1] and not c.refused_at), None)
    if last and last.kind == Kind.SKIP:
        return _("One payment is left out. The next one is on %(day)s.") % {"day": day(next_on)}
    until = subscription.paused_until or next_on
    return _("Paused until %(until)s. Nothing is charged before; the next payment is on %(day)s.") % {
        "until": day(until),
        "day": day(next_on),
    }


def _why_not_paid(subscription: Subscription) -> str:
    """Return why the last payment did not go through, and whether it is tried again."""
    failure = FailedRenewal.objects.filter(subscription=subscription).order_by("-noted_at", "-pk").first()
    advice = declines.advice(failure.reason if failure else "")
    said = _("The last payment did not go through. %(why)s") % {"why": advice.why}
    is_tried = subscription.state == Subscription.State.PAST_DUE and not advice.is_final
    if is_tried and failure and failure.next_attempt_at:
        again = _("It is tried again on %(day)s.") % {"day": day(failure.next_attempt_at)}
    else:
        again = _("It is not tried again by itself.")
    return f"{said} {again}"


def _asked(subscription: Subscription, *, at: datetime) -> Iterator[str]:
    """Yield what was asked for and is not done: on its way to Stripe, on its way back, or refused."""
    changes = _in_order(subscription)
    for line in _LINES:
        last = next((change for change in reversed(changes) if change.kind in line), None)
        if last is None or _is_seen(subscription, last, at=at):
            continue
        wish = _wish(last)
        if last.refused_at:
            if at - last.refused_at < _REFUSAL_IS_NEWS:
                yield _("%(wish)s: the payment service refused this. Nothing has changed.") % {"wish": wish}
        elif last.heard_at is None:
            yield _(
                "%(wish)s: we have written this down. The payment service does not answer at the moment; we tell it as"
                " soon as it does. You need not do anything."
            ) % {"wish": wish}
        elif at - last.heard_at < _MOMENT:
            yield _("%(wish)s: asked for, and confirmed in a moment.") % {"wish": wish}


def _is_seen(subscription: Subscription, change: SubscriptionChange, *, at: datetime) -> bool:
    """Return whether the gift already is as was asked."""
    if change.refused_at:
        return False
    match change.kind:
        case Kind.TERMS:
            return (subscription.amount_minor, subscription.interval) == (change.amount_minor, change.interval)
        case Kind.PAUSE | Kind.SKIP if change.until and subscription.paused_until:
            return abs(subscription.paused_until - change.until) < timedelta(seconds=2)
        case Kind.RESUME:
            return not subscription.is_paused(at)
        case Kind.CARD:
            return change.heard_at is not None
    return False


def _wish(change: SubscriptionChange) -> str:
    match change.kind:
        case Kind.TERMS if change.amount:
            amount = format_money(change.amount, get_language() or "en", short=True)
            return f"{amount} {Interval(change.interval).label}"
        case Kind.PAUSE if change.until:
            return _("Pause until %(day)s") % {"day": day(change.until)}
        case Kind.SKIP:
            return _("Leave one payment out")
        case Kind.RESUME:
            return _("Go on with this gift")
        case Kind.CARD:
            return _("Your new card")
    return _("Stop this gift")


def _in_order(subscription: Subscription) -> list[SubscriptionChange]:
    return sorted(subscription.changes.all(), key=lambda change: change.pk)


def day(moment: datetime) -> str:
    """Write the day as it is where the organisation is."""
    return date_format(moment.astimezone(ZoneInfo(Organisation.current().time_zone)), "DATE_FORMAT")
