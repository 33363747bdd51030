"""How a request makes a step: locked, seen as it is, allowed, written down, audited, and told to the worker."""

import uuid
from datetime import datetime

from django.db import IntegrityError

from aid import notices
from aid.models import AidRequest, CaseEvent
from aid.statuses import NEWS, Status, can_follow
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission


class NotAllowed(Exception):
    """The person has no permission for this deed, whatever page led to it."""


class NotNow(Exception):
    """The request is in a status from which this step does not lead on."""


class SeenOutdated(Exception):
    """The request has moved on since the page was made from which this step comes."""


class SamePerson(Exception):
    """The person has had another part in this request. Reviewer, approver and payer are three people."""


def lock(request_id: uuid.UUID, *, seen: int | None = None) -> AidRequest:
    """Return the request, locked until the end of the transaction.

    :param seen: the version that the person was looking at
    :raises SeenOutdated: if it has another version by now
    """
    request = AidRequest.objects.select_for_update(of=("self",)).select_related("case", "fund").get(pk=request_id)
    if seen is not None and request.version != seen:
        raise SeenOutdated(request.status)
    return request


def require(by: User, *permissions: Permission) -> None:
    """Let the person go on who holds one of the permissions now.

    :raises NotAllowed: if not, or if the account is closed
    """
    if not any(by.has_perm(permission) for permission in permissions):
        raise NotAllowed


def require_step(request: AidRequest, to: Status) -> None:
    """Let the step go on if it is allowed from here.

    :raises NotNow: if not
    """
    if not can_follow(request.status, to):
        raise NotNow(request.status)


def move(
    request: AidRequest, to: Status, *, by: User | None, at: datetime, reason: str = "", note: str = ""
) -> AidRequest:
    """Make the step, last in a deed that holds the lock and has put the evidence there.

    :param by: none for the worker
    :param reason: a code
    :param note: free text, kept sealed
    :raises NotNow: if the step is not allowed from here
    """
    require_step(request, to)
    CaseEvent.objects.create(
        request=request, version=request.version + 1, from_status=request.status, to_status=to, at=at
    )
    request.version += 1
    request.status = to
    request.save()
    audit.record(actor=by, action=f"aid.{to}", subject=request, reason=reason, note=note, at=at)
    if to in NEWS:
        notices.queue(request=request, at=at)
    return request


def is_same_person(error: IntegrityError) -> bool:
    """Return whether the database refused because one person would have two parts."""
    return refused_by(error) == "aid_three_different_people"


def refused_by(error: IntegrityError) -> str:
    """Return the name of the rule by which the database refused."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
