"""Issues a year's statements for everybody: a frozen list of donors, drained in small steps by as many workers as there are.

A run survives whatever happens to a worker: each donor's turn is one commit, and what was not committed is due again.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Count, Q, QuerySet

from core import faults, nudging
from donations import numbering, statements
from donations.models import Donor, Paper, Statement, StatementDocument, StatementRun, StatementTask
from donations.statement_content import Period
from organisation import audit
from organisation.models import LegalEntity, User

log = logging.getLogger(__name__)
# The first year that a gift can be of; see offline.FIRST_DAY.
FIRST_YEAR = 1990
# How far back the pace is looked at.
_LATELY = timedelta(minutes=1)
# PostgreSQL's deadlock_detected and serialization_failure.
_GAVE_WAY = {"40P01", "40001"}


class RunUnderWay(Exception):
    """The statements of this legal entity, year and mode are being issued, or were stopped and can go on."""


class YearHasNotBegun(Exception):
    """Nothing was given in that year yet, or it is no year."""


class RunIsDone(Exception):
    """There is nothing left to stop or to take up again."""


@dataclass(frozen=True)
class Progress:
    """How far a run is, at a moment. ``pace``: steps a second in the last minute, 0 if there was none."""

    at: datetime
    counts: dict[str, int]
    issued: int
    printed: int
    pace: float

    @property
    def donors(self) -> int:
        return sum(self.counts.values())

    @property
    def looked_at(self) -> int:
        return self.donors - self.counts.get(StatementTask.State.DUE, 0)

    @property
    def steps(self) -> int:
        """All there is to do, as far as it is known: each donor's turn, and a PDF for every statement."""
        return self.donors + self.issued

    @property
    def done(self) -> int:
        return self.looked_at + self.printed

    @property
    def left(self) -> timedelta | None:
        """How long the rest takes at this pace; none if nobody can tell."""
        return timedelta(seconds=round((self.steps - self.done) / self.pace)) if self.pace else None

    @property
    def ends_at(self) -> datetime | None:
        return self.at + self.left if self.left else None

    @property
    def percent(self) -> int:
        """Rounded down: 100 is all of it."""
        return self.done * 100 // self.steps if self.steps else 100

    @property
    def is_finished(self) -> bool:
        return self.done == self.steps


def period_of(run: StatementRun) -> Period:
    return Period(run.legal_entity, run.year, run.is_test)


# Everybody who has something to be listed in the year, and everybody whose statement of that year may have to end.
_FREEZE = """
    INSERT INTO donations_statementtask (run_id, donor_id, state)
    SELECT %(run)s, person.id, 'due'
    FROM (
        SELECT coalesce(donor.merged_into_id, donor.id) AS id
        FROM donations_receipt receipt
        JOIN donations_payment payment ON payment.id = receipt.payment_id
        JOIN donations_donor donor ON donor.id = payment.donor_id
        WHERE receipt.state = 'issued' AND payment.legal_entity_id = %(entity)s AND payment.livemode = %(livemode)s
            AND payment.occurred_at >= %(start)s AND payment.occurred_at < %(end)s
        UNION
        SELECT coalesce(donor.merged_into_id, donor.id)
        FROM donations_statement statement
        JOIN donations_donor donor ON donor.id = statement.donor_id
        WHERE statement.state = 'issued' AND statement.series_id = %(series)s
    ) found
    JOIN donations_donor person ON person.id = found.id
    WHERE person.erased_at IS NULL
    ORDER BY person.id
"""


@transaction.atomic
def begin(*, entity: LegalEntity, year: int, at: datetime, by: User | None = None) -> StatementRun:
    """Freeze the list of donors; the workers do the rest.

    :param by: who presses the button; none for a shell
    :raises RunUnderWay: if there is one that is not done
    :raises YearHasNotBegun: where the legal entity is
    """
    period = Period(entity, year, is_test=not settings.STRIPE_LIVEMODE)
    if not FIRST_YEAR <= year <= at.astimezone(period.zone).year:
        raise YearHasNotBegun
    series = numbering.series_of(entity, year=year, is_test=period.is_test, paper=Paper.STATEMENT)
    try:
        with transaction.atomic():
            run = StatementRun.objects.create(
                legal_entity=entity, year=year, is_test=period.is_test, started_by=by, started_at=at
            )
    except IntegrityError as error:
        raise RunUnderWay from error
    with connection.cursor() as cursor:
        cursor.execute(
            _FREEZE,
            {
                "run": run.pk,
                "entity": entity.pk,
                "livemode": not period.is_test,
                "start": period.start,
                "end": period.end,
                "series": series.pk,
            },
        )
    audit.record(actor=by, action="donations.statements_begun", subject=run, reason=str(year), at=at)
    nudging.after_commit("donations.tasks.issue_statements")
    return run


