"""The worker says whether the money arrived. What staff believe does not count here."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from aid import complaining, setting_aside, transitions
from aid.models import AidRequest, Complaint, Confirmation, DisbursementAttempt
from aid.statuses import Status
from organisation import audit


@transaction.atomic
def say_arrived(*, request_id: uuid.UUID, at: datetime) -> AidRequest:
    """The money is there: the request is done.

    :raises transitions.NotNow: if no payment was recorded, or it was confirmed before
    """
    request = transitions.lock(request_id)
    transitions.require_step(request, Status.CONFIRMED)
    Confirmation.objects.create(attempt=_sent(request), answer=Confirmation.Answer.ARRIVED, at=at)
    return transitions.move(request, Status.CONFIRMED, by=None, at=at)


@transaction.atomic
def say_not_arrived(*, request_id: uuid.UUID, at: datetime) -> AidRequest:
    """The money is not there. The request stays open for confirmation and stands out in the queue.

    Insiders took more than applicants ever did: so a steward, who neither decided nor paid, has it as a complaint too.

    :raises transitions.NotNow: if no payment was recorded, or it was confirmed before
    """
    request = transitions.lock(request_id)
    transitions.require_step(request, Status.CONFIRMED)
    attempt = _sent(request)
    _row, is_new = Confirmation.objects.get_or_create(
        attempt=attempt, answer=Confirmation.Answer.NOT_ARRIVED, defaults={"at": at}
    )
    if is_new:
        audit.record(actor=None, action="aid.not_arrived", subject=request, at=at)
        with translation.override(request.case.language):
            body = _("The money did not arrive.")
        complaining.note(request.case, about=Complaint.About.MONEY, body=body, at=at)
    return request


def _sent(request: AidRequest) -> DisbursementAttempt:
    disbursement = setting_aside.live(request)
    if disbursement is None:
        raise transitions.NotNow(request.status)
    return disbursement.attempts.get(state=DisbursementAttempt.State.SENT)
