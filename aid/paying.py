"""A third person has sent the money by hand and records it: once, in the books, for what was approved."""

import hmac
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.db import IntegrityError, transaction

from aid import holding, transitions
from aid.answers import PayMethod
from aid.models import AidRequest, Decision, Disbursement, DisbursementAttempt
from aid.statuses import Status
from ledger import posting, promises
from ledger.models import Account, Kind, Transaction
from organisation.models import User
from organisation.permissions import Permission


class ChangedSinceApproval(Exception):
    """What would be paid is not what was approved: the approval does not cover it."""


@dataclass(frozen=True)
class Sent:
    """How the money was sent, as the treasurer saw it at the bank or provider.

    :param provider_reference: the bank's or provider's own number for it; sealed
    :param on: the day it was sent
    """

    method: PayMethod
    provider_reference: str
    on: date


@transaction.atomic
def record(*, request_id: uuid.UUID, by: User, seen: int, sent: Sent, at: datetime) -> AidRequest:
    """Record that the approved amount was sent: the books, the promise and the request change together.

    :raises ChangedSinceApproval: if amount, payee or fund differ from what was approved
    :raises ledger.balances.FundTooLow: if the fund was overdrawn by its provider meanwhile
    :raises transitions.NotAllowed, transitions.SeenOutdated, transitions.NotNow, transitions.SamePerson: see there
    """
    transitions.require(by, Permission.RECORD_PAYMENTS)
    request = transitions.lock(request_id, seen=seen)
    transitions.require_step(request, Status.PAID)
    disbursement = request.disbursement
    _require_as_approved(request, disbursement)
    number = disbursement.attempts.count() + 1
    booked = _book(request, disbursement, number=number, on=sent.on, at=at)
    promises.settle(promise=disbursement.promise, by=booked, at=at)
    posting.check_entries()
    attempt = DisbursementAttempt(
        disbursement=disbursement,
        number=number,
        state=DisbursementAttempt.State.SENT,
        method=sent.method,
        amount_minor=disbursement.amount_minor,
        transaction=booked,
        sent_on=sent.on,
        recorded_by=by,
        recorded_at=at,
    )
    holding.put(attempt, "provider_reference", sent.provider_reference)
    try:
        with transaction.atomic():
            attempt.save(force_insert=True)
    except IntegrityError as error:
        if transitions.is_same_person(error):
            raise transitions.SamePerson from error
        raise
    return transitions.move(request, Status.PAID, by=by, at=at)


def _require_as_approved(request: AidRequest, disbursement: Disbursement) -> None:
    decision = Decision.objects.select_related("review__request").get(
        review__request=request, outcome=Decision.Outcome.APPROVED
    )
    digest = holding.digest_of(request, decision.review)
    is_same = hmac.compare_digest(bytes(decision.digest), digest) and decision.amount_minor == disbursement.amount_minor
    if not is_same:
        raise ChangedSinceApproval


def _book(request: AidRequest, disbursement: Disbursement, *, number: int, on: date, at: datetime) -> Transaction:
    amount = disbursement.amount
    return posting.post(
        kind=Kind.DISBURSEMENT,
        reference=f"disbursement:{request.pk}:{number}",
        lines=[
            posting.Line(Account.AID, request.fund, amount),
            posting.Line(Account.BANK, request.fund, -amount),
        ],
        occurred_at=min(at, datetime.combine(on, time(12), tzinfo=UTC)),
        at=at,
    )
