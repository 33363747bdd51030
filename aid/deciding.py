"""A second person decides on a recommendation: agrees with it, or sends it back."""

import uuid
from datetime import datetime

from django.db import transaction

from aid import holding, policy, setting_aside, transitions
from aid.models import AidRequest, Decision, Review
from aid.statuses import Status
from organisation.models import User

_ON_THE_TABLE = frozenset({Status.RECOMMENDED_GRANT, Status.PARTLY_APPROVED, Status.RECOMMENDED_DECLINE})


@transaction.atomic
def approve(*, request_id: uuid.UUID, by: User, seen: int, at: datetime) -> AidRequest:
    """Approve the recommended amount. With the last approval that the policy asks for, it is set aside in the fund.

    :raises transitions.AboveCap, transitions.OnHold, transitions.LikenessOpen: see there
    :raises ledger.balances.FundTooLow: if the fund has less than that available
    :raises transitions.NotAllowed, transitions.SeenOutdated, transitions.NotNow, transitions.SamePerson: see there
    """
    request = _to_decide(request_id, by=by, seen=seen, to=Status.APPROVED)
    if request.status not in _ON_THE_TABLE:
        raise transitions.NotNow(request.status)
    review = _open_review(request)
    amount = review.amount
    if amount is None:
        raise transitions.NotNow(request.status)
    # Another first grant to the same person, at the same moment, would make this one their second.
    transitions.lock_people([request])
    _decide(request, review, outcome=Decision.Outcome.APPROVED, by=by, note="", at=at)
    if policy.approvals_missing(request, review, amount):
        return transitions.move(request, Status.PARTLY_APPROVED, by=by, at=at)
    with transitions.refusals():
        setting_aside.set_aside(request, amount, at=at)
    return transitions.move(request, Status.APPROVED, by=by, at=at)


@transaction.atomic
def decline(*, request_id: uuid.UUID, by: User, seen: int, at: datetime) -> AidRequest:
    """Decline what a reviewer recommended to decline.

    :raises transitions.NotAllowed, transitions.SeenOutdated, transitions.NotNow, transitions.SamePerson: see there
    """
    request = transitions.lock(request_id, seen=seen)
    transitions.require(by, *transitions.deciders_of(request))
    to = Status.DECLINED if request.round == 1 else Status.DECLINED_FINALLY
    transitions.require_step(request, to)
    review = _open_review(request)
    _decide(request, review, outcome=Decision.Outcome.DECLINED, by=by, note="", at=at)
    return transitions.move(request, to, by=by, reason=review.reason, at=at)


@transaction.atomic
def send_back(*, request_id: uuid.UUID, by: User, seen: int, note: str, at: datetime) -> AidRequest:
    """Give the request back to review.

    :param note: why; sealed
    :raises transitions.NotAllowed, transitions.SeenOutdated, transitions.NotNow, transitions.SamePerson: see there
    """
    request = _to_decide(request_id, by=by, seen=seen, to=Status.IN_REVIEW)
    if request.status not in _ON_THE_TABLE:
        raise transitions.NotNow(request.status)
    _decide(request, _open_review(request), outcome=Decision.Outcome.SENT_BACK, by=by, note=note, at=at)
    return transitions.move(request, Status.IN_REVIEW, by=by, reason="sent_back", at=at)


def _to_decide(request_id: uuid.UUID, *, by: User, seen: int, to: Status) -> AidRequest:
    request = transitions.lock(request_id, seen=seen)
    transitions.require(by, *transitions.deciders_of(request))
    transitions.require_step(request, to)
    return request


def _open_review(request: AidRequest) -> Review:
    """Return the review that is to be decided on: the newest."""
    review = request.reviews.order_by("-version").first()
    if review is None:
        raise transitions.NotNow(request.status)
    review.request = request
    return review


def _decide(
    request: AidRequest, review: Review, *, outcome: Decision.Outcome, by: User, note: str, at: datetime
) -> Decision:
    decision = Decision(
        review=review,
        decider=by,
        outcome=outcome,
        amount_minor=review.amount_minor if outcome == Decision.Outcome.APPROVED else None,
        revision=request.revision,
        digest=holding.digest_of(request, review),
        at=at,
    )
    holding.put(decision, "note", note)
    with transitions.refusals():
        decision.save(force_insert=True)
    return decision
