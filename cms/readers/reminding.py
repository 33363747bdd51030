"""Asks once more who did not answer, and then not again: two reminders, two and five days after somebody asked."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from cms.models.subscribers import Subscriber
from cms.readers import letters
from cms.readers.letter_links import Asked
from core import clock
from mail import suppressing

# Each reminder moves ``asked_at``.
_AFTER = (timedelta(days=2), timedelta(days=3))
_AT_ONCE = 200


def sweep() -> int:
    """Remind who is due now: called every minute."""
    return remind(at=clock.now())


def due(*, at: datetime) -> QuerySet[Subscriber]:
    """Return who did not answer and is asked once more."""
    waiting = Subscriber.objects.filter(state=Subscriber.State.PENDING, source=Subscriber.Source.FORM)
    first, second = (waiting.filter(reminders=n, asked_at__lte=at - after) for n, after in enumerate(_AFTER))
    return first | second


def remind(*, at: datetime) -> int:
    """Remind who did not answer, twice at most. Each in its own step; safe to run twice.

    :returns: how many were reminded
    """
    return sum(_one(pk, at=at) for pk in due(at=at).order_by("asked_at").values_list("pk", flat=True)[:_AT_ONCE])


@transaction.atomic
def _one(pk: int, *, at: datetime) -> bool:
    reader = due(at=at).select_for_update(skip_locked=True).filter(pk=pk).first()
    if reader is None:
        return False
    reader.reminders += 1
    reader.asked_at = at
    reader.save(update_fields=["reminders", "asked_at"])
    if suppressing.is_suppressed(reader.email):
        return False
    topics = tuple(reader.topics.values_list("pk", flat=True))
    letters.remind(reader, Asked(reader.key, reader.language, topics, at), at=at)
    return True
