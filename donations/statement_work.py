"""The drain of annual statements: numbers first, because they are quick, then paper, then letters. For workers and shells."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import now as wall_clock

from core import clock
from donations import statement_letters, statement_runs, statements
from donations.models import StatementRun

# So many rows are looked up at a time: to look for the next one alone costs as much as its turn when thousands are due.
_AHEAD = 50


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
        yield from _each(statement_runs.due(run), partial(statement_runs.step, run), until)
        statement_runs.finish(run, at=clock.now())
    yield from _each(statements.without_pdf(), statements.render, until)
    yield from _each(statement_letters.due(), statement_letters.send, until)


def _each(due: QuerySet[Any], deed: Callable[..., bool], until: datetime) -> Iterator[bool]:
    """Do each row's turn once; what fails, or is in another worker's hand, is passed by."""
    last = 0
    while keys := list(due.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_AHEAD]):
        last = keys[-1]
        # Workers that begin at the same end would stand in each other's way.
        random.shuffle(keys)
        for key in keys:
            if wall_clock() >= until:
                return
            yield deed(key, at=clock.now())
