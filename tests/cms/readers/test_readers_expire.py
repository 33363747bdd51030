"""Nobody is kept who never said yes, and nobody for ever who left."""

import os
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.storage import storages

from cms import expiring
from cms.models.subscribers import Subscriber
from cms.readers import leaving, signing_up
from cms.readers.files import kept
from cms.readers.letter_links import Asked
from config import keeping
from mail.models import OutgoingEmail
from mail.suppressing import Reason, reason_of
from organisation.models import Organisation, User

pytestmark = pytest.mark.django_db


def reader(email: str, *, at: datetime, confirms: bool = True) -> Subscriber:
    signing_up.ask(email=email, language="en", topics=[], at=at)
    found = Subscriber.objects.get(email=email)
    return signing_up.confirm(Asked(found.key, "en", (), at), how="letter", at=at) if confirms else found


def test_unconfirmed_go_after_thirty_days_and_who_left_after_two_years(liferaft: Organisation, now: datetime) -> None:
    reader("pending@example.org", at=now, confirms=False)
    reader("reads@example.org", at=now)
    leaving.leave(reader("left@example.org", at=now), how=Subscriber.Left.PAGE, delivery=None, at=now)
    there = []
    for days in (29, 31, 729, 731):
        at = now + timedelta(days=days)
        mine = expiring.EXPIRING[0]
        due = sum(mine.due(at).values())
        erased = sum(many for each, many in keeping.erase(at=at) if each is mine)
        there.append((due, erased, Subscriber.objects.count()))

    assert there == [(0, 0, 3), (1, 1, 2), (0, 0, 2), (1, 1, 1)]
    assert Subscriber.objects.get().email == "reads@example.org"
    assert reason_of("left@example.org") is Reason.LEFT
    # Who never said anything is not kept out of a list that they agree to elsewhere.
    assert reason_of("pending@example.org") is None
    assert OutgoingEmail.objects.count() == 2


def test_asking_again_keeps_who_waits_or_left(liferaft: Organisation, now: datetime) -> None:
    reader("pending@example.org", at=now, confirms=False)
    left = reader("left@example.org", at=now)
    leaving.leave(left, how=Subscriber.Left.PAGE, delivery=None, at=now)
    later = now + timedelta(days=735)
    signing_up.ask(email="left@example.org", language="en", topics=[], at=later)
    signing_up.ask(email="pending@example.org", language="en", topics=[], at=later)

    assert sum(1 for _many in expiring.EXPIRING[0].erase(later + timedelta(days=29))) == 0
    assert Subscriber.objects.count() == 2


def test_list_that_nobody_took_in_goes_after_a_day(fay: User, now: datetime) -> None:
    key = kept.keep(b"email\nann@example.org\n", name="list.csv", by=fay)
    assert sum(many for each, many in keeping.erase(at=now) if each is expiring.EXPIRING[1]) == 0
    (path,) = (Path(storages["private"].path("")) / "readers").glob(f"{key}*")
    yesterday = time.time() - 25 * 3600
    os.utime(path, (yesterday, yesterday))

    assert expiring.EXPIRING[1].due(now) == {"lists that nobody took in for a day": 1}
    assert sum(many for each, many in keeping.erase(at=now) if each is expiring.EXPIRING[1]) == 1
    assert kept.read(key, by=fay) is None
