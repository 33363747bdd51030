"""A third person has sent the money by hand and records it: once, in the books, for what was approved."""

import hmac
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from moneyed import Money

from aid import conflicts, holding, policy, setting_aside, talking, transitions
from aid.answers import PayMethod
from aid.models import AidRequest, Decision, Disbursement, DisbursementAttempt, Hold, Message, TaxRecord
from aid.reasons import FailReason, HoldReason
from aid.statuses import Status
from ledger import posting, promises
from ledger.balances import FundTooLow
from ledger.models import Account, Kind, Transaction
from organisation.models import User
from organisation.permissions import Permission

# What came back twice is sent a third time after a steward has looked at it, or could have.
_STEWARD_LOOKS = timedelta(days=3)


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

    Not so if the payment details were wrong, or if it would not be approved any more: fund, cap and approvals are as
    they are now. Then it is in review again, and decided on anew. The worker is told in any case, and the steward sees
    it; before a third try it is held, so that a steward can look first.

    Sent by hand, money is sent or known to have failed. A state in between, which nobody may ever try again by itself,
    comes with the first provider that pays for us.

    :raises transitions.NotAllowed, transitions.SeenOutdated, transitions.NotNow: see there
    :raises transitions.SamePerson, transitions.InConflict: see there
    """
    transitions.require(by, Permission.RECORD_PAYMENTS)
    request = transitions.lock(request_id, seen=seen)
    conflicts.require_none(by, request.case)
    disbursement = setting_aside.live(request)
    if request.status != Status.PAID or disbursement is None:
        raise transitions.NotNow(request.status)
    transitions.lock_people([request])
    attempt = disbursement.attempts.select_related("transaction").get(state=DisbursementAttempt.State.SENT)
    posting.reverse(original=attempt.transaction, occurred_at=at, at=at)
    attempt.state, attempt.fail_reason = DisbursementAttempt.State.FAILED, reason
    attempt.failed_at, attempt.failed_by = at, by
    with transitions.refusals():
        attempt.save(update_fields=["state", "fail_reason", "failed_at", "failed_by"])
    if not request.case.legal_holds.filter(lifted_at__isnull=True).exists():
        TaxRecord.objects.filter(attempt=attempt).update(payee_sealed=None)
    setting_aside.end(disbursement, at=at)
    if attempt.number > 1:
        Hold.objects.create(request=request, reason=HoldReason.QUESTION, at=at, until=at + _STEWARD_LOOKS)
    is_approved = reason != FailReason.WRONG_DETAILS and _is_set_aside_again(request, disbursement.amount, at=at)
    _tell(request, reason, number=attempt.number, is_approved=is_approved, at=at)
    if not is_approved:
        rules = request.policy or policy.in_force(request.fund)
        request.due_on = (at + timedelta(days=rules.answer_days)).date()
    to = Status.APPROVED if is_approved else Status.IN_REVIEW
    return transitions.move(request, to, by=by, at=at, reason=reason)


def came_back_since(since: datetime) -> QuerySet[DisbursementAttempt]:
    """Return the payments that are known to have failed since then, the newest first."""
    return (
        DisbursementAttempt.objects.filter(state=DisbursementAttempt.State.FAILED, failed_at__gte=since)
        .select_related("disbursement__request__case", "recorded_by", "failed_by")
        .order_by("-failed_at", "pk")
    )


def _is_set_aside_again(request: AidRequest, amount: Money, *, at: datetime) -> bool:
    review = request.reviews.select_related("request").order_by("-version").first()
    if review is None or policy.approvals_missing(request, review, amount):
        return False
    try:
        with transitions.refusals():
            setting_aside.set_aside(request, amount, at=at)
    except (transitions.AboveCap, FundTooLow):
        return False
    return True


def _tell(request: AidRequest, reason: FailReason, *, number: int, is_approved: bool, at: datetime) -> None:
    """Tell the worker: silence after "sent" would be worse than the news, and who has the money after all can say so."""
    with translation.override(request.case.language):
        if reason == FailReason.WRONG_DETAILS:
            body = _("The money came back to us: the payment details did not work. Please check them on this page.")
        elif is_approved:
            body = _("The money came back to us. It stays set aside for you, and we send it again.")
        else:
            body = _("The money came back to us. We look at it again and write to you here.")
        if number > 1:
            body += " " + _("It is not the first time, so another of us looks at it first.")
        body += " " + _("If it had arrived with you, please write to us here.")
    talking.say(request.case, sender=Message.Sender.SYSTEM, body=body, at=at)


def _require_as_approved(request: AidRequest, disbursement: Disbursement) -> None:
    review = request.reviews.order_by("-version").first()
    approvals = Decision.objects.select_related("review__request").filter(
        review=review, outcome=Decision.Outcome.APPROVED, revision=request.revision
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
