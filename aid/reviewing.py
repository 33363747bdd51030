"""A caseworker takes a request into review and recommends."""

import uuid
from datetime import datetime

from django.db import transaction
from moneyed import Money

from aid import holding, policy, transitions
from aid.models import AidRequest, Review
from aid.reasons import DeclineReason
from aid.statuses import Status
from core.money import to_minor
from organisation.models import User
from organisation.permissions import Permission


@transaction.atomic
def take(*, request_id: uuid.UUID, by: User, seen: int, at: datetime) -> AidRequest:
    """Take a received request into review.

    :raises transitions.NotAllowed, transitions.SeenOutdated, transitions.NotNow: see there
    """
    transitions.require(by, Permission.REVIEW_CASES)
    request = transitions.lock(request_id, seen=seen)
    if request.status != Status.RECEIVED:
        raise transitions.NotNow(request.status)
    request.taken_by = by
    if request.wants_money:
        policy.freeze(request, at=at)
    return transitions.move(request, Status.IN_REVIEW, by=by, at=at)


@transaction.atomic
def recommend_grant(
    *, request_id: uuid.UUID, by: User, seen: int, amount: Money, note: str, at: datetime
) -> AidRequest:
    """Recommend to pay ``amount``.

    :param note: for the colleagues who decide; sealed
    :raises transitions.MoreThanAsked: if it is more than the worker asked for, or than the policy allows
    :raises transitions.NotAllowed, transitions.SeenOutdated, transitions.NotNow, transitions.SamePerson: see there
    """
    return _recommend(
        Review(
            recommendation=Review.Recommendation.GRANT,
            amount_minor=to_minor(amount),
            request_id=request_id,
            reviewer=by,
            at=at,
        ),
        seen=seen,
        note=note,
    )


@transaction.atomic
def recommend_decline(
    *, request_id: uuid.UUID, by: User, seen: int, reason: DeclineReason, note: str, at: datetime
) -> AidRequest:
    """Recommend not to pay, for one of the reasons that a worker can be told.

    :raises transitions.NotAllowed, transitions.SeenOutdated, transitions.NotNow, transitions.SamePerson: see there
    """
    return _recommend(
        Review(
            recommendation=Review.Recommendation.DECLINE,
            reason=reason,
            request_id=request_id,
            reviewer=by,
            at=at,
        ),
        seen=seen,
        note=note,
    )


def _recommend(review: Review, *, seen: int, note: str) -> AidRequest:
    transitions.require(review.reviewer, Permission.REVIEW_CASES)
    request = transitions.lock(review.request_id, seen=seen)
    is_grant = review.recommendation == Review.Recommendation.GRANT
    to = Status.RECOMMENDED_GRANT if is_grant else Status.RECOMMENDED_DECLINE
    transitions.require_step(request, to)
    review.request = request
    review.version, review.round = request.version + 1, request.round
    if review.amount is not None:
        review.approvals_needed = policy.approvals_needed(request, review.amount, at=review.at)
    holding.put(review, "note", note)
    with transitions.refusals():
        review.save(force_insert=True)
    return transitions.move(request, to, by=review.reviewer, reason=review.reason, at=review.at)
