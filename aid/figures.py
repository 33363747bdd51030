"""What the public accounts tell of aid: how long it took, how often it was granted or appealed, how many people are behind a sum."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from aid.models import AidRequest, CaseEvent, DisbursementAttempt
from aid.statuses import Status
from ledger import monthly
from ledger.models import Fund
from organisation.models import Organisation


@dataclass(frozen=True)
class Decided:
    """How many requests were decided on, and how many of them with a grant."""

    all: int
    approved: int


@dataclass(frozen=True)
class Appealed:
    """How many requests were declined; of those, how many appealed, how many were heard so far, and how many then granted."""

    declined: int
    appealed: int
    heard: int
    overturned: int


_HEARD = (Status.APPROVED, Status.DECLINED_FINALLY)
_DECIDED = (*_HEARD, Status.DECLINED)


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
    """Return how requests were decided on in a span of days, both included: each once, by its last decision in it.

    An approval by one of two is no decision yet, and money that came back decides nothing anew.
    """
    rows = _decisions(since=since, until=until).order_by("at", "version")
    last = dict(rows.values_list("request", "to_status"))
    return Decided(all=len(last), approved=sum(outcome == Status.APPROVED for outcome in last.values()))


def appealed(*, since: date, until: date) -> Appealed:
    """Return what became of the declines of a span of days, both included, until its end: each request once.

    What comes later is told with a later month: else a page that is read each day would tell of each appeal.
    """
    _first, end = _bounds(since, until)
    declined = _decisions(since=since, until=until).filter(to_status=Status.DECLINED).values("request")
    first_heard = (
        CaseEvent.objects.filter(
            request=OuterRef("pk"), to_status__in=_HEARD, at__gte=OuterRef("appeal__at"), at__lt=end
        )
        .order_by("version")
        .values("to_status")[:1]
    )
    found = AidRequest.objects.filter(pk__in=declined).annotate(answer=Subquery(first_heard))
    counted = found.aggregate(
        declined=Count("pk"),
        appealed=Count("pk", filter=Q(appeal__at__lt=end)),
        heard=Count("pk", filter=Q(answer__isnull=False)),
        overturned=Count("pk", filter=Q(answer=Status.APPROVED)),
    )
    return Appealed(**counted)


def _decisions(*, since: date, until: date) -> QuerySet[CaseEvent]:
    first, end = _bounds(since, until)
    return CaseEvent.objects.filter(at__gte=first, at__lt=end, to_status__in=_DECIDED).exclude(from_status=Status.PAID)


def _bounds(since: date, until: date) -> tuple[datetime, datetime]:
    """Return when a span of days begins, where the organisation is, and the moment after it."""
    zone = ZoneInfo(Organisation.current().time_zone)
    return datetime.combine(since, time(), zone), datetime.combine(until + timedelta(days=1), time(), zone)
