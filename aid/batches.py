"""Many declines for one reason: one caseworker makes the list, another person decides on it as it was made."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from aid import deciding, reviewing, transitions
from aid.models import AidRequest, DeclineBatch
from aid.reasons import DeclineReason
from aid.statuses import Status
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission


class NothingToDecline(Exception):
    """The list is empty."""


@transaction.atomic
def make(*, request_ids: Iterable[uuid.UUID], by: User, reason: DeclineReason, note: str, at: datetime) -> DeclineBatch:
    """Recommend to decline each of these requests, all or none.

    :param note: for the colleague who decides; sealed, once on each request
    :raises NothingToDecline: if the list is empty
    :raises transitions.NotAllowed, transitions.NotNow, transitions.SamePerson, transitions.InConflict: see there
    """
    transitions.require(by, Permission.REVIEW_CASES)
    locked = [transitions.lock(key) for key in sorted(set(request_ids))]
    if not locked:
        raise NothingToDecline
    # Taken into review on the way, a request makes two steps, else one.
    after = [(one.pk, one.version + (2 if one.status == Status.RECEIVED else 1), one.revision) for one in locked]
    batch = DeclineBatch.objects.create(reason=reason, digest=_digest(reason, after), made_by=by, made_at=at)
    for one in locked:
        if one.status == Status.RECEIVED:
            one = reviewing.take(request_id=one.pk, by=by, seen=one.version, at=at)
        reviewing.recommend_decline(
            request_id=one.pk, by=by, seen=one.version, reason=reason, note=note, batch=batch, at=at
        )
    audit.record(actor=by, action="aid.batch_made", subject=batch, reason=reason, at=at)
    return batch


def digest_now(batch: DeclineBatch) -> bytes:
    """Return the digest of what is still on the list, as the page shows it."""
    rows = waiting(batch).values_list("pk", "version", "revision")
    return _digest(batch.reason, sorted(rows))


def waiting(batch: DeclineBatch) -> QuerySet[AidRequest]:
    """Return the requests of the list that still stand where it put them; who withdrew or was sent back is off it."""
    return AidRequest.objects.filter(
        reviews__batch=batch, status=Status.RECOMMENDED_DECLINE, version=F("reviews__version")
    ).select_related("case", "fund")


@transaction.atomic
def decide(*, batch_id: uuid.UUID, by: User, seen: bytes, agree: bool, note: str, at: datetime) -> DeclineBatch:
    """Agree with the whole list as it was seen, or send all of it back.

    :param seen: the digest of the list that the person was looking at
    :param note: why it is sent back; sealed
    :raises transitions.SeenOutdated: if the list has changed since
    :raises transitions.NotAllowed, transitions.NotNow, transitions.SamePerson, transitions.InConflict: see there
    """
    transitions.require(by, Permission.APPROVE_REQUESTS)
    batch = DeclineBatch.objects.select_for_update().get(pk=batch_id)
    if batch.state != DeclineBatch.State.OPEN:
        raise transitions.NotNow(batch.state)
    if batch.made_by_id == by.pk:
        raise transitions.SamePerson
    keys = sorted(waiting(batch).values_list("pk", flat=True))
    locked = [transitions.lock(key) for key in keys]
    now = _digest(batch.reason, [(one.pk, one.version, one.revision) for one in locked])
    if not hmac.compare_digest(now, seen):
        raise transitions.SeenOutdated(batch.state)
    for one in locked:
        if agree:
            deciding.decline(request_id=one.pk, by=by, seen=one.version, at=at)
        else:
            deciding.send_back(request_id=one.pk, by=by, seen=one.version, note=note, at=at)
    batch.state = DeclineBatch.State.AGREED if agree else DeclineBatch.State.SENT_BACK
    batch.decided_by, batch.decided_at = by, at
    batch.save(update_fields=["state", "decided_by", "decided_at"])
    audit.record(actor=by, action=f"aid.batch_{batch.state}", subject=batch, at=at)
    return batch


def _digest(reason: str, rows: Iterable[tuple[uuid.UUID, int, int]]) -> bytes:
    text = json.dumps([reason, [[str(key), version, revision] for key, version, revision in rows]])
    return hmac.digest(settings.LOOKUP_KEY, b"aid.batch\0" + text.encode(), hashlib.sha256)
