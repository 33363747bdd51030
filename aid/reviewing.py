"""A caseworker takes a request into review and recommends."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from moneyed import Money

from aid import conflicts, holding, policy, transitions
from aid.models import AidRequest, Decision, DeclineBatch, Review
from aid.reasons import CheckPoint, DeclineReason
from aid.statuses import Status
from core.money import to_minor
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission


@transaction.atomic
def take(*, request_id: uuid.UUID, by: User, seen: int, at: datetime) -> AidRequest:
    """Take a received request, or an appeal in which one had no part before, into review.

    :raises transitions.NotAllowed, transitions.SeenOutdated, transitions.NotNow: see there
    :raises transitions.SamePerson, transitions.InConflict: see there
    """
    request = transitions.lock(request_id, seen=seen)
    transitions.require(by, *transitions.reviewers_of(request))
    if request.status not in (Status.RECEIVED, Status.APPEALED):
        raise transitions.NotNow(request.status)
    _require_fresh_eyes(request, by)
    request.taken_by = by
    if request.wants_money:
        policy.freeze(request, at=at)
    return transitions.move(request, Status.IN_REVIEW, by=by, at=at)


@transaction.atomic
def recommend_grant(  # noqa: PLR0913 - a recommendation has this many parts
    *,
    request_id: uuid.UUID,
    by: User,
    seen: int,
    amount: Money,
    note: str,
    at: datetime,
    checked: Iterable[CheckPoint] = (),
) -> AidRequest:
    """Recommend to pay ``amount``.

    :param note: for the colleagues who decide; sealed
    :param checked: what the caseworker has looked at
    :raises transitions.MoreThanAsked: if it is more than the worker asked for, or than the policy allows
    :raises transitions.NotAllowed, transitions.SeenOutdated, transitions.NotNow, transitions.SamePerson: see there
    """
    return _recommend(
        Review(
            recommendation=Review.Recommendation.GRANT,
            amount_minor=to_minor(amount),
            checked=list(checked),
            request_id=request_id,
            reviewer=by,
            at=at,
        ),
        seen=seen,
        note=note,
    )


@transaction.atomic
def recommend_decline(  # noqa: PLR0913 - a recommendation has this many parts
    *,
    request_id: uuid.UUID,
    by: User,
    seen: int,
    reason: DeclineReason,
    note: str,
    at: datetime,
    batch: DeclineBatch | None = None,
) -> AidRequest:
    """Recommend not to pay, for one of the reasons that a worker can be told.

    :raises transitions.NotAllowed, transitions.SeenOutdated, transitions.NotNow, transitions.SamePerson: see there
    """
    return _recommend(
        Review(
            recommendation=Review.Recommendation.DECLINE,
            reason=reason,
            batch=batch,
            request_id=request_id,
            reviewer=by,
            at=at,
        ),
        seen=seen,
        note=note,
    )


def _recommend(review: Review, *, seen: int, note: str) -> AidRequest:
    request = transitions.lock(review.request_id, seen=seen)
    transitions.require(review.reviewer, *transitions.reviewers_of(request))
    is_grant = review.recommendation == Review.Recommendation.GRANT
    to = Status.RECOMMENDED_GRANT if is_grant else Status.RECOMMENDED_DECLINE
    # From "approved" the same pair is a step back, which is no recommendation.
    if request.status != Status.IN_REVIEW:
        raise transitions.NotNow(request.status)
    review.request = request
    review.version, review.round = request.version + 1, request.round
    if review.amount is not None:
        review.approvals_needed = policy.approvals_needed(request, review.amount, at=review.at)
    holding.put(review, "note", note)
    with transitions.refusals():
        review.save(force_insert=True)
    return transitions.move(request, to, by=review.reviewer, reason=review.reason, at=review.at)


@transaction.atomic
def hand_over(*, request_id: uuid.UUID, by: User, to: User | None, seen: int, at: datetime) -> AidRequest:
    """Give a request in review into another caseworker's hands, or back to all of them.

    :param to: none puts it back where everybody sees that nobody has it
    :raises transitions.NotAllowed: if it is in somebody else's hands and this is no steward, or ``to`` may not review it
    :raises transitions.SeenOutdated, transitions.NotNow, transitions.SamePerson, transitions.InConflict: see there
    """
    request = transitions.lock(request_id, seen=seen)
    if request.taken_by_id not in (None, by.pk):
        transitions.require(by, Permission.OVERSEE_CASES)
    transitions.require(by, *transitions.reviewers_of(request), Permission.OVERSEE_CASES)
    if request.status not in (Status.IN_REVIEW, Status.NEEDS_INFO, Status.EXPIRED):
        raise transitions.NotNow(request.status)
    if to is not None:
        transitions.require(to, *transitions.reviewers_of(request))
        _require_fresh_eyes(request, to)
    request.taken_by = to
    request.save(update_fields=["taken_by"])
    audit.record(actor=by, action="aid.handed_over", subject=request, at=at)
    return request


def _require_fresh_eyes(request: AidRequest, person: User) -> None:
    """Let only those review who have no conflict, have not decided on it, and had no part before an appeal."""
    conflicts.require_none(person, request.case)
    earlier = Review.objects.filter(request=request, round__lt=request.round)
    decisions = Decision.objects.filter(review__request=request, decider=person)
    if earlier.filter(reviewer=person).exists() or decisions.exists():
        raise transitions.SamePerson
