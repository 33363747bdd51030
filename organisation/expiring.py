"""When sessions of staff go: once they open nothing any more."""

from collections.abc import Iterator
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils.timezone import now as wall_clock

from core.expiring import Expiring


def _over() -> QuerySet[Session]:
    # Sessions follow the wall clock, also in the demo: moving its clock signs nobody out.
    return Session.objects.filter(expire_date__lt=wall_clock())


def _due(_at: datetime) -> dict[str, int]:
    return {"sessions of staff that are over": _over().count()}


def _erase(_at: datetime) -> Iterator[int]:
    yield _over().delete()[0]


EXPIRING = [Expiring("sessions of staff", _due, _erase)]
