"""What worker and staff write to each other, and what staff write among themselves."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from aid import conflicts, holding, notices, policy, transitions
from aid.models import AidRequest, Case, Message, Note
from aid.statuses import Status
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission

LONGEST = 4000
_WRITE = (Permission.REVIEW_CASES, Permission.OVERSEE_CASES)
_NOTE = (Permission.REVIEW_CASES, Permission.APPROVE_REQUESTS, Permission.OVERSEE_CASES)
# A word from the worker brings these back to a caseworker.
WAITS_FOR_THE_WORKER = frozenset({Status.NEEDS_INFO, Status.EXPIRED, Status.ANSWERED})


@transaction.atomic
def write_to_worker(*, request_id: uuid.UUID, by: User, body: str, at: datetime) -> Message:
    """Write to the worker, who reads it on the case's page. A joined case is answered in the other one.

    :raises transitions.NotAllowed, transitions.InConflict, transitions.NotNow: see there
    """
    transitions.require(by, *_WRITE)
    request = transitions.lock(request_id)
    conflicts.require_none(by, request.case)
    if request.status == Status.JOINED or request.case.erased_at:
        raise transitions.NotNow(request.status)
    return say(request.case, sender=Message.Sender.STAFF, author=by, body=body, at=at)


@transaction.atomic
def write_to_us(*, request_id: uuid.UUID, body: str, at: datetime) -> Message:
    """The worker writes. What waited for an answer is in review again, with a new date by when."""
    request = transitions.lock(request_id)
    if request.status == Status.DRAFT:
        raise transitions.NotNow(request.status)
    latest = request.case.messages.order_by("at", "pk").last()
    if latest and latest.sender == Message.Sender.WORKER and holding.get(latest, "body") == body:
        return latest  # A second click, or the same form sent again.
    message = say(request.case, sender=Message.Sender.WORKER, body=body, at=at)
    if request.status in WAITS_FOR_THE_WORKER:
        rules = request.policy or policy.in_force(request.fund)
        request.due_on = (at + timedelta(days=rules.answer_days)).date()
        transitions.move(request, Status.IN_REVIEW, by=None, at=at, reason="worker_wrote")
    return message


@transaction.atomic
def note(*, request_id: uuid.UUID, by: User, body: str, at: datetime) -> Note:
    """Write for the colleagues. No worker sees it, and no deed turns it into a message.

    :raises transitions.NotAllowed, transitions.InConflict: see there
    """
    transitions.require(by, *_NOTE)
    request = transitions.lock(request_id)
    conflicts.require_none(by, request.case)
    written = Note(case=request.case, author=by, at=at)
    holding.put(written, "body", body)
    written.save(force_insert=True)
    return written


@transaction.atomic
def acknowledge(*, request_ids: Iterable[uuid.UUID], by: User, body: str, at: datetime) -> list[AidRequest]:
    """Tell many workers at once that we have their report. Whoever was told before is left out.

    :returns: those who are told now
    :raises transitions.NotAllowed: see there
    """
    transitions.require(by, *_WRITE)
    told = []
    for request_id in sorted(request_ids):
        request = transitions.lock(request_id)
        is_hidden = conflicts.cases_of(by).filter(pk=request.case_id).exists()
        if is_hidden or request.status == Status.DRAFT or request.case.acknowledged_at:
            continue
        request.case.acknowledged_at = at
        request.case.save(update_fields=["acknowledged_at"])
        say(request.case, sender=Message.Sender.STAFF, author=by, body=body, at=at)
        told.append(request)
    return told


def say(
    case: Case,
    *,
    sender: Message.Sender,
    body: str,
    at: datetime,
    author: User | None = None,
    is_question: bool = False,
) -> Message:
    """Write a message, within a deed. A notice goes to a worker who left an address."""
    message = Message(case=case, sender=sender, author=author, is_question=is_question, at=at)
    holding.put(message, "body", body)
    message.save(force_insert=True)
    if sender == Message.Sender.STAFF:
        audit.record(actor=author, action="aid.wrote", subject=case, at=at)
    if sender != Message.Sender.WORKER:
        notices.queue(case, about=message.pk.hex, at=at)
    return message


def mark_seen(case: Case, *, by_worker: bool, at: datetime) -> None:
    """Remember that the other side has opened the page that shows these messages."""
    from_worker = Message.objects.filter(case=case, sender=Message.Sender.WORKER)
    unseen = Message.objects.filter(case=case).exclude(sender=Message.Sender.WORKER) if by_worker else from_worker
    unseen.filter(seen_at__isnull=True).update(seen_at=at)
