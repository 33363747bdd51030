"""Files that a worker adds: taken, kept sealed, scanned where there is a scanner, opened by staff for a reason, erased."""

import hashlib
import hmac
import logging
import time
import unicodedata
import uuid
from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from aid import conflicts, file_store, file_types, holding, scanning, talking, transitions
from aid.models import AidRequest, Attachment, Reveal
from aid.reasons import Detail, OpenReason
from aid.statuses import Status
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission

log = logging.getLogger(__name__)

_MAY_OPEN = (Permission.REVIEW_CASES, Permission.APPROVE_REQUESTS, Permission.OVERSEE_CASES)
# Nobody would look at them any more. (A joined case is not among them: its worker must not see that it is one.)
_TAKES_NONE = frozenset({Status.WITHDRAWN, Status.DECLINED_FINALLY})
_LONGEST_NAME = 80
# The queue hands a task that takes long to a second worker; the rest is scanned a minute later.
_SCAN_SECONDS = 20
_STRAYS_SECONDS = 60 * 60


class TooMany(Exception):
    """The case has as many files as it may have."""


class Gone(Exception):
    """The file is not there any more, or never was."""


class NotScanned(Exception):
    """The scanner has not said yet that the file is clean, or says that it is not."""


def takes_files(request: AidRequest) -> bool:
    """Return whether the worker may add files to the case as it stands."""
    return request.status not in _TAKES_NONE and request.case.erased_at is None


def room(case_id: uuid.UUID) -> int:
    """Return how many files the worker may still add."""
    return max(0, settings.ATTACHMENTS_PER_CASE - _there(case_id).count())


def add(*, request_id: uuid.UUID, name: str, content: bytes, at: datetime) -> Attachment:
    """Take a file of the worker's. Where we wait for them, it is their answer.

    :param name: what their device calls it; only they see it again
    :raises transitions.NotNow: if the case takes no files any more
    :raises TooMany: if there are too many already
    :raises file_types.NotTaken, file_types.PressBusy, file_store.DiskFull: see there
    """
    # Asked before the work and again under the lock.
    _require_room(AidRequest.objects.select_related("case").get(pk=request_id))
    made = file_types.make_safe(content)
    with transaction.atomic():
        request = transitions.lock(request_id)
        digest = _digest(request.case_id, made.content)
        same = _there(request.case_id).filter(digest=digest).first()
        if same:
            return same  # A second click.
        _require_room(request)
        added = Attachment(case=request.case, kind=made.kind, size=len(made.content), digest=digest, at=at)
        holding.put(added, "name", plain_name(name))
        file_store.keep(added, made.content)
        added.save(force_insert=True)
        if request.status in talking.WAITS_FOR_THE_WORKER:
            talking.write_to_us(request_id=request_id, body=_("I added a file."), at=at)
    return added


@transaction.atomic
def remove(*, request_id: uuid.UUID, attachment_id: uuid.UUID) -> None:
    """Take a file back that nobody has seen: before the request is sent.

    :raises transitions.NotNow: if it was sent already
    """
    request = transitions.lock(request_id)
    transitions.require_step(request, Status.RECEIVED)
    for found in Attachment.objects.filter(pk=attachment_id, case=request.case_id):
        _remove_after_commit([found.pk])
        found.delete()


def read_own(*, request_id: uuid.UUID, attachment_id: uuid.UUID) -> tuple[Attachment, bytes]:
    """Return a file to the worker who sent it.

    :raises Gone: if it is not there, or not of this case
    """
    found = Attachment.objects.filter(pk=attachment_id, case__request=request_id).first()
    content = file_store.read(found) if found else None
    if found is None or content is None:
        raise Gone
    return found, content


@transaction.atomic
def open_for_staff(
    *, request_id: uuid.UUID, attachment_id: uuid.UUID, by: User, reason: OpenReason, at: datetime
) -> tuple[Attachment, bytes]:
    """Return a file to somebody at the desk, having written down who opened it and why.

    :raises transitions.NotAllowed, transitions.InConflict: see there
    :raises NotScanned: if there is a scanner, and it has not found the file clean
    :raises Gone: if it is not there, or not of this case
    """
    transitions.require(by, *_MAY_OPEN)
    request = transitions.lock(request_id)
    conflicts.require_none(by, request.case)
    found = Attachment.objects.filter(pk=attachment_id, case=request.case_id).first()
    if found is None:
        raise Gone
    if not may_leave(found):
        raise NotScanned
    content = file_store.read(found)
    if content is None:
        raise Gone
    Reveal.objects.create(case=request.case, detail=Detail.ATTACHMENT, reason=reason, by=by, at=at)
    audit.record(actor=by, action=f"aid.opened_{Detail.ATTACHMENT}", subject=request.case, reason=reason, at=at)
    return found, content


