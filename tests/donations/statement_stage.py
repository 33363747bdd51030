"""The stage for tests of annual statements: donors with gifts of a year, and the drain that issues for them."""

from datetime import UTC, datetime, timedelta
from itertools import count

from django.utils.timezone import now as wall_clock
from moneyed import Money

from donations import statement_runs, statement_work
from donations.models import Payment, Statement, StatementRun
from ledger.models import Fund
from organisation.models import LegalEntity
from tests.donations import desk_stage

# A summer noon of the year in question, and the January after it.
SUMMER = datetime(2026, 7, 1, 16, 0, tzinfo=UTC)
JANUARY = datetime(2027, 1, 15, 16, 0, tzinfo=UTC)
_numbers = count(70_000)


def give(
    fund: Fund, *, dollars: int = 25, email: str = "ann@mail.example", name: str = "Ann", at: datetime = SUMMER
) -> Payment:
    """A gift once, booked as Stripe's would be, with its receipt."""
    return desk_stage.give(
        next(_numbers), fund=fund, amount=Money(dollars, fund.currency), email=email, name=name, at=at
    )


def issue(entity: LegalEntity, *, year: int = 2026, at: datetime = JANUARY) -> StatementRun:
    """Begin a run and do all of it."""
    run = statement_runs.begin(entity=entity, year=year, at=at)
    work()
    run.refresh_from_db()
    return run


def work() -> None:
    """Do what the workers would do now."""
    statement_work.drain(until=wall_clock() + timedelta(minutes=1), fan_out=lambda: None)


def live() -> list[Statement]:
    return list(Statement.objects.filter(state=Statement.State.ISSUED).order_by("pk"))


def listed(statement: Statement) -> list[str]:
    """The numbers of the receipts on a statement."""
    return [line["number"] for line in statement.snapshot["lines"]]
