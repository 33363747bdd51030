"""How much came in and from how many people, for progress bars and pages. Gifts less refunds, before fees.

Goods and services are no money: they are counted nowhere, or beside it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from moneyed import Money

from core.money import from_minor
from donations.models import Method, Payment
from donations.models.money import PaymentQuerySet
from ledger import balances
from ledger.models import Account, Entry, Fund
from organisation.models import Organisation

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Received:
    """What came in. ``people``: how many different donors gave."""

    amount: Money
    people: int


@dataclass(frozen=True)
class Given:
    """Gifts together, before fees and refunds. ``fund``: none, if they are not of one fund.

    ``is_in_kind``: goods and services, at their stated value.
    """

    amount: Money
    gifts: int
    fund: Fund | None = None
    is_in_kind: bool = False


def month(fund: Fund, at: datetime) -> Received:
    """Return what a fund has received since the first of the month, where the organisation is."""
    return between(fund, month_start(at), at)


def month_start(at: datetime) -> datetime:
    """Return when the month began, where the organisation is."""
    here = at.astimezone(ZoneInfo(Organisation.current().time_zone))
    return here.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def by_fund(since: datetime) -> list[Given]:
    """Return what was given to each fund since then, funds without a gift left out."""
    sums = {
        row["fund"]: row
        for row in Payment.objects.of_money()
        .filter(occurred_at__gte=since)
        .values("fund")
        .annotate(gifts=Count("pk"), sum=Sum("gross_minor"))
    }
    funds = Fund.objects.filter(pk__in=sums).order_by("pk")
    return [Given(from_minor(sums[f.pk]["sum"], f.currency), sums[f.pk]["gifts"], f) for f in funds]


def together(gifts: PaymentQuerySet) -> list[Given]:
    """Return how many there are and how much they come to, for each currency; goods and services after the money."""
    return [
        Given(from_minor(row["sum"], row["currency"]), row["gifts"], is_in_kind=is_in_kind)
        for is_in_kind, some in ((False, gifts.of_money()), (True, gifts.filter(method=Method.IN_KIND)))
        for row in some.order_by("currency").values("currency").annotate(gifts=Count("pk"), sum=Sum("gross_minor"))
    ]


def between(fund: Fund, since: datetime | None, until: datetime) -> Received:
    """Return what a fund received in a span of time, as the books have it; from its beginning, if ``since`` is none."""
    since = since or _BEGINNING
    given = Payment.objects.of_money().filter(fund=fund, occurred_at__gte=since, occurred_at__lt=until)
    return Received(balances.received(fund=fund, since=since, until=until), _people(given))


def campaign(name: str, *, fund: Fund) -> Received:
    """Return what a fund has received by the forms of a campaign, so far, less what of it was sent back."""
    payments = Payment.objects.of_money().filter(campaign=name, fund=fund)
    booked = [
        Q(transaction__payment__in=payments),
        Q(transaction__refund__payment__in=payments),
        Q(transaction__failed_refund__payment__in=payments),
        Q(transaction__dispute_move__dispute__payment__in=payments),
    ]
    # One query for each way by which money moves: together by OR the database would read the whole ledger.
    sums = [
        Entry.objects.filter(which, fund=fund, account=Account.GIFTS).aggregate(sum=Sum("amount_minor", default=0))
        for which in booked
    ]
    return Received(from_minor(-sum(row["sum"] for row in sums), fund.currency), _people(payments))


def _people(payments: QuerySet[Payment]) -> int:
    return payments.values(person=Coalesce("donor__merged_into", "donor")).distinct().count()
