"""Proves the books every night, keeps what came of it, and writes to treasurers and administrators if it is not well."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.cache import caches
from django.db import connection

from config import proofs
from core import clock
from ledger import tasks
from ledger.models import Leaf
from mail import outbox
from organisation import audit, roles
from organisation.models import AuditEvent, Organisation

ACTION = "config.books_proved"
# At three in the morning where the organisation is.
_NIGHT = time(3)
_MORNING = time(6)
# A machine that is switched off at night proves by day.
_LONGEST_PAUSE = timedelta(hours=36)
_SETTLING = timedelta(hours=1)
# The number only has to be the same everywhere.
_ONE_AT_A_TIME = 0x434F_4E46
_LAST = "config.last_proof"
# A letter is no log: this many sentences tell what is wrong.
_MOST_SENTENCES = 20


@dataclass(frozen=True)
class Result:
    """What a night's proof came to. ``wrong`` counts what is broken or stands still."""

    at: datetime
    wrong: int

    @property
    def is_sound(self) -> bool:
        return self.wrong == 0


def look() -> str:
    """Prove the books if it is time to. Called every hour; may be called twice at once.

    :returns: what was done, for the list of the worker's tasks
    """
    at = clock.now()
    if not _is_due(at):
        return "not due"
    if not _begin():
        return "under way"  # The queue hands a task that takes long to a second worker.
    try:
        tasks.seal_due()  # What stays unsealed then is worth a letter.
        return "sound" if prove(at=at).is_sound else "NOT SOUND"
    finally:
        _end()


def prove(*, at: datetime) -> Result:
    """Prove everything, keep what came of it, and tell who must know if it is not well."""
    report = proofs.prove(at=at)
    wrong = [sentence for part in report.values() for sentence in [*part.broken, *part.warnings]]
    us = Organisation.current()
    reason = f"wrong:{len(wrong)}" if wrong else "sound"
    told = wrong[:_MOST_SENTENCES]
    audit.record(actor=None, action=ACTION, subject=us, reason=reason, note="\n".join(told), at=at)
    result = Result(at, len(wrong))
    caches["shared"].set(_LAST, result, timeout=None)
    if wrong:
        _alarm(told, more=len(wrong) - len(told), at=at)
    return result


def last() -> Result | None:
    """Return what the last proof came to; none, if there was none. The trail knows what the cache has lost."""
    kept: Result | None = caches["shared"].get(_LAST)
    if kept is None and (event := AuditEvent.objects.filter(action=ACTION).order_by("-position").first()):
        kept = Result(event.at, 0 if event.reason == "sound" else int(event.reason.removeprefix("wrong:")))
        caches["shared"].set(_LAST, kept, timeout=None)
    return kept


def _is_due(at: datetime) -> bool:
    proved = last()
    if proved is None:
        # Books that are just being taken over from elsewhere are left in peace.
        return Leaf.objects.filter(position=0, sealed_at__lt=at - _SETTLING).exists()
    if at - proved.at > _LONGEST_PAUSE:
        return True
    zone = ZoneInfo(Organisation.current().time_zone)
    here = at.astimezone(zone)
    tonight = datetime.combine(here.date(), _NIGHT, tzinfo=zone)
    return _NIGHT <= here.time() < _MORNING and proved.at < tonight


def _alarm(sentences: list[str], *, more: int, at: datetime) -> None:
    people = {person.pk: person for role in ("treasurer", "administrator") for person in roles.holders(role)}
    for person in people.values():
        if person.email:
            outbox.queue(
                key=f"books-not-sound:{at:%Y-%m-%d-%H}:{person.pk}",
                to=person.email,
                template="config/books_not_sound",
                context={"name": str(person), "sentences": sentences, "more": more},
                at=at,
            )


def _begin() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_ONE_AT_A_TIME])
        return bool(cursor.fetchone()[0])


def _end() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [_ONE_AT_A_TIME])
