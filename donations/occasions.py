"""Letters that a day or a confirmed wish causes, not a payment. The sweep looks for them every minute.

Each is found by rows alone and by its own key in the outbox, so any worker may look at any time. Each is due only for a
span of days: after a long standstill nobody is flooded with old news.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractDay, ExtractMonth, Greatest, TruncDate

from donations import letterhead, looking_back, recurring_letters
from donations.models import Subscription, SubscriptionChange
from organisation.models import Organisation

Kind = SubscriptionChange.Kind
# So long a donor may change their mind, and Stripe's event take, before a change is told.
_SETTLES = timedelta(minutes=1)
_CHANGE_IS_NEWS = timedelta(days=3)
CARD_NOTICE_BEFORE = timedelta(days=30)
_LOOK_BACK_IS_NEWS = 3
_WITH_ALL = ("checkout", "fund", "donor__merged_into")


def tell_changes(*, at: datetime) -> int:
    """Confirm what donors asked for and Stripe has done: the gift is as they wished, by Stripe's own word.

    Of two wishes of a kind within the minute only the newest is told. An end has a letter of its own.

    :returns: how many were told
    """
    newer = SubscriptionChange.objects.filter(
        subscription=OuterRef("subscription"), kind=OuterRef("kind"), heard_at__isnull=False, pk__gt=OuterRef("pk")
    )
    due = (
        SubscriptionChange.objects.filter(
            _as_stripe_has_it(),
            ~Exists(newer),
            ~letterhead.is_queued(recurring_letters.CHANGE, OuterRef("subscription__reference"), OuterRef("pk")),
            letterhead.has_address("subscription__donor"),
            heard_at__gt=at - _CHANGE_IS_NEWS,
            heard_at__lte=at - _SETTLES,
        )
        .exclude(subscription__state__in=Subscription.ENDED)
        .select_related(*(f"subscription__{name}" for name in _WITH_ALL))
        .order_by("pk")
    )
    return letterhead.write_each(due, lambda change: recurring_letters.change_confirmed(change=change, at=at))


def _as_stripe_has_it() -> Q:
    """Return the condition that a gift is, by what Stripe said last, as a change wants it."""
    # Stripe counts in whole seconds.
    paused = Q(
        subscription__paused_until__gt=F("until") - timedelta(seconds=1),
        subscription__paused_until__lt=F("until") + timedelta(seconds=1),
    )
    return (
        Q(kind=Kind.TERMS, amount_minor=F("subscription__amount_minor"), interval=F("subscription__interval"))
        | (Q(kind__in=[Kind.PAUSE, Kind.SKIP]) & paused)
        | (Q(kind=Kind.RESUME, subscription__paused_until=None) & ~Q(subscription__state=Subscription.State.PAUSED))
        | Q(kind=Kind.CARD)
    )


def remind_of_expiring_cards(*, at: datetime) -> int:
    """Tell those whose card will have expired when their next payment is due, once for each card, within 30 days of it.

    :returns: how many were told
    """
    zone = ZoneInfo(Organisation.current().time_zone)
    # The database's GREATEST passes over what is null. A pause that ends between two payments only makes it a little early.
    due = (
        _running()
        .annotate(due=Greatest("paid_until", "paused_until"))
        .filter(
            ~letterhead.is_queued(
                recurring_letters.CARD_EXPIRES,
                OuterRef("reference"),
                OuterRef("card_last4"),
                OuterRef("card_expires_on"),
            ),
            state__in=[Subscription.State.ACTIVE, Subscription.State.TRIALING],
            due__gt=at,
            due__lte=at + CARD_NOTICE_BEFORE,
            card_expires_on__lt=TruncDate("due", tzinfo=zone),
        )
    )
    return letterhead.write_each(
        due, lambda subscription: recurring_letters.card_expires(subscription=subscription, at=at)
    )


def look_back(*, at: datetime) -> int:
    """Tell supporters, on the day on which their gift began in an earlier year, what it added up to.

    :returns: how many were told
    """
    zone = ZoneInfo(Organisation.current().time_zone)
    today = at.astimezone(zone).date()
    return sum(_look_back_on(today - timedelta(days=ago), zone=zone, at=at) for ago in range(_LOOK_BACK_IS_NEWS))


def _look_back_on(day: date, *, zone: ZoneInfo, at: datetime) -> int:
    began_on = [(day.month, day.day)]
    if (day.month, day.day) == (2, 28) and (day + timedelta(days=1)).day == 1:
        began_on.append((2, 29))
    due = (
        _running()
        .annotate(month=ExtractMonth("started_at", tzinfo=zone), day=ExtractDay("started_at", tzinfo=zone))
        .filter(
            Exists(looking_back.year_of_gifts(OuterRef("pk"), until=day, zone=zone)),
            ~letterhead.is_queued(f"{recurring_letters.LOOK_BACK}{day.year}:", OuterRef("reference")),
            _any_of(began_on),
            started_at__lt=at - timedelta(days=360),
        )
    )

    def write(subscription: Subscription) -> None:
        figures = looking_back.figures(subscription, until=day, zone=zone)
        if figures.given.amount > 0:  # All of it went back: there is nothing to look back on.
            recurring_letters.look_back(subscription=subscription, figures=figures, at=at)

    return letterhead.write_each(due, write)


def _any_of(days: list[tuple[int, int]]) -> Q:
    found = Q(pk__in=[])
    for month, day in days:
        found |= Q(month=month, day=day)
    return found


def tell_campaign_ended(campaign: recurring_letters.CampaignEnd, *, at: datetime) -> int:
    """Tell those who give again and again for a campaign that it is over and what becomes of their gift, once.

    :returns: how many were told
    """
    due = _running().filter(
        ~letterhead.is_queued(f"{recurring_letters.CAMPAIGN_ENDED}{campaign.slug}:", OuterRef("reference")),
        campaign=campaign.slug,
    )
    return letterhead.write_each(
        due,
        lambda subscription: recurring_letters.campaign_ended(subscription=subscription, campaign=campaign, at=at),
    )


def _running() -> QuerySet[Subscription]:
    """Return the gifts that run and that nobody has stopped, of people who can be written to."""
    stop = SubscriptionChange.objects.filter(subscription=OuterRef("pk"), kind=Kind.STOP, refused_at=None)
    return (
        Subscription.objects.running()
        .exclude(state=Subscription.State.INCOMPLETE)
        .filter(~Exists(stop), letterhead.has_address("donor"))
        .select_related(*_WITH_ALL)
        .order_by("pk")
    )
