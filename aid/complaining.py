"""A worker complains about how we treated them. Only stewards read it, who neither decided nor paid."""

import uuid
from datetime import datetime

from django.db import transaction

from aid import holding, transitions
from aid.models import Case, Complaint
from aid.statuses import Status
from organisation import audit

LONGEST = 4000


@transaction.atomic
def complain(*, request_id: uuid.UUID, about: Complaint.About, body: str, at: datetime) -> Complaint:
    """Complain, in the worker's own words. The steward's answer is read on the worker's page.

    :raises transitions.NotNow: if nothing was sent in yet
    """
    request = transitions.lock(request_id)
    if request.status == Status.DRAFT:
        raise transitions.NotNow(request.status)
    waiting = request.case.complaints.filter(about=about, closed_at__isnull=True)
    for earlier in waiting:
        if holding.get(earlier, "body") == body:
            return earlier  # A second click, or the same form sent again.
    return note(request.case, about=about, body=body, at=at)


def note(case: Case, *, about: Complaint.About, body: str, at: datetime) -> Complaint:
    """Write a complaint down, within a deed."""
    complaint = Complaint(case=case, about=about, at=at)
    holding.put(complaint, "body", body)
    complaint.save(force_insert=True)
    audit.record(actor=None, action="aid.complained", subject=complaint, reason=about, at=at)
    return complaint
