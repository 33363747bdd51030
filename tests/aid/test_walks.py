"""Random walks by random people over all deeds: no path leads to money with fewer people than the policy asks.

More of them, and the same again: ``WALKS=2000 pytest -n 0 --hypothesis-seed=7 tests/aid/test_walks.py``.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aid import (
    appealing,
    applying,
    asking,
    batches,
    changing,
    confirming,
    conflicts,
    deciding,
    holds,
    joining,
    paying,
    proofs,
    reviewing,
    talking,
    transitions,
)
from aid.answers import PayMethod
from aid.models import AidRequest, Decision, DisbursementAttempt, Review
from aid.reasons import DeclineReason, FailReason, HoldReason
from aid.statuses import ALLOWED, Status
from ledger.balances import FundTooLow
from ledger.models import Fund
from organisation.models import User
from tests.aid.conftest import sent_in
from tests.aid.grant_stage import dollars, rule

NOON = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
Reviewed = dict[str, Any]


@dataclass
class Stage:
    """Two applications that may turn out to be one person's, and the time."""

    requests: list[AidRequest]
    at: datetime = NOON
    steps: list[str] = field(default_factory=list)


def _page(r: AidRequest, u: User, at: datetime) -> Reviewed:
    return {"request_id": r.pk, "by": u, "seen": r.version, "at": at}


def _batch(r: AidRequest, u: User, at: datetime) -> object:
    return batches.make(request_ids=[r.pk], by=u, reason=DeclineReason.OUTSIDE, note="", at=at)


def _decide_batch(r: AidRequest, u: User, at: datetime) -> object:
    review = r.reviews.filter(batch__state="open").first()
    if review is None or review.batch is None:
        raise transitions.NotNow
    seen = batches.digest_now(review.batch)
    return batches.decide(batch_id=review.batch.pk, by=u, seen=seen, agree=True, note="", at=at)


def _lift(r: AidRequest, u: User, at: datetime) -> object:
    hold = holds.of(r, at=at).first()
    if hold is None:
        raise transitions.NotNow
    return holds.lift(hold_id=hold.pk, by=u, at=at)


Deed = Callable[[AidRequest, User, datetime], Any]
BY_STAFF: dict[str, Deed] = {
    "take": lambda r, u, at: reviewing.take(**_page(r, u, at)),
    "grant": lambda r, u, at: reviewing.recommend_grant(**_page(r, u, at), amount=r.amount or dollars(1), note=""),
    "no": lambda r, u, at: reviewing.recommend_decline(**_page(r, u, at), reason=DeclineReason.OUTSIDE, note=""),
    "approve": lambda r, u, at: deciding.approve(**_page(r, u, at)),
    "decline": lambda r, u, at: deciding.decline(**_page(r, u, at)),
    "send back": lambda r, u, at: deciding.send_back(**_page(r, u, at), note="why"),
    "pay": lambda r, u, at: paying.record(**_page(r, u, at), sent=paying.Sent(PayMethod.PAYPAL, "PP", at.date())),
    "came back": lambda r, u, at: paying.came_back(**_page(r, u, at), reason=FailReason.RETURNED),
    "wrong": lambda r, u, at: paying.came_back(**_page(r, u, at), reason=FailReason.WRONG_DETAILS),
    "ask": lambda r, u, at: asking.ask(**_page(r, u, at), question="?"),
    "go on": lambda r, u, at: asking.go_on(**_page(r, u, at)),
    "answer": lambda r, u, at: asking.answer(**_page(r, u, at), body="so"),
    "hand over": lambda r, u, at: reviewing.hand_over(**_page(r, u, at), to=u),
    "hold": lambda r, u, at: holds.put(request_id=r.pk, by=u, reason=HoldReason.QUESTION, note="", days=2, at=at),
    "lift": _lift,
    "step back": lambda r, u, at: conflicts.declare(request_id=r.pk, by=u, at=at),
    "list": _batch,
    "decline list": _decide_batch,
}
BY_WORKER: dict[str, Callable[[AidRequest, datetime], Any]] = {
    "change": lambda r, at: changing.change_payment(
        request_id=r.pk, method=PayMethod.BANK, pay_to=f"account {r.version} {at}", at=at
    ),
    "withdraw": lambda r, at: applying.withdraw(request_id=r.pk, at=at),
    "appeal": lambda r, at: appealing.appeal(request_id=r.pk, ground="", at=at),
    "write": lambda r, at: talking.write_to_us(request_id=r.pk, body="hello", at=at),
    "arrived": lambda r, at: confirming.say_arrived(request_id=r.pk, at=at),
    "not arrived": lambda r, at: confirming.say_not_arrived(request_id=r.pk, at=at),
}
REFUSALS = (
    transitions.NotAllowed,
    transitions.NotNow,
    transitions.SeenOutdated,
    transitions.SamePerson,
    transitions.InConflict,
    transitions.OnHold,
    transitions.LikenessOpen,
    transitions.AboveCap,
    transitions.MoreThanAsked,
    paying.ChangedSinceApproval,
    FundTooLow,
)
# What leads on comes more often, so that many walks come to the end, or try to.
_ON = ["take", "grant", "approve", "approve", "pay", "came back", "no", "decline", "appeal"]
_STEP = st.tuples(
    st.sampled_from([*sorted(BY_STAFF), *sorted(BY_WORKER), "day", "month", "join", *_ON, *_ON]),
    st.integers(0, 6),
    st.integers(0, 1),
)
_WAYS = [
    ["take", "grant", "approve", "approve", "pay"],
    ["take", "no", "decline", "appeal", "take", "grant", "approve", "approve", "pay"],
    ["take", "grant", "approve", "approve", "change", "day", "approve", "approve", "pay", "came back", "pay"],
]