def stop(*, run: StatementRun, at: datetime, by: User | None = None) -> None:
    """Let the workers put the run aside after what they have in hand. To stop twice changes nothing.

    :raises RunIsDone: if there is nothing to stop
    """
    _move(run, StatementRun.State.STOPPED, action="donations.statements_stopped", at=at, by=by)


def resume(*, run: StatementRun, at: datetime, by: User | None = None) -> None:
    """Take a stopped run up again where it was left.

    :raises RunIsDone: if there is nothing to take up
    """
    _move(run, StatementRun.State.RUNNING, action="donations.statements_resumed", at=at, by=by)
    nudging.after_commit("donations.tasks.issue_statements")


@transaction.atomic
def _move(run: StatementRun, state: StatementRun.State, *, action: str, at: datetime, by: User | None) -> None:
    locked = StatementRun.objects.select_for_update().get(pk=run.pk)
    if locked.state == StatementRun.State.DONE:
        raise RunIsDone
    if locked.state != state:
        locked.state = state
        locked.save(update_fields=["state"])
        audit.record(actor=by, action=action, subject=locked, at=at)
    run.state = locked.state


def due(run: StatementRun) -> QuerySet[StatementTask]:
    """Return whose turn has not come; of a run that was stopped, nobody's."""
    return run.tasks.filter(state=StatementTask.State.DUE, run__state=StatementRun.State.RUNNING)


def step(run: StatementRun, task_id: int, *, at: datetime) -> bool:
    """Do the turn of a donor, in one commit.

    :returns: whether it was done now; not, if another worker has it in hand or did it, or if it stood in another's way
    """
    try:
        with transaction.atomic():
            task = due(run).filter(pk=task_id).select_for_update(skip_locked=True, of=("self",)).first()
            if task is None:
                return False
            outcome = statements.bring_up_to_date(donor_id=task.donor_id, period=period_of(run), run=run, at=at)
            StatementTask.objects.filter(pk=task_id).update(state=outcome, done_at=at)
    except Exception as error:  # noqa: BLE001 - one that fails must not keep the others from theirs; it is listed
        if _is_to_try_again(error):
            return False  # Still due.
        faults.report(log, f"statement task {task_id}", error)
        StatementTask.objects.filter(pk=task_id, state=StatementTask.State.DUE).update(
            state=StatementTask.State.FAILED, done_at=at
        )
    return True


def _is_to_try_again(error: Exception) -> bool:
    """Return whether the database gave up this turn so that another deed could go on: nothing is wrong with it."""
    return isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", "") in _GAVE_WAY


def finish(run: StatementRun, *, at: datetime) -> bool:
    """Close a run when every donor had their turn; what another worker has in hand is still due.

    :returns: whether it is done now
    """
    if run.tasks.filter(state=StatementTask.State.DUE).exists():
        return False
    running = StatementRun.objects.filter(pk=run.pk, state=StatementRun.State.RUNNING)
    if running.update(state=StatementRun.State.DONE, finished_at=at):
        log.info("statement run %s is done", run.pk)
    return True


def progress(run: StatementRun, *, at: datetime) -> Progress:
    """Count how far a run is. All of it is in the rows, so it is the same for everybody and after every restart."""
    counts = dict(run.tasks.values_list("state").annotate(many=Count("pk")).order_by())
    printed = StatementDocument.objects.filter(statement__run=run)
    # An erased donor's statement gets no PDF any more.
    issued = Statement.objects.filter(run=run).filter(Q(erased_at=None) | Q(document__isnull=False)).count()
    lately = Q(run=run, done_at__gt=at - _LATELY, done_at__lte=at)
    steps = StatementTask.objects.filter(lately).count() + printed.filter(made_at__gt=at - _LATELY).count()
    seconds = min(max((at - run.started_at).total_seconds(), 1), _LATELY.total_seconds())
    return Progress(at, counts, issued, printed.count(), steps / seconds)


def failed(run: StatementRun) -> list[Donor]:
    """Return the donors whose turn failed: nothing was issued for them, and the next run tries again."""
    return [t.donor for t in run.tasks.filter(state=StatementTask.State.FAILED).select_related("donor").order_by("pk")]
