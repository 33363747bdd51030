"""A third person has sent the money by hand and records it: once, in the books, for what was approved."""

import hmac
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.db import transaction

from aid import holding, setting_aside, transitions
from aid.answers import PayMethod
from aid.models import AidRequest, Decision, Disbursement, DisbursementAttempt, TaxRecord
from aid.reasons import FailReason
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
    disbursement = setting_aside.live(request)
    if disbursement is None:
        raise transitions.NotNow(request.status)
    _require_as_approved(request, disbursement)
    number = DisbursementAttempt.objects.filter(disbursement__request=request).count() + 1
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
    with transitions.refusals():
        attempt.save(force_insert=True)
    record = TaxRecord(attempt=attempt, purpose=request.needs)
    holding.put(record, "payee", f"{sent.method}: {holding.get(request, 'pay_to')}")
    record.save(force_insert=True)
    return transitions.move(request, Status.PAID, by=by, at=at)


@transaction.atomic
def came_back(*, request_id: uuid.UUID, by: User, seen: int, reason: FailReason, at: datetime) -> AidRequest:
    """Record that money which was sent is known not to have arrived: it is booked back and waits to be sent again.

    :raises transitions.NotAllowed, transitions.SeenOutdated, transitions.NotNow: see there
    """
    transitions.require(by, Permission.RECORD_PAYMENTS)
    request = transitions.lock(request_id, seen=seen)
    disbursement = setting_aside.live(request)
    if request.status != Status.PAID or disbursement is None:
        raise transitions.NotNow(request.status)
    attempt = disbursement.attempts.select_related("transaction").get(state=DisbursementAttempt.State.SENT)
    posting.reverse(original=attempt.transaction, occurred_at=at, at=at)
    attempt.state, attempt.fail_reason = DisbursementAttempt.State.FAILED, reason
    attempt.failed_at, attempt.failed_by = at, by
    attempt.save(update_fields=["state", "fail_reason", "failed_at", "failed_by"])
    TaxRecord.objects.filter(attempt=attempt).update(payee_sealed=None)
    setting_aside.end(disbursement, at=at)
    setting_aside.set_aside(request, disbursement.amount, at=at)
    return transitions.move(request, Status.APPROVED, by=by, at=at, reason=reason)


def _require_as_approved(request: AidRequest, disbursement: Disbursement) -> None:
    approvals = Decision.objects.select_related("review__request").filter(
        review__request=request, outcome=Decision.Outcome.APPROVED, revision=request.revision
    )
    is_same = [
        hmac.compare_digest(bytes(one.digest), holding.digest_of(request, one.review))
        and one.amount_minor == disbursement.amount_minor
        for one in approvals
    ]
    if not is_same or not all(is_same):
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
