"""A worker changes where the money should go. What was approved was approved for the old way: the approvals fall."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from aid import holding, notices, setting_aside, transitions
from aid.answers import PayMethod
from aid.models import AidRequest, Hold
from aid.reasons import HoldReason
from aid.statuses import OPEN, Status
from organisation import audit

# Whoever found a worker's words or device must not redirect the money unseen: there is a day to notice.
WAIT_AFTER_CHANGE = timedelta(hours=24)
_APPROVED = frozenset({Status.PARTLY_APPROVED, Status.APPROVED})


def may_change_payment(request: AidRequest) -> bool:
    """Return whether there is still money to come that could go elsewhere."""
    # To the worker, what was joined to another case is still being looked at: nothing may tell it from the rest.
    return request.wants_money and (request.status in OPEN or request.status in (Status.NEEDS_INFO, Status.JOINED))


@transaction.atomic
def change_payment(*, request_id: uuid.UUID, method: PayMethod, pay_to: str, at: datetime) -> AidRequest:
    """Change how and where the money should go. What was approved is approved anew.

    From the first recommendation on, money can be minutes away: nothing is approved or paid within a day of a change,
    whatever was recommended, so that the wait tells nobody how it stands. The day begins anew with each further change:
    else a second one could wait until the first one's day is over.

    :raises transitions.NotNow: if it was paid meanwhile, or there is nothing to pay
    """
    request = transitions.lock(request_id)
    if not may_change_payment(request):
        raise transitions.NotNow(request.status)
    if (request.pay_method, holding.get(request, "pay_to")) == (method, pay_to):
        return request
    request.pay_method = method
    holding.put_pay_to(request, pay_to)
    was_approved = request.status in _APPROVED
    if request.reviews.exists():
        Hold.objects.create(request=request, reason=HoldReason.PAYMENT_CHANGED, at=at, until=at + WAIT_AFTER_CHANGE)
    if was_approved:
        setting_aside.give_back(request, at=at)
        request.save()
        # The database has counted the change; the step back is made from what it counted.
        request.refresh_from_db(fields=["revision"])
        transitions.move(request, Status.RECOMMENDED_GRANT, by=None, at=at, reason="payment_changed")
    else:
        request.save()
    audit.record(actor=None, action="aid.payment_changed", subject=request, at=at)
    notices.queue(request.case, about=f"payment-{request.revision}-{request.version}", at=at)
    return request
