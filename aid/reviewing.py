"""A caseworker takes a request into review and recommends."""

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction
from moneyed import Money

from aid import holding, transitions
from aid.models import AidRequest, Review
from aid.reasons import DeclineReason
from aid.statuses import Status
from core.money import to_minor
from organisation.models import User
from organisation.permissions import Permission


class MoreThanAsked(Exception):
    """The worker asked for less than this."""


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
    return transitions.move(request, Status.IN_REVIEW, by=by, at=at)


@transaction.atomic
def recommend_grant(
    *, request_id: uuid.UUID, by: User, seen: int, amount: Money, note: str, at: datetime
) -> AidRequest:
    """Recommend to pay ``amount``.

    :param note: for the colleagues who decide; sealed
    :raises MoreThanAsked: if it is more than the worker asked for
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
    review.version = request.version + 1
    holding.put(review, "note", note)
    try:
        with transaction.atomic():
            review.save(force_insert=True)
    except IntegrityError as error:
        if transitions.is_same_person(error):
            raise transitions.SamePerson from error
        if transitions.refused_by(error) == "aid_grant_is_at_most_what_was_asked":
            raise MoreThanAsked from error
        raise
    return transitions.move(request, to, by=review.reviewer, reason=review.reason, at=review.at)
