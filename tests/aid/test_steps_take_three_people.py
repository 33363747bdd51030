"""Who reviews, who decides and who pays are three different people, each by their role."""

from collections.abc import Callable
from datetime import datetime

import pytest
from moneyed import Money

from aid import deciding, paying, proofs, reviewing, transitions
from aid.answers import PayMethod
from aid.models import AidRequest
from aid.reasons import DeclineReason
from aid.statuses import Status
from ledger import balances
from ledger.models import Fund
from organisation.models import User
from tests.aid.conftest import sent_in

Reach = Callable[..., AidRequest]


@pytest.mark.parametrize("role", ["approver", "treasurer", "steward", "administrator", "editor", None])
def test_only_caseworkers_review(role: str | None, reach: Reach, person: Callable[..., User], now: datetime) -> None:
    request = reach(Status.RECEIVED)
    pat = person("pat", *([role] if role else []))

    with pytest.raises(transitions.NotAllowed):
        reviewing.take(request_id=request.pk, by=pat, seen=request.version, at=now)


@pytest.mark.parametrize("role", ["caseworker", "treasurer", "steward", "administrator", "editor", None])
def test_only_approvers_decide(role: str | None, reach: Reach, person: Callable[..., User], now: datetime) -> None:
    request = reach(Status.RECOMMENDED_GRANT)
    pat = person("pat", *([role] if role else []))

    for deed in (deciding.approve, deciding.decline):
        with pytest.raises(transitions.NotAllowed):
            deed(request_id=request.pk, by=pat, seen=request.version, at=now)


@pytest.mark.parametrize("role", ["caseworker", "approver", "steward", "administrator", "editor", None])
def test_only_treasurers_pay(role: str | None, reach: Reach, person: Callable[..., User], now: datetime) -> None:
    request = reach(Status.APPROVED)
    pat = person("pat", *([role] if role else []))

    with pytest.raises(transitions.NotAllowed):
        pay(request, by=pat, at=now)


def test_closed_account_decides_nothing(reach: Reach, ada: User, now: datetime) -> None:
    request = reach(Status.RECOMMENDED_GRANT)
    ada.is_active = False
    ada.save()

    with pytest.raises(transitions.NotAllowed):
        deciding.approve(request_id=request.pk, by=ada, seen=request.version, at=now)


@pytest.fixture
def max_of_all(person: Callable[..., User]) -> User:
    """Holds every role there is to hold in a case."""
    return person("max", "caseworker", "approver", "treasurer")


def test_reviewer_with_both_roles_cannot_approve(full_fund: Fund, max_of_all: User, now: datetime) -> None:
    request = recommended_by(max_of_all, at=now)

    with pytest.raises(transitions.SamePerson):
        deciding.approve(request_id=request.pk, by=max_of_all, seen=request.version, at=now)


def test_decline_needs_two_people_as_well(full_fund: Fund, max_of_all: User, now: datetime) -> None:
    request = sent_in(at=now)
    request = reviewing.take(request_id=request.pk, by=max_of_all, seen=request.version, at=now)
    request = reviewing.recommend_decline(
        request_id=request.pk, by=max_of_all, seen=request.version, reason=DeclineReason.OUTSIDE, note="", at=now
    )

    with pytest.raises(transitions.SamePerson):
        deciding.decline(request_id=request.pk, by=max_of_all, seen=request.version, at=now)


def test_one_person_cannot_decline_what_another_recommended_to_grant(reach: Reach, ada: User, now: datetime) -> None:
    request = reach(Status.RECOMMENDED_GRANT)

    with pytest.raises(transitions.NotNow):
        deciding.decline(request_id=request.pk, by=ada, seen=request.version, at=now)


def test_approver_cannot_pay(full_fund: Fund, carl: User, max_of_all: User, now: datetime) -> None:
    request = recommended_by(carl, at=now)
    request = deciding.approve(request_id=request.pk, by=max_of_all, seen=request.version, at=now)

    with pytest.raises(transitions.SamePerson):
        pay(request, by=max_of_all, at=now)

    assert balances.of(full_fund).posted == Money(500, "USD")


def test_reviewer_cannot_pay(full_fund: Fund, ada: User, max_of_all: User, now: datetime) -> None:
    request = recommended_by(max_of_all, at=now)
    request = deciding.approve(request_id=request.pk, by=ada, seen=request.version, at=now)

    with pytest.raises(transitions.SamePerson):
        pay(request, by=max_of_all, at=now)


def test_who_sent_a_request_back_cannot_review_it(full_fund: Fund, carl: User, max_of_all: User, now: datetime) -> None:
    request = recommended_by(carl, at=now)
    request = deciding.send_back(
        request_id=request.pk, by=max_of_all, seen=request.version, note="how was it counted", at=now
    )

    with pytest.raises(transitions.SamePerson):
        recommend(request, by=max_of_all, at=now)

    request = recommend(request, by=carl, at=now)
    request = deciding.approve(request_id=request.pk, by=max_of_all, seen=request.version, at=now)
    assert request.status == Status.APPROVED
    assert list(proofs.broken()) == []


def recommended_by(user: User, *, at: datetime) -> AidRequest:
    request = sent_in(at=at)
    request = reviewing.take(request_id=request.pk, by=user, seen=request.version, at=at)
    return recommend(request, by=user, at=at)


def recommend(request: AidRequest, *, by: User, at: datetime) -> AidRequest:
    return reviewing.recommend_grant(
        request_id=request.pk, by=by, seen=request.version, amount=Money(100, "USD"), note="", at=at
    )


def pay(request: AidRequest, *, by: User, at: datetime) -> AidRequest:
    sent = paying.Sent(method=PayMethod.PAYPAL, provider_reference="PP-1", on=at.date())
    return paying.record(request_id=request.pk, by=by, seen=request.version, sent=sent, at=at)
