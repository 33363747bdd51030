"""What keeps the eyes on a case honest: conflicts of interest, cases that look alike, signs that only advise."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from aid import holding, joining, signs
from aid.models import AidRequest, Conflict, Match
from aid.reasons import DeclineReason, HoldReason
from aid.statuses import Status
from organisation.models import User
from tests.aid.desk_stage import at_desk, case_page, page, path, press, queue_page, share_worker_id, shown, words

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]


def alike(one: AidRequest, other: AidRequest) -> str:
    return reverse("aid_case_alike", args=[one.pk, other.pk])


def home(who: User) -> str:
    return page(who, reverse("wagtailadmin_home"))


def test_whoever_knows_the_worker_never_meets_the_case_again(
    reach: Reach, carl: User, cora: User, now: datetime
) -> None:
    request, other = reach(Status.IN_REVIEW), reach(Status.IN_REVIEW)
    share_worker_id(request, other)
    joining.say(request_id=request.pk, other_id=other.pk, is_same=True, by=cora, at=now)
    third = reach(Status.IN_REVIEW)
    holding.put_email(third.case, holding.get(other.case, "email"))
    third.case.save()
    assert "Looks like another case" in case_page(carl, third)

    answer = press(carl, request, "conflict")

    assert answer["Location"] == reverse("aid_cases")
    every = (request, other, third)
    assert shown(carl, *every) == shown(carl, *every, status="mine") == [third]
    assert ">1</strong> <span>in review</span>" in home(carl)
    export = at_desk(carl).get(reverse("aid_cases"), {"export": "csv"})
    assert request.case.short not in b"".join(export.streaming_content).decode()  # type: ignore[attr-defined]  # a file
    assert "Looks like another case" not in case_page(carl, third)
    assert "looks like" not in queue_page(carl)
    for hidden in (request, other):
        assert at_desk(carl).get(path(hidden)).status_code == 404
        assert press(carl, hidden, "recommend-grant", amount="10", note="").status_code == 404
        assert press(carl, hidden, "note", note="x").status_code == 404
        assert at_desk(carl).get(alike(third, hidden), follow=True).status_code == 200
        at_desk(carl).post(alike(third, hidden), {"same": "yes"})
    assert Match.objects.count() == 1
    for one in every:
        one.refresh_from_db()
    assert request.taken_by is None
    assert set(shown(cora, *every)) == {one for one in every if one.status != Status.JOINED}


def test_step_back_from_a_worker_id_hides_cases_and_tells_nothing(reach: Reach, carl: User) -> None:
    request = reach(Status.RECEIVED)
    address = reverse("aid_step_back")

    answers = [
        words(at_desk(carl).post(address, {"worker_id": typed}, follow=True))  # type: ignore[arg-type]  # the client's own
        for typed in ("  a1wanda0000000 ", "A1NOBODY000000")
    ]

    told = [re.search(r"Written down\.[^<]*", answer) for answer in answers]
    assert [found and found[0] for found in told] == [told[0] and told[0][0]] * 2
    assert told[0]
    assert at_desk(carl).get(path(request)).status_code == 404
    assert not any("A1" in str(vars(row)) for row in Conflict.objects.all())


def test_nobody_asks_for_many_worker_ids(reach: Reach, carl: User) -> None:
    browser = at_desk(carl)

    answers = [browser.post(reverse("aid_step_back"), {"worker_id": f"A{number}"}) for number in range(4)]

    assert [answer.status_code for answer in answers] == [302] * 3 + [422]
    assert Conflict.objects.count() == 3


def test_what_two_cases_share_is_named_and_not_shown(reach: Reach, carl: User) -> None:
    request, other = reach(Status.IN_REVIEW), reach(Status.RECEIVED)
    share_worker_id(request, other)
    AidRequest.objects.filter(pk=other.pk).update(pay_to_index=request.pay_to_index)

    body = case_page(carl, request) + page(carl, alike(request, other)) + queue_page(carl)

    assert "Both have the Worker ID, where the money goes." in body
    assert other.case.short in body
    assert "looks like another" in body
    assert "A1WANDA0000000" not in body
    assert "wanda-pay" not in body


def test_the_desk_finds_the_same_likenesses_as_the_deed(reach: Reach, carl: User) -> None:
    request, other, free = (reach(Status.IN_REVIEW) for _number in range(3))
    share_worker_id(request, other)

    rows = signs.alike_beside(AidRequest.objects.all(), carl)

    for row in rows:
        found = {one["pk"] for shared in signs.SHARED for one in getattr(row, f"like_{shared}")}
        assert found == {str(one.other.pk) for one in joining.alike(row)}
    body = queue_page(carl)
    assert body.count("looks like another") == 2
    assert free.case.short in body


@pytest.mark.parametrize(("answer", "is_same"), [("yes", True), ("no", False)])
def test_it_is_said_once_whether_two_cases_are_one_persons(
    answer: str, is_same: bool, reach: Reach, carl: User, cora: User
) -> None:
    request, other = reach(Status.IN_REVIEW), reach(Status.IN_REVIEW)
    share_worker_id(request, other)
    assert "only a steward can take it back" in page(carl, alike(request, other))
    assert at_desk(carl).post(alike(request, other), {}).status_code == 422
    assert not Match.objects.exists()

    at_desk(carl).post(alike(request, other), {"same": answer})
    again = at_desk(cora).post(alike(other, request), {"same": "yes"}, follow=True)

    assert [match.is_same for match in Match.objects.all()] == [is_same]
    assert "said it already" in words(again)  # type: ignore[arg-type]  # the client's own
    assert "Looks like another case" not in case_page(carl, request)


def test_case_that_looks_like_nothing_is_not_asked_about(reach: Reach, carl: User) -> None:
    request, other = reach(Status.IN_REVIEW), reach(Status.IN_REVIEW)

    assert at_desk(carl).post(alike(request, other), {"same": "yes"}).status_code == 302
    assert not Match.objects.exists()


def test_approver_is_told_that_a_likeness_waits_and_not_whose(reach: Reach, ada: User) -> None:
    request, other = reach(Status.RECOMMENDED_GRANT), reach(Status.RECEIVED)
    share_worker_id(request, other)

    body = case_page(ada, request)

    assert "Another case looks like this one." in body
    assert other.case.short not in body
    assert press(ada, request, "approve").status_code == 409


def test_signs_advise_the_reviewer_alone_and_say_how_they_err(reach: Reach, carl: User, ada: User) -> None:
    request, other = reach(Status.IN_REVIEW, amount=1000), reach(Status.IN_REVIEW)
    for one in (request, other):
        holding.put_requester(one.case, "A mean requester")
        one.case.save()

    body = case_page(carl, request)

    for said in ("has the same words", "groups pass texts on", "is the most that may be asked for"):
        assert said in body
    assert "report the same requester" in body
    assert "None of it is a reason to decline." in body
    press(carl, request, "recommend-grant", amount="10", note="")
    assert "Worth a second look" not in case_page(ada, request)
    assert "has the same words" not in case_page(ada, request)


def test_own_second_case_is_no_sign(reach: Reach, carl: User) -> None:
    request, other = reach(Status.IN_REVIEW), reach(Status.DECLINED)
    share_worker_id(request, other)
    at_desk(carl).post(alike(request, other), {"same": "yes"})

    assert "has the same words" not in case_page(carl, request)


def test_no_sign_is_a_reason() -> None:
    slugs = set(re.findall(r'Sign\(\s*"(\w+)"', Path(signs.__file__).read_text()))

    assert slugs == {"same_story", "amount_at_most", "payment_changes", "same_requester"}
    assert not slugs & {*DeclineReason.values, *HoldReason.values}


def test_hold_is_lifted_by_who_put_it_or_a_steward(
    reach: Reach, carl: User, cora: User, stella: User, now: datetime
) -> None:
    request, other = reach(Status.IN_REVIEW), reach(Status.IN_REVIEW)
    press(carl, request, "hold", reason="question", days="2", note="asks his bank")
    hold = request.holds.get()

    def lift(who: User, on: AidRequest) -> int:
        return at_desk(who).post(reverse("aid_case_lift", args=[on.pk, hold.pk])).status_code

    assert "asks his bank" in case_page(cora, request)
    assert lift(cora, request) == 403
    assert lift(carl, other) == 404
    assert lift(stella, request) == 302
    assert "asks his bank" not in case_page(cora, request)
    assert hold.until - hold.at == timedelta(days=2)


def test_case_of_others_does_not_exist(reach: Reach, ada: User) -> None:
    request = reach(Status.IN_REVIEW)

    assert at_desk(ada).get(path(request)).status_code == 404
    assert press(ada, request, "note", note="x").status_code == 404
    assert press(ada, request, "approve").status_code == 404
