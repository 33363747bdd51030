"""Opens what is kept closed: to those who need it, for a reason, written down, counted for the worker."""

import uuid
from datetime import datetime

from django.db import transaction

from aid import holding, transitions
from aid.models import AidRequest, Reveal
from aid.reasons import Detail, OpenReason
from aid.statuses import Status
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission

_WHO: dict[Detail, tuple[Permission, ...]] = {
    Detail.WORKER_ID: (Permission.REVIEW_CASES, Permission.OVERSEE_CASES),
    Detail.EMAIL: (Permission.REVIEW_CASES, Permission.OVERSEE_CASES),
    Detail.PAY_TO: (Permission.RECORD_PAYMENTS,),
}
_PAYABLE = frozenset({Status.APPROVED, Status.PAID})


def may_open(request: AidRequest, by: User, detail: Detail) -> bool:
    """Return whether this person may open this detail now. Payment details open only once there is something to pay."""
    if detail == Detail.PAY_TO and request.status not in _PAYABLE:
        return False
    return any(by.has_perm(permission) for permission in _WHO[detail])


@transaction.atomic
def open_detail(*, request_id: uuid.UUID, detail: Detail, by: User, reason: OpenReason, at: datetime) -> str:
    """Return the detail, having written down who opened it and why.

    :raises transitions.NotAllowed: if this person may not, or not now
    """
    request = transitions.lock(request_id)
    if not may_open(request, by, detail):
        raise transitions.NotAllowed
    Reveal.objects.create(case=request.case, detail=detail, reason=reason, by=by, at=at)
    audit.record(actor=by, action=f"aid.opened_{detail}", subject=request.case, reason=reason, at=at)
    return holding.detail(request, detail)
