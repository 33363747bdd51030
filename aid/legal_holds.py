"""A legal hold keeps a case from being erased, by rule and by wish, until a steward lifts it."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from aid import conflicts, holding, transitions
from aid.models import LegalHold
from aid.statuses import Status
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission

LONGEST = 2000


@transaction.atomic
def put(*, request_id: uuid.UUID, by: User, reason: str, at: datetime) -> LegalHold:
    """Keep everything of this case until further notice.

    :param reason: which law or whose order; sealed
    :raises transitions.NotAllowed, transitions.InConflict: see there
    :raises transitions.NotNow: if nothing was sent in yet
    """
    transitions.require(by, Permission.OVERSEE_CASES)
    request = transitions.lock(request_id)
    conflicts.require_none(by, request.case)
    if request.status == Status.DRAFT:
        raise transitions.NotNow(request.status)
    for earlier in request.case.legal_holds.filter(by=by, lifted_at__isnull=True):
        if holding.get(earlier, "reason") == reason:
            return earlier  # A second click.
    hold = LegalHold(case=request.case, by=by, at=at)
    holding.put(hold, "reason", reason)
    hold.save(force_insert=True)
    audit.record(actor=by, action="aid.law_keeps", subject=request.case, at=at)
    return hold


@transaction.atomic
def lift(*, hold_id: uuid.UUID, by: User, at: datetime) -> LegalHold:
    """Let the case be erased again, when its time comes or the worker asks.

    :raises transitions.NotAllowed, transitions.InConflict: see there
    """
    transitions.require(by, Permission.OVERSEE_CASES)
    hold = LegalHold.objects.select_for_update(of=("self",)).select_related("case").get(pk=hold_id)
    conflicts.require_none(by, hold.case)
    if hold.lifted_at is None:
        hold.lifted_at, hold.lifted_by = at, by
        hold.save(update_fields=["lifted_at", "lifted_by"])
        audit.record(actor=by, action="aid.law_keeps_no_more", subject=hold.case, at=at)
    return hold


def standing() -> QuerySet[LegalHold]:
    """Return the holds that are not lifted, newest first."""
    return LegalHold.objects.filter(lifted_at__isnull=True).select_related("case", "by").order_by(F("at").desc(), "pk")
