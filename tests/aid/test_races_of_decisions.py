"""Two deeds at the same moment, with real connections: one of them wins, none waits for ever, and the books are whole."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import pytest

from aid import applying, asking, batches, changing, joining, paying, proofs, talking, transitions
from aid.answers import PayMethod
from aid.models import AidRequest, Case, Disbursement, DisbursementAttempt
from aid.reasons import DeclineReason, FailReason
from aid.statuses import Status
from ledger import balances
from ledger.balances import FundTooLow
from ledger.models import Fund
from organisation import roles
from organisation.models import User
from tests.aid.conftest import give, sent_in
from tests.aid.grant_stage import approve, dollars, now_of, pay, recommend, take

NOON = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
AtOnce = Callable[..., list[object]]
Cast = dict[str, User]
# What a deed that came second says. Anything else, a deadlock above all, is a fault.
KIND = (
    transitions.SeenOutdated,
    transitions.NotNow,
    transitions.AboveCap,
    transitions.OnHold,
    transitions.SamePerson,
    transitions.LikenessOpen,
    paying.ChangedSinceApproval,
    FundTooLow,
)


@pytest.fixture
def cast(committed_db: None) -> Cast:
    """A fund with 5,000 dollars and people, for real."""
    give(Fund.objects.create(slug="aid", name="Mutual aid", pays_aid=True), 5000, at=NOON)
    people = {}
    for name, role in {
        "carl": "caseworker",
        "ada": "approver",
        "abel": "approver",
        "tess": "treasurer",
        "theo": "treasurer",
    }.items():
        people[name] = User.objects.create_user(username=name, email=f"{name}@raft.example", name=name.title())
        roles.grant(user=people[name], role=role, by=None, at=NOON)
    return people


def on_table(cast: Cast, *, amount: int = 100) -> AidRequest:
    request = take(sent_in(at=NOON, amount=amount), by=cast["carl"], at=NOON)
    return recommend(request, by=cast["carl"], at=NOON)


def approved(cast: Cast, *, amount: int = 100) -> AidRequest:
    return approve(on_table(cast, amount=amount), by=cast["ada"], at=NOON)


def change(request: AidRequest) -> AidRequest:
    return changing.change_payment(request_id=request.pk, method=PayMethod.BANK, pay_to="another", at=NOON)


def status_of(request: AidRequest) -> str:
    return AidRequest.objects.get(pk=request.pk).status


def judge(outcomes: Iterable[object]) -> None:
    """Every deed ended, in success or with a kind word; and what must always hold, holds."""
    for outcome in outcomes:
        assert not isinstance(outcome, Exception) or isinstance(outcome, KIND), repr(outcome)
    assert list(proofs.broken()) == []


def test_approving_while_payment_details_change(cast: Cast, at_once: AtOnce) -> None:
    request = on_table(cast)

    judge(at_once(lambda: approve(request, by=cast["ada"], at=NOON), lambda: change(request)))

    now = AidRequest.objects.get()
    assert now.status == (Status.RECOMMENDED_GRANT if now.holds.exists() else Status.APPROVED)


def test_approving_while_it_is_withdrawn(cast: Cast, at_once: AtOnce) -> None:
    request = on_table(cast)

    judge(
        at_once(
            lambda: approve(request, by=cast["ada"], at=NOON),
            lambda: applying.withdraw(request_id=request.pk, at=NOON),
        )
    )

    assert status_of(request) == Status.WITHDRAWN
    assert balances.of(Fund.objects.get()).available == dollars(5000)


def test_paying_while_payment_details_change(cast: Cast, at_once: AtOnce) -> None:
    request = approved(cast)
    seen = now_of(request)
    sent = paying.Sent(PayMethod.PAYPAL, "PP-1", NOON.date())

    outcomes = at_once(
        lambda: paying.record(request_id=request.pk, by=cast["tess"], seen=seen, sent=sent, at=NOON),
        lambda: change(request),
    )

    judge(outcomes)
    assert sum(isinstance(outcome, Exception) for outcome in outcomes) == 1
    assert status_of(request) in {Status.PAID, Status.RECOMMENDED_GRANT}


def test_money_comes_back_once_and_is_sent_again_once(cast: Cast, at_once: AtOnce) -> None:
    request = pay(approved(cast), by=cast["tess"], at=NOON)
    seen = now_of(request)

    judge(
        at_once(
            *(
                lambda who=who: paying.came_back(
                    request_id=request.pk, by=cast[who], seen=seen, reason=FailReason.RETURNED, at=NOON
                )
                for who in ("tess", "theo")
            ),
            lambda: pay(request, by=cast["theo"], at=NOON),
        )
    )
    judge(at_once(*(lambda who=who: pay(request, by=cast[who], at=NOON) for who in ("tess", "theo"))))

    assert sorted(DisbursementAttempt.objects.values_list("number", "state")) == [(1, "failed"), (2, "sent")]
    assert balances.of(Fund.objects.get()).posted == dollars(4900)


def test_list_is_declined_while_one_on_it_is_withdrawn(cast: Cast, at_once: AtOnce) -> None:
    requests = [sent_in(at=NOON) for _ in range(3)]
    keys = [one.pk for one in requests]
    batch = batches.make(request_ids=keys, by=cast["carl"], reason=DeclineReason.FUND_LOW, note="", at=NOON)
    seen = batches.digest_now(batch)

    outcomes = at_once(
        lambda: batches.decide(batch_id=batch.pk, by=cast["ada"], seen=seen, agree=True, note="", at=NOON),
        lambda: applying.withdraw(request_id=keys[1], at=NOON),
        lambda: applying.withdraw(request_id=keys[0], at=NOON),
    )

    judge(outcomes)
    statuses = [status_of(one) for one in requests]
    if Status.WITHDRAWN in statuses[:2]:
        assert statuses[2] == Status.RECOMMENDED_DECLINE
    else:
        assert set(statuses) == {Status.DECLINED}


def test_two_grants_to_one_person_stay_below_the_cap(cast: Cast, at_once: AtOnce) -> None:
    first, second = (on_table(cast, amount=900) for _ in range(2))
    joining.say(request_id=first.pk, other_id=second.pk, is_same=True, by=cast["carl"], at=NOON)
    for request in (first, second):
        approve(request, by=cast["ada"], at=NOON)

    judge(at_once(*(lambda one=one: approve(one, by=cast["abel"], at=NOON) for one in (first, second))))

    assert sorted([status_of(first), status_of(second)]) == [Status.APPROVED, Status.PARTLY_APPROVED]
    assert Disbursement.objects.count() == 1


def test_two_first_grants_of_one_person_are_not_both_fast(cast: Cast, at_once: AtOnce) -> None:
    first, second = (on_table(cast, amount=100) for _ in range(2))
    joining.say(request_id=first.pk, other_id=second.pk, is_same=True, by=cast["carl"], at=NOON)

    judge(
        at_once(
            lambda: approve(first, by=cast["ada"], at=NOON),
            lambda: approve(second, by=cast["abel"], at=NOON),
        )
    )

    assert sorted([status_of(first), status_of(second)]) == [Status.APPROVED, Status.PARTLY_APPROVED]


def test_joining_while_both_are_approved_leaves_nobody_above_the_cap(cast: Cast, at_once: AtOnce) -> None:
    pairs = [[on_table(cast, amount=900) for _ in range(2)] for _ in range(2)]
    everyone = [one for pair in pairs for one in pair]
    for request in everyone:
        approve(request, by=cast["ada"], at=NOON)

    judge(
        at_once(
            *(lambda one=one: approve(one, by=cast["abel"], at=NOON) for one in everyone),
            *(
                lambda one=one, two=two: joining.say(
                    request_id=one.pk, other_id=two.pk, is_same=True, by=cast["carl"], at=NOON
                )
                for one, two in pairs
            ),
        )
    )

    for one, two in pairs:
        people = Case.objects.filter(request__in=[one, two]).values_list("person", flat=True)
        assert len(set(people)) == 1
        assert Disbursement.objects.filter(request__in=[one, two], ended_at__isnull=True).count() <= 1


def test_joins_in_a_ring_end(cast: Cast, at_once: AtOnce) -> None:
    ring = [sent_in(at=NOON) for _ in range(3)]

    judge(
        at_once(
            *(
                lambda one=one, two=two: joining.say(
                    request_id=one.pk, other_id=two.pk, is_same=True, by=cast["carl"], at=NOON
                )
                for one, two in zip(ring, ring[1:] + ring[:1], strict=True)
            )
        )
    )


def test_answer_and_end_of_the_wait_at_once(cast: Cast, at_once: AtOnce) -> None:
    request = take(sent_in(at=NOON), by=cast["carl"], at=NOON)
    asking.ask(request_id=request.pk, by=cast["carl"], seen=now_of(request), question="?", at=NOON)
    late = NOON + timedelta(days=31)

    judge(
        at_once(
            lambda: talking.write_to_us(request_id=request.pk, body="here it is", at=late),
            lambda: asking.lay_aside_unanswered(at=late),
        )
    )

    assert status_of(request) == Status.IN_REVIEW
