"""How a worker goes through many rows that are due, beside other workers that do the same."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import now as wall_clock

from core import clock

# So many rows are looked up at a time: to look for the next one alone costs as much as its turn when thousands are due.
_AHEAD = 50


def each(due: QuerySet[Any], deed: Callable[..., bool], *, until: datetime) -> Iterator[bool]:
    """Give each row its turn once, until a moment of the wall clock.

    :param deed: takes a row's key and ``at``, and says whether it did it: what fails, or is in another worker's hand, is
        passed by
    """
    last = 0
    while keys := list(due.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_AHEAD]):
        last = keys[-1]
        # Workers that begin at the same end would stand in each other's way.
        random.shuffle(keys)
        for key in keys:
            if wall_clock() >= until:
                return
            yield deed(key, at=clock.now())
