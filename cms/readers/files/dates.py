"""Reads days and times as other programs write them. What could be two days is not guessed."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache

_FORMATS = (
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%b %d, %Y %I:%M %p",
    "%b %d, %Y",
    "%B %d, %Y %I:%M %p",
    "%B %d, %Y",
    "%d %b %Y",
    "%d %B %Y",
)
_SLASHED = re.compile(
    r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?:[ ,T]+(\d{1,2}):(\d{2})(?::\d{2})?(?: ?([AaPp])\.?[Mm]\.?)?)?"
)
_ZONE_WORD = re.compile(r" ?(?:UTC|GMT|Z)$", re.IGNORECASE)
_A_DAY_ONLY = 10
# Before this nobody had a list of e-mail addresses.
_FIRST_YEAR = 1990


class Order(StrEnum):
    """What 3/4/2021 is."""

    UNCLEAR = ""
    MONTH_FIRST = "month-first"
    DAY_FIRST = "day-first"


@lru_cache(maxsize=4096)
def read(written: str, *, order: Order = Order.UNCLEAR) -> datetime:
    """Return the time, UTC where no zone is told; of a day alone its noon, which is the same day almost everywhere.

    :raises ValueError: if it is none, or could be two
    """
    found = _read(_ZONE_WORD.sub("", written.strip()), order)
    if found.year < _FIRST_YEAR:
        raise ValueError(written)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _read(written: str, order: Order) -> datetime:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return _slashed(written, order) or _spelled(written)
    return found.replace(hour=12) if len(written) <= _A_DAY_ONLY else found


def _slashed(written: str, order: Order) -> datetime | None:
    match = _SLASHED.fullmatch(written)
    if match is None:
        return None
    one, other, year = (int(part) for part in match.group(1, 2, 3))
    most = 12
    if one > most or (order == Order.DAY_FIRST and other <= most):
        day, month = one, other
    elif other > most or order == Order.MONTH_FIRST or one == other:
        day, month = other, one
    else:
        raise ValueError(written)
    if match[4] is None:
        return datetime(year, month, day, 12, tzinfo=UTC)
    hour = int(match[4])
    if match[6]:
        hour = hour % 12 + (12 if match[6] in "pP" else 0)
    return datetime(year, month, day, hour, int(match[5]), tzinfo=UTC)


def _spelled(written: str) -> datetime:
    for pattern in _FORMATS:
        try:
            found = datetime.strptime(written, pattern)  # noqa: DTZ007 - the caller gives it its zone
        except ValueError:
            continue
        return found if "%H" in pattern or "%I" in pattern else found.replace(hour=12)
    raise ValueError(written)
