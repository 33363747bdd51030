"""Opens what is kept closed: to those who need it, for a reason, written down, counted for the worker."""

import uuid
from datetime import datetime

from django.db import transaction

from aid import conflicts, holding, transitions
from aid.models import AidRequest, Reveal
from aid.reasons import Detail, OpenReason
from aid.statuses import Status
from core import throttle
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission

_WHO: dict[Detail, tuple[Permission, ...]] = {
    Detail.WORKER_ID: (Permission.REVIEW_CASES, Permission.OVERSEE_CASES),
    Detail.EMAIL: (Permission.REVIEW_CASES, Permission.OVERSEE_CASES),
    Detail.PAY_TO: (Permission.RECORD_PAYMENTS,),
}
_PAYABLE = frozenset({Status.APPROVED, Status.PAID})
_HOUR = 60 * 60
# So many of a kind does one person open in an hour. Paying one after the other takes more than looking into a case.
_PER_HOUR = {Detail.WORKER_ID: 20, Detail.EMAIL: 20, Detail.PAY_TO: 60}


class TooManyOpened(Exception):
    """This person has opened many details within the hour."""


def may_open(request: AidRequest, by: User, detail: Detail) -> bool:
    """Return whether this person may open this detail now. Payment details open only once there is something to pay."""
    if detail == Detail.PAY_TO and request.status not in _PAYABLE:
        return False
    return any(by.has_perm(permission) for permission in _WHO[detail])


def open_detail(*, request_id: uuid.UUID, detail: Detail, by: User, reason: OpenReason, at: datetime) -> str:
    """Return the detail, having written down who opened it and why.

    :raises TooManyOpened: if the person has opened many within the hour, which is in the audit trail
    :raises transitions.NotAllowed: if this person may not, or not now
    :raises transitions.InConflict: if they know the worker
    """
    # Outside of the transaction: a try that is refused counts, too, and so does its event.
    if not throttle.allow("aid.open", f"{by.pk} {detail}", limit=_PER_HOUR[detail], seconds=_HOUR):
        if throttle.allow("aid.open-told", f"{by.pk} {detail}", limit=1, seconds=_HOUR):
            audit.record(actor=by, action="aid.opening_stopped", subject=by, reason=detail, at=at)
        raise TooManyOpened
    return _open(request_id, detail, by=by, reason=reason, at=at)


@transaction.atomic
def _open(request_id: uuid.UUID, detail: Detail, *, by: User, reason: OpenReason, at: datetime) -> str:
    request = transitions.lock(request_id)
    if not may_open(request, by, detail):
        raise transitions.NotAllowed
    conflicts.require_none(by, request.case)
    Reveal.objects.create(case=request.case, detail=detail, reason=reason, by=by, at=at)
    audit.record(actor=by, action=f"aid.opened_{detail}", subject=request.case, reason=reason, at=at)
    return holding.detail(request, detail)
