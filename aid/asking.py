"""A caseworker asks the worker something, or answers a report that asks for no money."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from aid import conflicts, policy, talking, transitions
from aid.models import AidRequest, Message
from aid.statuses import Status
from organisation.models import User


@transaction.atomic
def ask(*, request_id: uuid.UUID, by: User, seen: int, question: str, at: datetime) -> AidRequest:
    """Ask the worker. The request waits for the answer as long as the policy says; then it is laid aside, not declined.

    :raises transitions.NotAllowed, transitions.SeenOutdated, transitions.NotNow, transitions.InConflict: see there
    """
    request = _in_hand(request_id, by=by, seen=seen, to=Status.NEEDS_INFO)
    rules = request.policy or policy.in_force(request.fund)
    request.answer_by = (at + timedelta(days=rules.info_days)).date()
    talking.say(request.case, sender=Message.Sender.STAFF, author=by, body=question, is_question=True, at=at)
    return transitions.move(request, Status.NEEDS_INFO, by=by, at=at)


@transaction.atomic
def go_on(*, request_id: uuid.UUID, by: User, seen: int, at: datetime) -> AidRequest:
    """Take the question back: review goes on without the answer.

    :raises transitions.NotAllowed, transitions.SeenOutdated, transitions.NotNow, transitions.InConflict: see there
    """
    request = _in_hand(request_id, by=by, seen=seen, to=Status.IN_REVIEW)
    if request.status not in (Status.NEEDS_INFO, Status.EXPIRED):
        raise transitions.NotNow(request.status)
    return transitions.move(request, Status.IN_REVIEW, by=by, at=at, reason="without_answer")


@transaction.atomic
def answer(*, request_id: uuid.UUID, by: User, seen: int, body: str, at: datetime) -> AidRequest:
    """Answer a report that asks for no money, and be done with it. The worker can write back, which opens it again.

    :raises transitions.NotAllowed, transitions.SeenOutdated, transitions.NotNow, transitions.InConflict: see there
    """
    request = _in_hand(request_id, by=by, seen=seen, to=Status.ANSWERED)
    if request.wants_money:
        raise transitions.NotNow(request.status)
    talking.say(request.case, sender=Message.Sender.STAFF, author=by, body=body, at=at)
    return transitions.move(request, Status.ANSWERED, by=by, at=at)


def lay_aside_unanswered(*, at: datetime) -> int:
    """Lay aside the requests whose question was not answered in time. An answer opens them again.

    :returns: how many
    """
    late = AidRequest.objects.filter(status=Status.NEEDS_INFO, answer_by__lt=at.date())
    return sum(_lay_aside(key, at=at) for key in list(late.values_list("pk", flat=True)))


@transaction.atomic
def _lay_aside(request_id: uuid.UUID, *, at: datetime) -> bool:
    request = transitions.lock(request_id)
    if request.status != Status.NEEDS_INFO or request.answer_by is None or request.answer_by >= at.date():
        return False
    transitions.move(request, Status.EXPIRED, by=None, at=at)
    return True


def _in_hand(request_id: uuid.UUID, *, by: User, seen: int, to: Status) -> AidRequest:
    request = transitions.lock(request_id, seen=seen)
    transitions.require(by, *transitions.reviewers_of(request))
    conflicts.require_none(by, request.case)
    transitions.require_step(request, to)
    return request
