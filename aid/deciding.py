"""A second person decides on a recommendation: agrees with it, or sends it back."""

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction

from aid import holding, transitions
from aid.models import AidRequest, Decision, Disbursement, Review
from aid.statuses import Status
from ledger import promises
from organisation.models import User
from organisation.permissions import Permission


@transaction.atomic
def approve(*, request_id: uuid.UUID, by: User, seen: int, at: datetime) -> AidRequest:
    """Approve the recommended amount and keep it aside in the fund.

    :raises ledger.balances.FundTooLow: if the fund has less than that available
    :raises transitions.NotAllowed, transitions.SeenOutdated, transitions.NotNow, transitions.SamePerson: see there
    """
    request = _to_decide(request_id, by=by, seen=seen, to=Status.APPROVED)
    review = _open_review(request)
    amount = review.amount
    if amount is None:
        raise transitions.NotNow(request.status)
    _decide(request, review, outcome=Decision.Outcome.APPROVED, by=by, note="", at=at)
    promise = promises.promise(fund=request.fund, amount=amount, reference=request.reference, at=at)
    Disbursement.objects.create(
        request=request, promise=promise, amount_minor=promise.amount_minor, currency=promise.currency, made_at=at
    )
    return transitions.move(request, Status.APPROVED, by=by, at=at)


@transaction.atomic
def decline(*, request_id: uuid.UUID, by: User, seen: int, at: datetime) -> AidRequest:
    """Decline what a reviewer recommended to decline.

    :raises transitions.NotAllowed, transitions.SeenOutdated, transitions.NotNow, transitions.SamePerson: see there
    """
    request = _to_decide(request_id, by=by, seen=seen, to=Status.DECLINED)
    review = _open_review(request)
    _decide(request, review, outcome=Decision.Outcome.DECLINED, by=by, note="", at=at)
    return transitions.move(request, Status.DECLINED, by=by, reason=review.reason, at=at)


@transaction.atomic
def send_back(*, request_id: uuid.UUID, by: User, seen: int, note: str, at: datetime) -> AidRequest:
    """Give the request back to review.

    :param note: why; sealed
    :raises transitions.NotAllowed, transitions.SeenOutdated, transitions.NotNow, transitions.SamePerson: see there
    """
    request = _to_decide(request_id, by=by, seen=seen, to=Status.IN_REVIEW)
    if request.status == Status.RECEIVED:
        raise transitions.NotNow(request.status)
    _decide(request, _open_review(request), outcome=Decision.Outcome.SENT_BACK, by=by, note=note, at=at)
    return transitions.move(request, Status.IN_REVIEW, by=by, reason="sent_back", at=at)


def _to_decide(request_id: uuid.UUID, *, by: User, seen: int, to: Status) -> AidRequest:
    transitions.require(by, Permission.APPROVE_REQUESTS)
    request = transitions.lock(request_id, seen=seen)
    transitions.require_step(request, to)
    return request


def _open_review(request: AidRequest) -> Review:
    """Return the review that led to the version as it stands."""
    return request.reviews.select_related("request").get(version=request.version)


def _decide(
    request: AidRequest, review: Review, *, outcome: Decision.Outcome, by: User, note: str, at: datetime
) -> Decision:
    decision = Decision(
        review=review,
        decider=by,
        outcome=outcome,
        amount_minor=review.amount_minor if outcome == Decision.Outcome.APPROVED else None,
        digest=holding.digest_of(request, review),
        at=at,
    )
    holding.put(decision, "note", note)
    try:
        with transaction.atomic():
            decision.save(force_insert=True)
    except IntegrityError as error:
        if transitions.is_same_person(error):
            raise transitions.SamePerson from error
        raise
    return decision
