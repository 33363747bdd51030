"""Closes months, for ever. What becomes known later counts for the first open day; the database sees to that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import Count
from django.db.models.functions import TruncMonth

from ledger import balances, posting, reconciling
from ledger.balances import Balance, refused_by
from ledger.models import Closing, Fund, Proposal, Transaction
from ledger.models.books import CLOSING_LOCK
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission


class NotAllowed(Exception):
    """This person does not manage the funds."""


class NotOver(Exception):
    """The month is not over yet where the organisation is."""


class AlreadyClosed(Exception):
    """The month is closed."""


@dataclass(frozen=True)
class Month:
    """A month of the books. ``closing`` is the one that closed it, maybe together with later ones."""

    first: date
    bookings: int
    is_over: bool
    closing: Closing | None

    @property
    def until(self) -> date:
        return last_day(self.first)

    @property
    def name(self) -> str:
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True)
class Loose:
    """What is better dealt with before a month is closed. Nothing here forbids to close it."""

    proposals: int
    lines: int
    bookings: int
    unsealed: int
    overdrawn: Sequence[Balance]

    def __bool__(self) -> bool:
        return bool(self.proposals or self.lines or self.bookings or self.unsealed or self.overdrawn)


def last_day(day: date) -> date:
    """Return the last day of a day's month."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def months(*, today: date) -> list[Month]:
    """Return all months from the first booking to today's, newest first."""
    booked = {
        row["month"]: row["many"]
        for row in Transaction.objects.annotate(month=TruncMonth("booked_on"))
        .values("month")
        .annotate(many=Count("pk"))
    }
    closings = list(Closing.objects.select_related("closed_by").order_by("until"))
    found, first = [], today.replace(day=1)
    while first >= min([*booked, today.replace(day=1)]):
        closing = next((each for each in closings if each.until >= first), None)
        found.append(Month(first, booked.get(first, 0), last_day(first) < today, closing))
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def loose(*, until: date) -> Loose:
    """Return what is open up to that day, for a last look before it is closed."""
    shown = [reconciling.standing(currency) for currency in reconciling.currencies()]
    return Loose(
        proposals=Proposal.objects.filter(state=Proposal.State.OPEN, on__lte=until).count(),
        lines=sum(1 for standing in shown for line in standing.lines if line.on <= until),
        bookings=sum(1 for standing in shown for each in standing.not_seen if each.on <= until),
        unsealed=Transaction.objects.filter(leaf=None, booked_on__lte=until).count(),
        overdrawn=[each for each in balances.of_all(Fund.objects.order_by("pk")) if each.is_overdrawn],
    )


@transaction.atomic
def close(*, until: date, by: User, at: datetime) -> Closing:
    """Close the books up to the end of a month. Nothing opens them again.

    :param until: the last day of a month that is over where the organisation is
    :raises NotAllowed, NotOver, AlreadyClosed: see there
    """
    if not by.has_perm(Permission.MANAGE_FUNDS):
        raise NotAllowed
    if until >= posting.day_of(at) or until != last_day(until):
        raise NotOver
    with connection.cursor() as cursor:
        # The trigger would do it too; but so the audit trail's lock, which bookings take last, is never held before it.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLOSING_LOCK])
    try:
        with transaction.atomic():
            closing = Closing.objects.create(until=until, closed_by=by, closed_at=at)
    except IntegrityError as error:
        if refused_by(error) == "ledger_closing_ends_a_later_month":
            raise AlreadyClosed from error
        raise
    audit.record(actor=by, action="ledger.closed", subject=closing, reason=until.isoformat(), at=at)
    return closing
