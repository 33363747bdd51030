"""Two at once and double clicks: the last money goes once. More races are in test_races_of_decisions.py."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from moneyed import Money

from aid import applying, deciding, paying, proofs, reviewing, transitions
from aid.answers import PayMethod
from aid.models import AidRequest, Decision, DisbursementAttempt, Review
from aid.statuses import Status
from ledger import balances
from ledger.balances import FundTooLow
from ledger.models import Fund, Promise
from organisation import roles
from organisation.models import User
from tests.aid.conftest import give, sent_in

NOON = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)


@pytest.fixture
def committed(committed_db: None) -> dict[str, User]:
    """A fund with 100 dollars and people, for real: commits, threads."""
    give(Fund.objects.create(slug="aid", name="Mutual aid", pays_aid=True), 100, at=NOON)
    people = {}
    for name, held in {
        "carl": ["caseworker"],
        "ada": ["approver"],
        "abel": ["approver"],
        "tess": ["treasurer"],
        "theo": ["treasurer"],
    }.items():
        people[name] = User.objects.create_user(username=name, email=f"{name}@raft.example", name=name.title())
        for role in held:
            roles.grant(user=people[name], role=role, by=None, at=NOON)
    return people


def test_two_approvals_at_once_on_the_last_money(
    committed: dict[str, User], at_once: Callable[..., list[object]]
) -> None:
    first, second = (recommended(committed["carl"], amount=70) for _ in range(2))

    outcomes = at_once(
        lambda: deciding.approve(request_id=first.pk, by=committed["ada"], seen=3, at=NOON),
        lambda: deciding.approve(request_id=second.pk, by=committed["abel"], seen=3, at=NOON),
    )

    assert {type(outcome) for outcome in outcomes} == {AidRequest, FundTooLow}
    assert AidRequest.objects.filter(status=Status.APPROVED).count() == 1
    assert Promise.objects.count() == 1
    assert list(proofs.broken()) == []


def test_two_approvals_of_one_request_at_once(committed: dict[str, User], at_once: Callable[..., list[object]]) -> None:
    request = recommended(committed["carl"], amount=70)

    outcomes = at_once(
        *(
            lambda who=who: deciding.approve(request_id=request.pk, by=committed[who], seen=3, at=NOON)
            for who in ("ada", "abel", "ada")
        )
    )

    assert sum(isinstance(outcome, AidRequest) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, transitions.SeenOutdated) for outcome in outcomes) == 2
    assert Decision.objects.count() == 1


def test_double_click_on_paid_pays_once(committed: dict[str, User], at_once: Callable[..., list[object]]) -> None:
    request = recommended(committed["carl"], amount=70)
    deciding.approve(request_id=request.pk, by=committed["ada"], seen=3, at=NOON)

    outcomes = at_once(*(lambda who=who: pay(request, by=committed[who], seen=4) for who in ("tess", "tess", "theo")))

    assert sum(isinstance(outcome, AidRequest) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, transitions.SeenOutdated) for outcome in outcomes) == 2
    assert DisbursementAttempt.objects.count() == 1
    assert balances.of(Fund.objects.get()).posted == Money(30, "USD")
    assert list(proofs.broken()) == []


def test_withdrawing_while_it_is_paid_ends_in_one_of_both(
    committed: dict[str, User], at_once: Callable[..., list[object]]
) -> None:
    request = recommended(committed["carl"], amount=70)
    deciding.approve(request_id=request.pk, by=committed["ada"], seen=3, at=NOON)

    at_once(
        lambda: applying.withdraw(request_id=request.pk, at=NOON),
        lambda: pay(request, by=committed["tess"], seen=4),
    )

    request.refresh_from_db()
    posted = balances.of(Fund.objects.get()).posted
    assert (request.status, posted) in {
        (Status.PAID, Money(30, "USD")),
        (Status.WITHDRAWN, Money(100, "USD")),
    }
    assert list(proofs.broken()) == []


def test_same_person_reviewing_and_approving_at_once_is_caught_by_the_database(
    committed: dict[str, User], at_once: Callable[..., list[object]]
) -> None:
    """Straight at the tables, past the deeds: one person's review and decision, each unseen by the other."""
    request = recommended(committed["carl"], amount=70)
    review = request.reviews.get()

    outcomes = at_once(
        lambda: Decision.objects.create(
            review=review, decider=committed["ada"], outcome="sent_back", digest=bytes(32), at=NOON
        ),
        lambda: Review.objects.create(
            request=request,
            version=9,
            reviewer=committed["ada"],
            recommendation="grant",
            amount_minor=1,
            at=NOON,
        ),
    )

    assert sum(isinstance(outcome, Exception) for outcome in outcomes) == 1


def recommended(carl: User, *, amount: int) -> AidRequest:
    request = sent_in(at=NOON, amount=amount)
    reviewing.take(request_id=request.pk, by=carl, seen=1, at=NOON)
    return reviewing.recommend_grant(
        request_id=request.pk, by=carl, seen=2, amount=Money(amount, "USD"), note="", at=NOON
    )


def pay(request: AidRequest, *, by: User, seen: int) -> AidRequest:
    sent = paying.Sent(method=PayMethod.PAYPAL, provider_reference="PP-1", on=NOON.date())
    return paying.record(request_id=request.pk, by=by, seen=seen, sent=sent, at=NOON)
