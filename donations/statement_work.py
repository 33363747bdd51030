"""The drain of annual statements: numbers first, because they are quick, then paper, then letters. For workers and shells."""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.utils.timezone import now as wall_clock

from core import clock
from donations import statement_letters, statement_runs, statements
from donations.models import StatementRun
from donations.statements import Turn

_Deed = Callable[[int], Turn | None]


def drain(*, until: datetime, fan_out: Callable[[], object]) -> int:
    """Issue, print and post what is due until a moment of the wall clock. Safe to run twice, anywhere and to be killed.

    :param fan_out: called once, after the first thing that was done: another worker may help
    :returns: how much was done
    """
    done = 0
    for turn in _turns(until):
        done += turn.is_done
        if turn.is_done and done == 1:
            fan_out()
    return done


def _turns(until: datetime) -> Iterator[Turn]:
    for run in (
        StatementRun.objects.filter(state=StatementRun.State.RUNNING).select_related("legal_entity").order_by("pk")
    ):
        yield from _each(_Issuing(run), until)
        statement_runs.finish(run, at=clock.now())
    yield from _each(lambda after: statements.render_next(at=clock.now(), after=after), until)
    yield from _each(lambda after: statement_letters.send_next(at=clock.now(), after=after), until)


class _Issuing:
    def __init__(self, run: StatementRun) -> None:
        self.run = run

    def __call__(self, after: int) -> Turn | None:
        return statement_runs.step(self.run, at=clock.now(), after=after)


def _each(deed: _Deed, until: datetime) -> Iterator[Turn]:
    last = 0
    while wall_clock() < until:
        turn = deed(last)
        if turn is None:
            return
        last = turn.row_id
        yield turn
