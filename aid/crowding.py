"""How many may begin an application in an hour: from one place, and in all. A flood ends here.

Only beginnings are counted. Whoever has begun goes on, and whoever has case words gets in as always.
"""

import time
from datetime import datetime

from django.conf import settings

from core import throttle
from mail import outbox
from organisation import roles

_HOUR = 60 * 60
_PER_PLACE = 60  # A library, a family, a whole town behind one provider share an address block.


class TooManyHere(Exception):
    """Many began from this address block within the hour. ``seconds``: until it may be tried again."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class TooManyEverywhere(TooManyHere):
    """More began within the hour than the organisation takes."""


def admit(*, address: str, at: datetime) -> None:
    """Count one beginning.

    :param address: the visitor's IP address; what is kept of it is a keyed hash of its block
    :raises TooManyHere: if it is one too many
    """
    # The narrow budget comes first: what it stops does not use up everybody's.
    if not throttle.allow("aid.begin", throttle.address_block(address), limit=_PER_PLACE, seconds=_HOUR):
        raise TooManyHere(_seconds_left())
    if not throttle.allow("aid.begin-all", "", limit=settings.APPLICATIONS_PER_HOUR, seconds=_HOUR):
        if throttle.allow("aid.begin-told", "", limit=1, seconds=_HOUR):
            _tell(at=at)
        raise TooManyEverywhere(_seconds_left())


def _seconds_left() -> int:
    """Return how long the hour still is that is being counted."""
    return _HOUR - int(time.time()) % _HOUR


def _tell(*, at: datetime) -> None:
    """Write to the administrators, once an hour: either very many need help now, or somebody floods us."""
    for person in roles.holders("administrator").exclude(email=""):
        outbox.queue(
            key=f"aid-crowded:{at:%Y-%m-%d-%H}:{person.pk}",
            to=person.email,
            template="aid/crowded",
            context={"name": str(person), "limit": settings.APPLICATIONS_PER_HOUR},
            at=at,
        )
