"""A hold stops approval and payment of a request for at most a week. What runs out goes to a steward: no silent no."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from aid import conflicts, holding, transitions
from aid.models import AidRequest, Hold
from aid.reasons import HoldReason
from aid.statuses import OPEN, Status
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission

_CAN_BE_HELD = OPEN | {Status.NEEDS_INFO, Status.EXPIRED}
_WHO = (
    Permission.REVIEW_CASES,
    Permission.APPROVE_REQUESTS,
    Permission.RECORD_PAYMENTS,
    Permission.OVERSEE_CASES,
)


@transaction.atomic
def put(*, request_id: uuid.UUID, by: User, reason: HoldReason, note: str, days: int, at: datetime) -> Hold:
    """Hold a request back for 1 to 7 days.

    :param note: for the colleagues; sealed
    :raises transitions.NotAllowed, transitions.InConflict: see there
    :raises transitions.NotNow: if it is held already, or nothing is to be approved or paid
    """
    transitions.require(by, *_WHO)
    request = transitions.lock(request_id)
    conflicts.require_none(by, request.case)
    if request.status not in _CAN_BE_HELD or of(request, at=at).exists():
        raise transitions.NotNow(request.status)
    if ran_out(at=at).filter(request=request).exists():
        # Hold after hold would be a silent no. Who goes on after a week is the steward.
        transitions.require(by, Permission.OVERSEE_CASES)
    until = at + min(timedelta(days=max(days, 1)), HoldReason.longest())
    hold = Hold(request=request, reason=reason, by=by, at=at, until=until)
    holding.put(hold, "note", note)
    hold.save(force_insert=True)
    audit.record(actor=by, action="aid.held", subject=request, reason=reason, at=at)
    return hold


@transaction.atomic
def lift(*, hold_id: uuid.UUID, by: User, at: datetime) -> Hold:
    """End a hold: by who put it, or by a steward. The day after changed payment details ends by itself alone.

    The worker was told that nothing is sent for a day, so that they could notice if it was not them.

    :raises transitions.NotAllowed: if it is neither, or that day
    :raises transitions.NotNow: if it has run out: a steward looks at it
    """
    hold = _lock(hold_id)
    transitions.require(by, *(_WHO if hold.by_id == by.pk else (Permission.OVERSEE_CASES,)))
    conflicts.require_none(by, hold.request.case)
    if not can_be_lifted(hold):
        raise transitions.NotAllowed
    if hold.until <= at:
        raise transitions.NotNow(hold.request.status)
    if hold.lifted_at is None:
        hold.lifted_at, hold.lifted_by = at, by
        hold.save(update_fields=["lifted_at", "lifted_by"])
        audit.record(actor=by, action="aid.hold_lifted", subject=hold.request, at=at)
    return hold


def can_be_lifted(hold: Hold) -> bool:
    """Return whether anybody may end this hold before its time."""
    return hold.reason != HoldReason.PAYMENT_CHANGED


@transaction.atomic
def look(*, hold_id: uuid.UUID, by: User, at: datetime) -> Hold:
    """A steward has looked at a hold that ran out.

    :raises transitions.NotAllowed: if this is no steward
    """
    transitions.require(by, Permission.OVERSEE_CASES)
    hold = _lock(hold_id)
    conflicts.require_none(by, hold.request.case)
    if hold.looked_at is None:
        hold.looked_at, hold.looked_by = at, by
        hold.save(update_fields=["looked_at", "looked_by"])
        audit.record(actor=by, action="aid.hold_looked_at", subject=hold.request, at=at)
    return hold


def _lock(hold_id: uuid.UUID) -> Hold:
    """Return the hold; locked with its request, first."""
    transitions.lock(Hold.objects.values_list("request", flat=True).get(pk=hold_id))
    return Hold.objects.select_for_update(of=("self",)).select_related("request__case").get(pk=hold_id)


def of(request: AidRequest, *, at: datetime) -> QuerySet[Hold]:
    """Return the holds that stop this request now."""
    return request.holds.filter(lifted_at__isnull=True, until__gt=at)


def ran_out(*, at: datetime) -> QuerySet[Hold]:
    """Return the holds that nobody lifted and no steward has looked at, oldest first. They stop nothing any more.

    The day after changed payment details is not among them: it asks nobody anything.
    """
    return (
        Hold.objects.filter(lifted_at__isnull=True, looked_at__isnull=True, until__lte=at)
        .exclude(by__isnull=True, reason=HoldReason.PAYMENT_CHANGED)
        .select_related("request__case", "by")
        .order_by("until")
    )
