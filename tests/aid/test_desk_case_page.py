"""The page of a case: everything needed to decide and nothing more."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest
from moneyed import Money

from aid import appealing, asking, holding, joining, policy, reviewing
from aid.answers import Kind
from aid.models import AidRequest, Policy, Reinstatement
from aid.reasons import CheckPoint, DeclineReason
from aid.statuses import Status
from ledger.models import Fund
from organisation.models import User
from tests.aid.desk_stage import case_page, press, share_worker_id, words

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]


def test_rejection_shows_its_figures_to_who_reads_the_story(reach: Reach, carl: User, ada: User, tess: User) -> None:
    request = reach(Status.APPROVED)
    case = request.case
    case.kind, case.hits_rejected, case.lost_minor = Kind.REJECTION, 340, 5120
    case.rating_before, case.rating_after = Decimal("99.2"), Decimal("91.0")
    holding.put(case, "notice", "You broke the rules.")
    holding.put_requester(case, "Acme Research")
    case.save()
    Reinstatement.objects.create(case=case, outcome=Reinstatement.Outcome.PARTLY, at=case.created_at)

    told = [
        "340 pieces of work rejected, $51.20",
        "99.2 % before, 91.0 % after",
        "Acme Research",
        "You broke the rules.",
    ]
    told += ["I have it back, but", "My account was closed over night."]

    for who in (carl, ada):
        body = case_page(who, request)
        assert [what for what in told if what not in body] == []
    body = case_page(tess, request)
    assert [what for what in told if what in body] == []


def make_policy(fund: Fund, *, version: int, at: datetime, **columns: int) -> Policy:
    rules = {"max_per_request_minor": 5000, "cap_minor": 15000, "cap_days": 30, "fast_lane_minor": 0}
    days = {"answer_days": 7, "info_days": 30}
    return Policy.objects.create(fund=fund, version=version, made_at=at, **(rules | days | columns))


def test_policy_says_what_it_means_for_this_request(
    reach: Reach, carl: User, cora: User, full_fund: Fund, now: datetime
) -> None:
    many_years = 36500
    make_policy(full_fund, version=1, at=now, fast_lane_minor=5000, cap_days=many_years)
    earlier, request = reach(Status.PAID, amount=40), reach(Status.IN_REVIEW, amount=50)
    body = case_page(carl, request)
    assert (
        f"at most $50.00 a request; apart from this request, this person has had $0.00 of $150.00 within {many_years} days"
        in body
    )
    assert "fast lane (first grant, up to $50.00): one approval" in body

    share_worker_id(earlier, request)
    joining.say(request_id=request.pk, other_id=earlier.pk, is_same=True, by=cora, at=now)

    body = case_page(carl, request)
    assert "apart from this request, this person has had $40.00 of $150.00" in body
    assert "2 approvals" in body


def test_given_approvals_are_counted(reach: Reach, ada: User, abel: User) -> None:
    request = reach(Status.PARTLY_APPROVED, amount=300)

    assert "2 approvals, 1 given" in case_page(abel, request)
    assert press(ada, request, "approve").status_code == 409, "ada has approved already"
    assert press(abel, request, "approve").status_code == 302


def test_policy_is_the_one_that_was_in_force_when_the_review_began(
    reach: Reach, carl: User, full_fund: Fund, now: datetime
) -> None:
    request = reach(Status.IN_REVIEW)
    frozen = policy.in_force(full_fund)
    make_policy(full_fund, version=frozen.version + 1, at=now)

    body = case_page(carl, request)

    assert f"Policy {frozen.version}" in body
    assert "at most $1,000.00 a request" in body


@pytest.mark.parametrize("missing", CheckPoint.values)
def test_grant_needs_the_whole_checklist_and_keeps_what_was_ticked(missing: str, reach: Reach, carl: User) -> None:
    request = reach(Status.IN_REVIEW)
    ticked = [point for point in CheckPoint.values if point != missing]

    response = press(carl, request, "recommend-grant", amount="50", note="typed with care", checked=ticked)

    assert response.status_code == 422
    body = words(response)
    assert "Something is not checked yet." in body
    assert "typed with care" in body
    boxes = dict(re.findall(r'<input type="checkbox" name="checked" value="(\w+)"([^>]*)>', body))
    assert {point for point, rest in boxes.items() if "checked" in rest.split()} == set(ticked)
    assert not request.reviews.exists()


def test_checklist_is_kept_with_the_recommendation(reach: Reach, carl: User) -> None:
    request = reach(Status.IN_REVIEW)

    press(carl, request, "recommend-grant", amount="50", note="")

    assert set(request.reviews.get().checked) == set(CheckPoint.values)


def test_stale_page_says_what_has_changed(reach: Reach, carl: User, cora: User, now: datetime) -> None:
    request = reach(Status.IN_REVIEW)
    seen = request.version
    asking.ask(request_id=request.pk, by=cora, seen=seen, question="How much is the rent?", at=now)

    response = press(carl, request, "recommend-grant", amount="50", note="typed with care", seen=seen)

    assert response.status_code == 409
    body = words(response)
    assert "Somebody moved this request on while your page was open: question to the worker." in body
    assert "typed with care" in body


def test_appeal_is_for_people_who_had_no_part(
    reach: Reach, carl: User, cora: User, ada: User, stella: User, now: datetime
) -> None:
    request = reach(Status.DECLINED)
    appealing.appeal(request_id=request.pk, ground="It was for rent alone.", at=now)

    body = case_page(carl, request)
    assert "before the appeal" in body
    assert "/take/" not in body
    assert press(carl, request, "take").status_code == 409
    for who in (cora, stella):
        body = case_page(who, request)
        assert "It was for rent alone." in body
        assert "/take/" in body
    assert press(stella, request, "take").status_code == 302
    request.refresh_from_db()
    assert (request.status, request.taken_by) == (Status.IN_REVIEW, stella)


def test_steward_reviews_nothing_that_was_not_appealed(reach: Reach, stella: User) -> None:
    request = reach(Status.RECEIVED)

    assert "/take/" not in case_page(stella, request)
    assert press(stella, request, "take").status_code == 403


def test_money_that_came_back_is_booked_back_and_waits_again(reach: Reach, tess: User, carl: User) -> None:
    request = reach(Status.PAID)

    assert press(tess, request, "came-back", reason="returned").status_code == 302

    request.refresh_from_db()
    assert request.status == Status.APPROVED
    assert "sent it back" in case_page(tess, request)
    assert press(carl, request, "came-back", reason="returned").status_code == 403


def test_decline_names_the_reason_and_no_sign(reach: Reach, carl: User, ada: User, now: datetime) -> None:
    request = reach(Status.IN_REVIEW)
    reviewing.recommend_decline(
        request_id=request.pk, by=carl, seen=request.version, reason=DeclineReason.UNCLEAR, note="", at=now
    )

    assert "We could not understand enough to decide." in case_page(ada, request)
    assert press(carl, request, "recommend-decline", reason="same_story", note="").status_code == 422


def test_no_button_grants_more_than_the_policy_allows(reach: Reach, carl: User) -> None:
    request = reach(Status.IN_REVIEW, amount=1400)

    response = press(carl, request, "recommend-grant", amount="1200", note="")

    assert response.status_code == 422
    assert "$1,000" in words(response)
    assert request.amount == Money(1400, "USD")
