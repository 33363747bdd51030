"""How fast letters to many leave: so many a minute in all and for each mail domain, shared by all processes and machines.

A domain that answers 4xx rests, longer each time, until it takes a letter again. Times are the wall clock's. Single letters
(receipts, links) wait for none of this.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from mail.models import Pace

EVERYBODY = ""
_SHORTEST = timedelta(seconds=30)
_LONGEST = timedelta(hours=1)


@dataclass(frozen=True)
class Limits:
    """Letters a minute; 0 is no limit."""

    in_all: int
    for_each_domain: int

    @property
    def are_set(self) -> bool:
        return bool(self.in_all or self.for_each_domain)


def limits() -> Limits:
    return Limits(settings.MAIL_PER_MINUTE, settings.MAIL_PER_DOMAIN_PER_MINUTE)


def minute(wall: datetime) -> datetime:
    """Return the minute that a moment belongs to."""
    return wall.replace(second=0, microsecond=0)


# The row stays locked until the commit, so two who ask for the last place of a minute do not both get it.
_TAKE = """
INSERT INTO mail_pace AS pace (domain, minute, count, refusals, answer) VALUES (%(domain)s, %(minute)s, 1, 0, '')
ON CONFLICT (domain) DO UPDATE
    SET minute = %(minute)s, count = CASE WHEN pace.minute = %(minute)s THEN pace.count + 1 ELSE 1 END
    WHERE pace.minute IS DISTINCT FROM %(minute)s OR pace.count < %(most)s
"""


def take(domain: str, *, wall: datetime) -> bool:
    """Take a place in this minute for one letter to a domain; committed before the letter leaves.

    :returns: whether there was one
    """
    most = limits()
    with transaction.atomic():
        # Always in this order, or two who wait for each other's row would wait for ever.
        wanted = [(name, limit) for name, limit in [(EVERYBODY, most.in_all), (domain, most.for_each_domain)] if limit]
        for name, limit in wanted:
            if not _took(name, limit, wall):
                transaction.set_rollback(True)
                return False
    return True


def _took(domain: str, limit: int, wall: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"domain": domain, "minute": minute(wall), "most": limit})
        return bool(cursor.rowcount)


@transaction.atomic
def rest(domain: str, *, answer: str, wall: datetime) -> None:
    """Let a domain rest after a temporary failure, twice as long as the last time.

    :param domain: EVERYBODY if the trouble is the server's
    :param answer: what it said, without addresses
    """
    Pace.objects.get_or_create(domain=domain)
    pace = Pace.objects.select_for_update().get(domain=domain)
    if pace.rests_until and pace.rests_until > wall:
        return  # Letters of several workers were under way; that is one failure, not several.
    pace.refusals = min(pace.refusals + 1, 100)
    pace.rests_until = wall + min(_SHORTEST * 2 ** min(pace.refusals - 1, 10), _LONGEST)
    pace.answer = answer[:200]
    pace.save(update_fields=["refusals", "rests_until", "answer"])


def is_resting(domain: str, *, wall: datetime) -> bool:
    return Pace.objects.filter(domain=domain, rests_until__gt=wall).exists()


def recovered(domain: str) -> None:
    """Note that a domain takes letters again."""
    Pace.objects.filter(domain__in=[domain, EVERYBODY], refusals__gt=0).update(refusals=0, rests_until=None, answer="")
