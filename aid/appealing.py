"""A worker appeals: people who had no part in the decline look at the request again."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from aid import holding, policy, transitions
from aid.models import AidRequest, Appeal
from aid.statuses import Status


@transaction.atomic
def appeal(*, request_id: uuid.UUID, ground: str, at: datetime) -> AidRequest:
    """Appeal against a decline, once.

    :param ground: in the worker's own words, may be empty; sealed
    :raises transitions.NotNow: if it was not declined, or appealed before
    """
    request = transitions.lock(request_id)
    transitions.require_step(request, Status.APPEALED)
    row = Appeal(request=request, at=at)
    holding.put(row, "ground", ground)
    row.save(force_insert=True)
    rules = request.policy or policy.in_force(request.fund)
    request.round = 2
    request.taken_by = None
    request.due_on = (at + timedelta(days=rules.answer_days)).date()
    return transitions.move(request, Status.APPEALED, by=None, at=at)
