"""A worker tells what became of the account: back, back in part, or refused for good. It may be told several times."""

import uuid
from datetime import date, datetime

from django.db import transaction

from aid import transitions
from aid.models import Reinstatement
from aid.statuses import Status
from organisation import audit


@transaction.atomic
def report(*, request_id: uuid.UUID, outcome: Reinstatement.Outcome, on: date | None, at: datetime) -> Reinstatement:
    """Write down what the worker says. What was said before stays.

    :raises transitions.NotNow: if nothing was sent in yet
    """
    request = transitions.lock(request_id)
    if request.status == Status.DRAFT:
        raise transitions.NotNow(request.status)
    latest = request.case.reinstatements.order_by("pk").last()
    if latest and (latest.outcome, latest.on) == (outcome, on):
        return latest  # A second click.
    told = Reinstatement.objects.create(case=request.case, outcome=outcome, on=on, at=at)
    audit.record(actor=None, action="aid.told_of_account", subject=request, reason=outcome, at=at)
    return told