def may_be_opened_by(user: User) -> bool:
    """Return whether this person's work needs what workers sent. Whoever only pays does not need it."""
    return any(user.has_perm(permission) for permission in _MAY_OPEN)


def may_leave(attachment: Attachment) -> bool:
    """Return whether the file may reach somebody at the desk: where a scanner is set up, only what it found clean."""
    if attachment.state == Attachment.State.REFUSED:
        return False
    return attachment.state == Attachment.State.CLEAN or not scanning.is_set_up()


@transaction.atomic
def forget(attachment: Attachment, *, at: datetime) -> None:
    """Erase a file. Its row stays and says when."""
    forget_all(attachment.case_id, only=[attachment.pk], at=at)


@transaction.atomic
def forget_all(case_id: uuid.UUID, *, at: datetime, only: Iterable[uuid.UUID] | None = None) -> None:
    """Erase the files of a case, or those of them that are named. The bytes go once this is committed."""
    there = Attachment.objects.filter(case=case_id, gone_at__isnull=True)
    if only is not None:
        there = there.filter(pk__in=list(only))
    keys = list(there.select_for_update().values_list("pk", flat=True))
    Attachment.objects.filter(pk__in=keys).update(gone_at=at, name_sealed=None)
    _remove_after_commit(keys)


def remove_with(case_ids: Iterable[uuid.UUID]) -> None:
    """Delete the files of drafts whose rows are deleted in this transaction, once that is committed."""
    _remove_after_commit(Attachment.objects.filter(case__in=list(case_ids)).values_list("pk", flat=True))


def scan_waiting(*, at: datetime) -> int:
    """Ask the scanner about what waits for it, the oldest first. What it refuses is erased, and the worker sees it.

    A scanner that is down delays: nothing is opened meanwhile, and the next minute asks again.

    :returns: how many it answered for
    """
    if not scanning.is_set_up():
        return 0
    answered, until = 0, time.monotonic() + _SCAN_SECONDS
    waiting = Attachment.objects.filter(state=Attachment.State.WAITING, gone_at__isnull=True).order_by("at", "pk")
    for found in waiting.iterator(chunk_size=100):
        content = file_store.read(found)
        try:
            if content is not None:
                _note(found, is_clean=scanning.is_clean(content), at=at)
                answered += 1
        except scanning.Undecided as problem:
            log.warning("the scanner does not decide on attachment %s: %s", found.pk, problem)
        except scanning.ScannerDown as problem:
            log.warning("the scanner is down: %s", problem)
            break
        if time.monotonic() > until:
            break
    return answered


def remove_strays() -> int:
    """Once an hour, delete the files that belong to no row: what a crash left behind.

    :returns: how many
    """
    if not caches["shared"].add("aid.strays", value=True, timeout=_STRAYS_SECONDS):
        return 0
    removed = file_store.remove_strays()
    if removed:
        log.warning("%d files of cases belonged to no row and were deleted", removed)
    return removed


@transaction.atomic
def _note(found: Attachment, *, is_clean: bool, at: datetime) -> None:
    still = Attachment.objects.filter(pk=found.pk, state=Attachment.State.WAITING)
    if is_clean:
        still.update(state=Attachment.State.CLEAN)
    elif still.update(state=Attachment.State.REFUSED, gone_at=at):
        _remove_after_commit([found.pk])
        audit.record(actor=None, action="aid.attachment_refused", subject=found.case, at=at)


def plain_name(name: str) -> str:
    """Return a file's name without folders, line breaks, and signs that cannot be seen or turn the text round."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in last)
    return " ".join(seen.split())[:_LONGEST_NAME]


def _there(case_id: uuid.UUID) -> QuerySet[Attachment]:
    return Attachment.objects.filter(case=case_id, gone_at__isnull=True)


def _require_room(request: AidRequest) -> None:
    if not takes_files(request):
        raise transitions.NotNow(request.status)
    if not room(request.case_id):
        raise TooMany


def _remove_after_commit(keys: Iterable[uuid.UUID]) -> None:
    for key in list(keys):
        transaction.on_commit(partial(file_store.remove, key))


def _digest(case_id: uuid.UUID, content: bytes) -> bytes:
    """The same file in another case has another digest: it must not tell that two cases are one worker's."""
    return hmac.digest(settings.LOOKUP_KEY, b"aid.attachment\0" + case_id.bytes + content, hashlib.sha256)
