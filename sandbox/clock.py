"""The sandbox's time: the wall clock and an offset that only grows."""

import calendar
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sandbox.refusals import Refused
from sandbox.store import Transaction

MOST_YEARS_AHEAD = 30


class ClockCannotGoBack(Refused):
    """The clock was asked to move to a moment that has passed."""


def offset(transaction: Transaction) -> int:
    """Seconds by which the sandbox is ahead of the wall clock."""
    return int(transaction.note("clock_offset", "0"))


def now(transaction: Transaction) -> int:
    return int(time.time()) + offset(transaction)


def set_offset(transaction: Transaction, seconds: int) -> None:
    transaction.write_note("clock_offset", str(seconds))


def write_file(path: Path, seconds: int) -> None:
    """Tell the others: whoever reads the file sees the old number or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(f"{seconds}\n")
    draft.replace(path)


def target(start: int, *, seconds: int | None, months: int | None, to: int | str | None) -> int:
    """The moment that a wish to move the clock names.

    :param to: seconds since 1970, or an ISO date and time (UTC unless it says otherwise)
    :raises ClockCannotGoBack: if it has passed
    :raises Refused: if the wish cannot be understood
    """
    if [seconds, months, to].count(None) != 2:
        raise Refused("Give one of advance_seconds, advance_months and advance_to.")
    try:
        if seconds is not None:
            moment = start + seconds
        elif months is not None:
            moment = add_months(start, months, anchor=start)
        else:
            moment = to if isinstance(to, int) else _read_moment(str(to))
    except (OverflowError, ValueError) as problem:
        raise Refused(f"I cannot read that as a time: {to if to is not None else months}") from problem
    if moment < start:
        raise ClockCannotGoBack("The clock only moves forward.")
    if moment > time.time() + MOST_YEARS_AHEAD * 366 * 86400:
        raise Refused(f"The clock can be at most {MOST_YEARS_AHEAD} years ahead.")
    return moment


def _read_moment(text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def add_months(moment: int, months: int, *, anchor: int) -> int:
    """The same day some months later; the 31st becomes the last day of a shorter month.

    :param anchor: the moment whose day of the month is kept (a subscription's billing anchor)
    """
    start = datetime.fromtimestamp(moment, UTC)
    day = datetime.fromtimestamp(anchor, UTC).day
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return int(start.replace(year=year, month=month + 1, day=min(day, last)).timestamp())


def add_interval(moment: int, interval: str, count: int, *, anchor: int) -> int:
    """The end of a billing period that begins at a moment.

    :param interval: `day`, `week`, `month` or `year`
    """
    if interval in ("month", "year"):
        return add_months(moment, count * (12 if interval == "year" else 1), anchor=anchor)
    days = count * (7 if interval == "week" else 1)
    return int((datetime.fromtimestamp(moment, UTC) + timedelta(days=days)).timestamp())
