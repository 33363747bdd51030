"""What the public accounts tell of aid: how long it took, how often it was granted, how many people are behind a sum."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Q

from aid.models import Decision, DisbursementAttempt
from ledger import monthly
from ledger.models import Fund
from organisation.models import Organisation


@dataclass(frozen=True)
class Decided:
    """How many requests were decided on, and how many of them with a grant."""

    all: int
    approved: int


def people(funds: Iterable[Fund], *, until: date) -> dict[tuple[int, date], frozenset[Hashable]]:
    """Return the cases to which aid was paid, for each fund and month of the books."""
    rows = (
        DisbursementAttempt.objects.filter(disbursement__promise__fund__in=list(funds))
        .annotate(first=monthly.counted_in("transaction__"))
        .filter(first__lte=until)
        .values_list("disbursement__promise__fund", "first")
        .annotate(cases=ArrayAgg("disbursement__request__case", distinct=True))
    )
    return {(fund, first): frozenset(cases) for fund, first, cases in rows}


def days_to_payment(*, since: date, until: date) -> list[int]:
    """Return for each payment of aid in the books of these months how many days after the application it was sent."""
    zone = ZoneInfo(Organisation.current().time_zone)
    rows = (
        DisbursementAttempt.objects.filter(state=DisbursementAttempt.State.SENT)
        .annotate(first=monthly.counted_in("transaction__"), asked=F("disbursement__request__submitted_at"))
        .filter(first__gte=since, first__lte=until)
        .values_list("asked", "sent_on")
    )
    return [max((sent_on - asked.astimezone(zone).date()).days, 0) for asked, sent_on in rows]


def decided(*, since: date, until: date) -> Decided:
    """Return how requests were decided on in a span of days, both included. Sent back to review is no decision."""
    zone = ZoneInfo(Organisation.current().time_zone)
    first, end = (datetime.combine(day, time(), zone) for day in (since, until + timedelta(days=1)))
    approved = Q(outcome=Decision.Outcome.APPROVED)
    found = (
        Decision.objects.filter(at__gte=first, at__lt=end)
        .exclude(outcome=Decision.Outcome.SENT_BACK)
        .aggregate(all=Count("review", distinct=True), approved=Count("review", distinct=True, filter=approved))
    )
    return Decided(**found)
