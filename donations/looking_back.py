"""What a recurring gift added up to in a year. Of others it tells nothing: two such letters would differ by one of them."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from moneyed import Money

from core.money import from_minor
from donations.models import Payment, Subscription
from donations.recurring_letters import LookBack


def figures(subscription: Subscription, *, until: date, zone: ZoneInfo) -> LookBack:
    """Return the sums of the year before a day, as days go where the organisation is."""
    since = _year_before(until)
    payments = list(_with_what_went_back(year_of_gifts(subscription.pk, until=until, zone=zone)))
    earlier = list(_with_what_went_back(subscription.payments.filter(occurred_at__lt=_start(since, zone))))
    given = _sum(payments, subscription)
    return LookBack(
        since=since,
        until=until,
        given=given,
        payments=sum(1 for payment in payments if payment.remaining.amount > 0),
        in_all=given + _sum(earlier, subscription) if earlier else None,
    )


def year_of_gifts(subscription: Any, *, until: date, zone: ZoneInfo) -> QuerySet[Payment]:
    """Return the payments of a recurring gift in the year before a day.

    :param subscription: its key, or an ``OuterRef``
    """
    return Payment.objects.filter(
        subscription=subscription,
        occurred_at__gte=_start(_year_before(until), zone),
        occurred_at__lt=_start(until, zone),
    )


def _with_what_went_back(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    return payments.prefetch_related("refunds", "disputes__moves")


def _sum(payments: Iterable[Payment], subscription: Subscription) -> Money:
    return sum((payment.remaining for payment in payments), from_minor(0, subscription.currency))


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1) if (day.month, day.day) != (2, 29) else date(day.year - 1, 2, 28)


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
