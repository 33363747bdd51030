"""What moved in each month and fund, in a form that never changes once a month can be published.

A month counts what is booked for its days and was entered until five days after its end; what is entered later counts in
a later month. So a gift that is found after a year changes no number that was published.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, DateField, DateTimeField, ExpressionWrapper, F, Q, Sum, When
from django.db.models.functions import Cast, Greatest, TruncMonth

from ledger import chart
from ledger.models import Account, Entry, Fund, Kind, Promise
from organisation.models import Organisation

_GRACE = timedelta(days=5)
# What began before the five days were over is committed by then.
_SETTLED = timedelta(hours=1)
# The sums that are published: what came with people behind it, and what the organisation did itself.
MOVED = (*chart.MONEY_IN, *chart.MONEY_OUT)


@dataclass(frozen=True)
class Moved:
    """What went through an account of a fund in a month.

    :ivar first: the month's first day
    :ivar amount_minor: debits less credits
    :ivar count: gifts or grants booked
    :ivar undone: bookings that took gifts or grants back
    """

    fund_id: int
    first: date
    account: str
    amount_minor: int
    count: int
    undone: int


@dataclass(frozen=True)
class Promised:
    """What was promised from a fund in a month. ``ended``: the first day of the month in which it was paid or released."""

    fund_id: int
    made: date
    ended: date | None
    amount_minor: int
    count: int

    def is_open(self, month: date) -> bool:
        """Whether it was still promised when a month ended, of which the first day is given."""
        return self.made <= month and (self.ended is None or self.ended > month)


def counted_in(transaction: str = "") -> Cast:
    """Return the first day of the month in which a transaction counts.

    :param transaction: how a query gets to it, for example ``"ledger_transaction__"``
    """
    entered = ExpressionWrapper(F(f"{transaction}recorded_at") - _GRACE, output_field=DateTimeField())
    return Cast(
        Greatest(
            Cast(TruncMonth(f"{transaction}booked_on"), DateField()),
            Cast(TruncMonth(entered, output_field=DateField(), tzinfo=_zone()), DateField()),
        ),
        DateField(),
    )


def published_until(at: datetime) -> date:
    """Return the last day of the last month that is complete and will not change any more."""
    return (at - _GRACE - _SETTLED).astimezone(_zone()).date().replace(day=1) - timedelta(days=1)


def moved(funds: Iterable[Fund], *, until: date) -> list[Moved]:
    """Return all that moved, the oldest first, in one query."""
    undone = Q(account=Account.GIFTS, amount_minor__gt=0) | Q(account=Account.AID, amount_minor__lt=0)
    rows = (
        Entry.objects.filter(fund__in=list(funds), account__in=MOVED)
        .annotate(first=counted_in("transaction__"))
        .filter(first__lte=until)
        .values("fund_id", "first", "account")
        .annotate(
            sum_minor=Sum("amount_minor"),
            booked=Count(
                "pk",
                filter=Q(account=Account.GIFTS, transaction__kind=Kind.GIFT)
                | Q(account=Account.AID, transaction__kind=Kind.DISBURSEMENT),
            ),
            back=Count("pk", filter=undone),
        )
        .order_by("first", "fund_id", "account")
    )
    return [
        Moved(row["fund_id"], row["first"], row["account"], row["sum_minor"], row["booked"], row["back"])
        for row in rows
    ]


def promised(funds: Iterable[Fund]) -> list[Promised]:
    """Return all promises, by the months in which they were made and ended, in one query."""
    rows = (
        Promise.objects.filter(fund__in=list(funds))
        .annotate(
            made=Cast(TruncMonth("made_at", output_field=DateField(), tzinfo=_zone()), DateField()),
            # What is paid counts as the payment does, which may be entered later than it was sent.
            ended=Case(
                When(state=Promise.State.SETTLED, then=counted_in("settled_by__")),
                When(
                    state=Promise.State.RELEASED,
                    then=Cast(TruncMonth("ended_at", output_field=DateField(), tzinfo=_zone()), DateField()),
                ),
            ),
        )
        .values_list("fund_id", "made", "ended")
        .annotate(sum_minor=Sum("amount_minor"), promises=Count("pk"))
    )
    return [Promised(*row) for row in rows]


def _zone() -> ZoneInfo:
    return ZoneInfo(Organisation.current().time_zone)