@pytest.fixture
def people(person: Callable[..., User]) -> list[User]:
    """Four who hold every role, and three who hold one or two."""
    every = ["caseworker", "approver", "treasurer", "steward"]
    held = [every, every, every, every, ["caseworker"], ["approver", "treasurer"], ["steward"]]
    return [person(f"mia{number}", *roles) for number, roles in enumerate(held)]


@given(
    way=st.sampled_from(_WAYS),
    by=st.lists(st.integers(0, 6), min_size=11, max_size=11),
    walk=st.lists(_STEP, max_size=14),
    amount=st.sampled_from([150, 600]),
)
@settings(
    max_examples=int(os.environ.get("WALKS", "20")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_walk_reaches_money_with_fewer_people_than_the_policy_asks(
    way: list[str], by: list[int], walk: list[tuple[str, int, int]], amount: int, full_fund: Fund, people: list[User]
) -> None:
    with transaction.atomic():
        if amount == 600:
            rule(full_fund, by=people[0], at=NOON, max_per_request=dollars(250), cap=dollars(400))
        stage = Stage([sent_in(at=NOON, amount=min(amount, 240)) for _ in range(2)])
        for deed, who, which in [*((deed, by[place], 0) for place, deed in enumerate(way)), *walk]:
            go(stage, deed, people[who], which)
        assert list(proofs.broken()) == []
        transaction.set_rollback(True)


def go(stage: Stage, deed: str, who: User, which: int) -> None:
    """Make or try a step, and look whether it is allowed and enough people stand behind it."""
    before = {one.pk: one.status for one in stage.requests}
    if deed in {"day", "month"}:
        stage.at += timedelta(days=1 if deed == "day" else 31)
        asking.lay_aside_unanswered(at=stage.at)
    else:
        try:
            with transaction.atomic():
                do(stage, deed, who, which)
        except REFUSALS:
            pass
    stage.steps.append(deed)
    stage.requests = [AidRequest.objects.get(pk=one.pk) for one in stage.requests]
    for one in stage.requests:
        changed = (before[one.pk], one.status)
        # A list takes into review and recommends in one go.
        assert changed[0] == changed[1] or changed in ALLOWED or deed == "list", (changed, stage.steps)
        look(one)


def do(stage: Stage, deed: str, who: User, which: int) -> None:
    one = stage.requests[which]
    if deed == "join":
        other = stage.requests[1 - which]
        joining.say(request_id=one.pk, other_id=other.pk, is_same=True, by=who, at=stage.at)
    elif deed in BY_WORKER:
        BY_WORKER[deed](one, stage.at)
    else:
        BY_STAFF[deed](one, who, stage.at)


def look(request: AidRequest) -> None:
    reviewers = set(Review.objects.filter(request=request).values_list("reviewer_id", flat=True))
    decisions = Decision.objects.filter(review__request=request)
    deciders = set(decisions.values_list("decider_id", flat=True))
    payers = set(
        DisbursementAttempt.objects.filter(disbursement__request=request).values_list("recorded_by_id", flat=True)
    )
    assert not reviewers & deciders
    assert not payers & (reviewers | deciders)
    if request.status in {Status.APPROVED, Status.PAID, Status.CONFIRMED}:
        review = request.reviews.order_by("-version")[0]
        approvals = review.decisions.filter(outcome="approved", revision=request.revision)
        needed = 2 if request.round == 2 or (review.amount_minor or 0) > 20000 else 1
        assert len(set(approvals.values_list("decider_id", flat=True))) >= needed
    if request.status in {Status.PAID, Status.CONFIRMED}:
        assert payers
    if request.round == 2:
        first = set(request.reviews.filter(round=1).values_list("reviewer_id", flat=True))
        first |= set(decisions.filter(review__round=1).values_list("decider_id", flat=True))
        second = set(request.reviews.filter(round=2).values_list("reviewer_id", flat=True))
        second |= set(decisions.filter(review__round=2).values_list("decider_id", flat=True))
        assert not first & (second | payers)
    if request.status in {Status.DECLINED, Status.DECLINED_FINALLY}:
        assert reviewers
        assert decisions.filter(outcome="declined").exists()
