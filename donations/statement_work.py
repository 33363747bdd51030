"""The drain of annual statements: numbers first, because they are quick, then paper, then letters. For workers and shells."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from core import clock
from donations import statement_letters, statement_runs, statements, turns
from donations.models import StatementRun


def drain(*, until: datetime, fan_out: Callable[[], object]) -> int:
    """Issue, print and post what is due until a moment of the wall clock. Safe to run twice, anywhere and to be killed.

    :param fan_out: called once, after the first thing that was done: another worker may help
    :returns: how much was done
    """
    done = 0
    for is_done in _turns(until):
        done += is_done
        if is_done and done == 1:
            fan_out()
    return done


def _turns(until: datetime) -> Iterator[bool]:
    running = StatementRun.objects.filter(state=StatementRun.State.RUNNING).select_related("legal_entity")
    for run in running.order_by("pk"):
        yield from turns.each(statement_runs.due(run), partial(statement_runs.step, run), until=until)
        statement_runs.finish(run, at=clock.now())
    yield from turns.each(statements.without_pdf(), statements.render, until=until)
    yield from turns.each(statement_letters.due(), statement_letters.send, until=until)
