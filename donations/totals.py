"""How much came in and from how many people, for progress bars and pages. Gifts less refunds, before fees."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db.models import Sum
from moneyed import Money

from core.money import from_minor
from donations.models import Payment, Refund
from ledger import balances
from ledger.models import Fund
from organisation.models import Organisation

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Received:
    """What came in. ``people``: how many different donors gave."""

    amount: Money
    people: int


def month(fund: Fund, at: datetime) -> Received:
    """Return what a fund has received since the first of the month, where the organisation is."""
    here = at.astimezone(ZoneInfo(Organisation.current().time_zone))
    return between(fund, here.replace(day=1, hour=0, minute=0, second=0, microsecond=0), at)


def between(fund: Fund, since: datetime | None, until: datetime) -> Received:
    """Return what a fund received in a span of time, as the books have it; from its beginning, if ``since`` is none."""
    since = since or _BEGINNING
    given = Payment.objects.filter(fund=fund, occurred_at__gte=since, occurred_at__lt=until)
    people = given.values("donor").distinct().count()
    return Received(balances.received(fund=fund, since=since, until=until), people)


def campaign(name: str, *, fund: Fund) -> Received:
    """Return what a fund has received by the forms of a campaign, so far, less what of it was sent back."""
    payments = Payment.objects.filter(campaign=name, fund=fund)
    given = payments.aggregate(sum=Sum("gross_minor", default=0))["sum"]
    back = Refund.objects.filter(
        payment__in=payments, ledger_transaction__isnull=False, failure_transaction__isnull=True
    ).aggregate(sum=Sum("amount_minor", default=0))["sum"]
    return Received(from_minor(given - back, fund.currency), payments.values("donor").distinct().count())
