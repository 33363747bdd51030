"""Keeps the record of who did what, as a hash chain that nobody can edit unseen."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.module_loading import import_string

from core import sealing
from organisation.models import AuditEvent, AuditNote, User

GENESIS = bytes(32)
# One writer at a time takes the chain's end; the number only has to be the same everywhere.
_CHAIN_LOCK = 0x4C494645
# Events that are in memory at a time when all of them are walked.
_PART = 2000


@transaction.atomic
def record(
    *,
    actor: User | None,
    action: str,
    subject: models.Model,
    at: datetime,
    reason: str = "",
    note: str = "",
) -> AuditEvent:
    """Append one event to the chain, in the transaction of the deed it describes.

    :param actor: who did it; none for the system itself or a visitor
    :param action: package and deed, for example ``aid.approved``
    :param reason: a code; free text goes into ``note``, which is sealed and can be erased
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
    last = AuditEvent.objects.order_by("-position").first()
    event = AuditEvent(
        position=last.position + 1 if last else 1,
        at=at.astimezone(UTC),
        actor_id=actor.pk if actor else None,
        action=action,
        object_type=subject._meta.label,
        object_id=str(subject.pk),
        reason=reason,
        previous_hash=bytes(last.hash) if last else GENESIS,
    )
    if note:
        salt = os.urandom(16)
        event.note_digest = hashlib.sha256(salt + note.encode()).digest()
        kept = AuditNote(position=event.position, salt=salt)
        kept.sealed_text = sealing.seal(note, context=kept.place)
        kept.save()
    event.hash = hash_of(event)
    event.save()
    return event


def hash_of(event: AuditEvent) -> bytes:
    """Return the SHA-256 over the event's fields in a fixed order, each preceded by its length, and the hash before it."""
    parts = [
        bytes(event.previous_hash),
        str(event.position).encode(),
        event.at.astimezone(UTC).isoformat(timespec="microseconds").encode(),
        str(event.actor_id or "").encode(),
        event.action.encode(),
        event.object_type.encode(),
        event.object_id.encode(),
        event.reason.encode(),
        bytes(event.note_digest or b""),
    ]
    return hashlib.sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).digest()


def broken_links() -> Iterator[str]:
    """Walk the whole chain and name every event whose hash, place or note does not fit.

    Events and notes are gone through side by side: memory stays the same for any number.
    """
    previous, position = GENESIS, 0
    notes = AuditNote.objects.order_by("position").iterator(chunk_size=_PART)
    note = next(notes, None)
    for event in AuditEvent.objects.order_by("position").iterator(chunk_size=_PART):
        position += 1
        if event.position != position or bytes(event.previous_hash) != previous or bytes(event.hash) != hash_of(event):
            yield f"audit event {event.position} does not follow from the one before it"
        while note and note.position < event.position:
            note = next(notes, None)
        if note and note.position == event.position and not _is_as_written(note, event):
            yield f"the note on audit event {event.position} was changed"
        previous, position = bytes(event.hash), event.position


def _is_as_written(note: AuditNote, event: AuditEvent) -> bool:
    digest = hashlib.sha256(bytes(note.salt) + _text_of(note).encode()).digest()
    return digest == bytes(event.note_digest or b"")


def closed_to(user: User) -> Q:
    """Return the events of which this person reads who did what and when, but not what it was about, nor the reason.

    Packages above this one know which: ``settings.AUDIT_CLOSED`` names the function.
    """
    closed: Callable[[User], Q] = import_string(settings.AUDIT_CLOSED)
    return closed(user)


def notes_on(events: Iterable[AuditEvent]) -> dict[int, str]:
    """Return the words beside events, by their positions; events without any, or whose words were erased, are left out."""
    notes = AuditNote.objects.filter(position__in=[event.position for event in events])
    return {note.position: _text_of(note) for note in notes}


def forget_notes(subjects: models.QuerySet[models.Model]) -> None:
    """Erase the words beside all events about these rows; who did what and when stays, and the chain still verifies."""
    events = AuditEvent.objects.filter(
        object_type=subjects.model._meta.label, object_id__in=[str(pk) for pk in subjects.values_list("pk", flat=True)]
    )
    AuditNote.objects.filter(position__in=events.values("position")).delete()


def _text_of(note: AuditNote) -> str:
    try:
        return sealing.unseal(note.sealed_text, context=note.place)
    except sealing.SealBroken:
        return ""
