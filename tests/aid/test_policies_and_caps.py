"""The policy as it was when review began says how much, how often and by how many; the cap counts over all cases."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from aid import joining, proofs, transitions
from aid.models import AidRequest, Disbursement, Policy
from aid.ruling import Band
from aid.statuses import Status
from ledger.models import Fund
from organisation.models import User
from tests.aid.conftest import give, sent_in
from tests.aid.grant_stage import approve, dollars, pay, recommend, refused, rule, shell, take

Reach = Callable[..., AidRequest]


@pytest.fixture
def rich_fund(full_fund: Fund, now: datetime) -> Fund:
    give(full_fund, 9500, at=now)
    return full_fund


def test_new_version_does_not_lower_the_bar_of_what_is_in_review(
    reach: Reach, full_fund: Fund, stella: User, ada: User, now: datetime
) -> None:
    request = reach(Status.RECOMMENDED_GRANT, amount=300)
    rule(full_fund, by=stella, at=now, fast_lane=dollars(1000))

    assert approve(request, by=ada, at=now).status == Status.PARTLY_APPROVED


def test_new_version_does_not_raise_the_bar_of_what_is_in_review(
    reach: Reach, full_fund: Fund, stella: User, ada: User, now: datetime
) -> None:
    request = reach(Status.IN_REVIEW, amount=100)
    rule(full_fund, by=stella, at=now, max_per_request=dollars(50), cap=dollars(50), fast_lane=dollars(0))
    recommend(request, by=reviewer_of(request), at=now)

    assert approve(request, by=ada, at=now).status == Status.APPROVED


def test_request_keeps_its_version_and_its_funds_policy(
    reach: Reach, full_fund: Fund, general_fund: Fund, stella: User, now: datetime
) -> None:
    request, fresh = reach(Status.IN_REVIEW), reach(Status.RECEIVED)
    newer = rule(full_fund, by=stella, at=now, fast_lane=dollars(100))
    others = rule(general_fund, by=stella, at=now, fast_lane=dollars(100))

    with refused("aid_request_keeps_its_place"):
        shell("UPDATE aid_aidrequest SET policy_id = %s WHERE id = %s", newer.pk, request.pk)
    with refused("aid_policy_is_of_the_fund"):
        shell("UPDATE aid_aidrequest SET policy_id = %s WHERE id = %s", others.pk, fresh.pk)


def test_review_recommends_at_most_what_the_policy_allows(rich_fund: Fund, carl: User, now: datetime) -> None:
    request = take(sent_in(at=now, amount=1500), by=carl, at=now)

    with pytest.raises(transitions.MoreThanAsked):
        recommend(request, by=carl, at=now, amount=1001)
    assert recommend(request, by=carl, at=now, amount=1000).status == Status.RECOMMENDED_GRANT


def test_a_band_asks_for_three(
    rich_fund: Fund, stella: User, carl: User, person: Callable[..., User], now: datetime
) -> None:
    rule(rich_fund, by=stella, at=now, bands=(Band(dollars(500), 2), Band(None, 3)))
    approvers = [person(name, "approver") for name in ("amy", "ava", "abe")]
    small, large = (on_table(amount, by=carl, at=now) for amount in (500, 501))

    assert [approve(small, by=by, at=now).status for by in approvers[:2]] == [Status.PARTLY_APPROVED, Status.APPROVED]
    assert [approve(large, by=by, at=now).status for by in approvers] == [
        Status.PARTLY_APPROVED,
        Status.PARTLY_APPROVED,
        Status.APPROVED,
    ]


def test_second_grant_within_the_period_has_no_fast_lane(rich_fund: Fund, carl: User, ada: User, now: datetime) -> None:
    first = on_table(100, by=carl, at=now)
    approve(first, by=ada, at=now)
    within, after = now + timedelta(days=179), now + timedelta(days=181)

    second = joined_on_table(first, 100, by=carl, at=within)
    assert approve(second, by=ada, at=within).status == Status.PARTLY_APPROVED

    third = joined_on_table(first, 100, by=carl, at=after)
    assert approve(third, by=ada, at=after).status == Status.APPROVED


def test_cap_counts_over_all_cases_of_a_person(
    rich_fund: Fund, carl: User, ada: User, abel: User, now: datetime
) -> None:
    first = on_table(1000, by=carl, at=now)
    for by in (ada, abel):
        approve(first, by=by, at=now)
    second = joined_on_table(first, 501, by=carl, at=now)
    approve(second, by=ada, at=now)

    with pytest.raises(transitions.AboveCap):
        approve(second, by=abel, at=now)
    with refused("aid_cap_of_a_person"):
        Disbursement.objects.create(
            request=second,
            promise=first.disbursements.get().promise,
            amount_minor=50001,
            currency="USD",
            made_at=now,
        )
    assert list(proofs.broken()) == []


def test_after_the_period_the_cap_is_free_again(
    rich_fund: Fund, carl: User, ada: User, abel: User, now: datetime
) -> None:
    first = on_table(1000, by=carl, at=now)
    for by in (ada, abel):
        approve(first, by=by, at=now)
    later = now + timedelta(days=180)
    second = joined_on_table(first, 1000, by=carl, at=later)
    approve(second, by=ada, at=later)

    assert approve(second, by=abel, at=later).status == Status.APPROVED
    assert list(proofs.broken()) == []


def test_where_persons_count_nobody_approves_twice_for_one(
    rich_fund: Fund, stella: User, carl: User, ada: User, abel: User, now: datetime
) -> None:
    rule(rich_fund, by=stella, at=now, separation=Policy.Separation.PERSON)
    first = on_table(100, by=carl, at=now)
    approve(first, by=ada, at=now)
    second = joined_on_table(first, 100, by=carl, at=now)

    with pytest.raises(transitions.SamePerson):
        approve(second, by=ada, at=now)
    assert approve(second, by=abel, at=now).status == Status.PARTLY_APPROVED


def test_what_two_got_and_one_would_not_get_is_taken_back(
    rich_fund: Fund, carl: User, ada: User, abel: User, tess: User, now: datetime
) -> None:
    first, second = (on_table(900, by=carl, at=now) for _ in range(2))
    for request in (first, second):
        for by in (ada, abel):
            approve(request, by=by, at=now + timedelta(hours=request == second))
    pay(first, by=tess, at=now + timedelta(hours=2))

    same(first, second, by=carl, at=now + timedelta(hours=3))

    assert [status_of(first), status_of(second)] == [Status.PAID, Status.IN_REVIEW]
    assert not second.disbursements.filter(ended_at__isnull=True).exists()
    assert list(proofs.broken()) == []


def test_two_first_grants_of_one_person_are_not_both_first(
    rich_fund: Fund, carl: User, ada: User, abel: User, now: datetime
) -> None:
    first, second = (on_table(100, by=carl, at=now) for _ in range(2))
    approve(first, by=ada, at=now)
    approve(second, by=abel, at=now + timedelta(hours=1))

    same(first, second, by=carl, at=now + timedelta(hours=2))

    assert [status_of(first), status_of(second)] == [Status.APPROVED, Status.IN_REVIEW]
    assert list(proofs.broken()) == []


def on_table(amount: int, *, by: User, at: datetime) -> AidRequest:
    request = take(sent_in(at=at, amount=amount), by=by, at=at)
    return recommend(request, by=by, at=at)


def joined_on_table(first: AidRequest, amount: int, *, by: User, at: datetime) -> AidRequest:
    """Another request of the same person, recommended."""
    request = take(sent_in(at=at, amount=amount), by=by, at=at)
    recommend(request, by=by, at=at)
    same(first, request, by=by, at=at)
    return request


def same(first: AidRequest, second: AidRequest, *, by: User, at: datetime) -> None:
    joining.say(request_id=second.pk, other_id=first.pk, is_same=True, by=by, at=at)


def status_of(request: AidRequest) -> Status:
    return Status(AidRequest.objects.get(pk=request.pk).status)


def reviewer_of(request: AidRequest) -> User:
    assert request.taken_by
    return request.taken_by
