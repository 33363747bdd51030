"""Issues a year's statements from a shell, shows how far it is, stops it and takes it up again."""

import sys
import time
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now as wall_clock
from django_q.models import Schedule

from core import clock
from donations import statement_runs, statement_work, statements
from donations.models import StatementRun, StatementTask
from donations.statement_runs import Progress
from organisation.models import LegalEntity

_BETWEEN = timedelta(seconds=1)
_WIDTH = 30
# The worker looks for what is due every minute.
_SILENT = timedelta(minutes=3)


class Command(BaseCommand):
    help = (
        "Issues the annual statements of a year, one for each donor: in the background if workers run, else in this"
        " process. Can be stopped and started again at any time, and run again: only what changed is issued anew."
        " No letter is sent: that is asked for at the desk."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, help="of the gifts, where the legal entity is")
        parser.add_argument("--entity", metavar="PREFIX", help="the legal entity, by the prefix of its receipts")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--stop", action="store_true", help="stop the run; started again it goes on")
        which.add_argument("--status", action="store_true", help="say how far it is and leave")

    def handle(self, *args: Any, year: int, stop: bool, status: bool, **options: Any) -> None:
        entity = self._entity(options["entity"])
        if stop or status:
            run = StatementRun.objects.filter(legal_entity=entity, year=year).order_by("-pk").first()
            if run is None:
                raise CommandError(f"No statements of {year} were ever asked for.")
            if stop:
                self._stop(run)
            self._report(run)
            return
        run = self._run(entity, year)
        try:
            self._follow(run)
        except KeyboardInterrupt:
            self.stderr.write("")
            self.stderr.write("You left; the run stays. Start this again to go on, with --stop to stop it.")
        self._report(run)

    def _entity(self, prefix: str | None) -> LegalEntity:
        found = LegalEntity.objects.filter(receipt_prefix=prefix).first() if prefix else LegalEntity.issuing()
        if found is None:
            raise CommandError("There is no such legal entity.")
        return found

    def _run(self, entity: LegalEntity, year: int) -> StatementRun:
        """Begin, or take up the run that is not done."""
        at = clock.now()
        try:
            run = statement_runs.begin(entity=entity, year=year, at=at)
        except statement_runs.YearHasNotBegun as error:
            raise CommandError(f"Nothing can have been given in {year}.") from error
        except statement_runs.RunUnderWay:
            run = StatementRun.objects.exclude(state=StatementRun.State.DONE).get(legal_entity=entity, year=year)
            words = (
                "goes on where it was stopped" if run.state == StatementRun.State.STOPPED else "is under way already"
            )
            self.stdout.write(f"The run of {run.started_at:%Y-%m-%d %H:%M} UTC {words}.")
            statement_runs.resume(run=run, at=at)
        return run

    def _stop(self, run: StatementRun) -> None:
        try:
            statement_runs.stop(run=run, at=clock.now())
        except statement_runs.RunIsDone as error:
            raise CommandError(f"The statements of {run.year} are done: there is nothing to stop.") from error

    def _follow(self, run: StatementRun) -> None:
        """Show how far it is until it is done or stopped, and do the work if nobody else does."""
        is_worked_on = Schedule.objects.filter(name="sweep", next_run__gt=wall_clock() - _SILENT).exists()
        if not is_worked_on:
            self.stdout.write("No worker runs: this process does the work itself. Leave it with Ctrl-C at any time.")
        moved_at = wall_clock()
        while True:
            if is_worked_on:
                time.sleep(_BETWEEN.total_seconds())
            else:
                statement_work.drain(until=wall_clock() + _BETWEEN, fan_out=lambda: None)
            run.refresh_from_db()
            progress = statement_runs.progress(run, at=clock.now())
            self._draw(progress)
            if run.state == StatementRun.State.STOPPED or self._is_through(run, progress):
                self.stderr.write("")
                return
            moved_at = wall_clock() if progress.pace else moved_at
            if is_worked_on and wall_clock() - moved_at > _SILENT:
                is_worked_on = False
                self.stdout.write("The workers do not move: this process does the work itself now.")

    def _is_through(self, run: StatementRun, progress: Progress) -> bool:
        return run.state == StatementRun.State.DONE and (progress.is_finished or not progress.pace)

    def _draw(self, progress: Progress) -> None:
        """Draw the bar over the one before; in a file, a line each time."""
        share = progress.done / progress.steps if progress.steps else 1
        bar = "#" * int(share * _WIDTH)
        left = f", {progress.left} left" if progress.left else ""
        line = (
            f"[{bar:<{_WIDTH}}] {share:4.0%}  {progress.looked_at} of {progress.donors} donors,"
            f" {progress.printed} of {progress.issued} PDFs, {progress.pace:.1f} a second{left}"
        )
        is_terminal = sys.stderr.isatty()
        self.stderr.write(f"\r{line:<110}" if is_terminal else line, ending="" if is_terminal else "\n")
        self.stderr.flush()

    def _report(self, run: StatementRun) -> None:
        run.refresh_from_db()
        progress = statement_runs.progress(run, at=clock.now())
        self.stdout.write(f"Statements of {run.year}, {run.legal_entity}{' (test)' * run.is_test}: {run.state}.")
        for state in StatementTask.State:
            if many := progress.counts.get(state, 0):
                self.stdout.write(f"{many:8,}  {state.label}")
        self.stdout.write(f"{progress.printed:8,}  PDFs of {progress.issued:,}")
        for donor in statement_runs.failed(run):
            self.stdout.write(f"failed: donor {donor.reference}; the log says where. The next run tries again.")
        if many := len(statements.outdated(statement_runs.period_of(run))):
            self.stdout.write(f"{many:8,}  outdated since: run this again.")
