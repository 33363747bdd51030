"""How a worker goes through many rows that are due, beside other workers that do the same."""

import logging
import random
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

from django.db.models import Model, QuerySet
from django.utils.timezone import now as wall_clock

from core import clock, faults

log = logging.getLogger(__name__)

# So many rows are looked up at a time: to look for the next one alone costs as much as its turn when thousands are due.
_AHEAD = 50


class Deed(Protocol):
    """What is done with a row, known by its key."""

    def __call__(self, key: Any, /, *, at: datetime) -> bool: ...


def each(due: QuerySet[Any], deed: Deed, *, until: datetime) -> Iterator[bool]:
    """Give each row its turn once, until a moment of the wall clock.

    :param deed: takes a row's key and ``at``, does it in a transaction of its own, and says whether it did: what is in
        another worker's hand is passed by, and so is what fails, which the log names
    """
    last = 0
    while keys := list(due.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_AHEAD]):
        last = keys[-1]
        # Workers that begin at the same end would stand in each other's way.
        random.shuffle(keys)
        for key in keys:
            if wall_clock() >= until:
                return
            yield _done(due.model, key, deed)


def _done(model: type[Model], key: object, deed: Deed) -> bool:
    try:
        return deed(key, at=clock.now())
    except Exception as error:  # noqa: BLE001 - one that fails must not keep the others from theirs; it is logged
        faults.report(log, f"{model._meta.label} {key}", error)
        return False
