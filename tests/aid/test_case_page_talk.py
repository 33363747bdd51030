"""A worker writes from their own page: a message, an answer, an appeal, a complaint, news of the account."""

from collections.abc import Callable
from datetime import datetime

import pytest

from aid import applying, holding
from aid.answers import Kind
from aid.models import AidRequest, Complaint, Message, Reinstatement
from aid.statuses import Status
from organisation.models import User
from tests.aid.conftest import fill
from tests.aid.own_page import OURS, at_case, send, text

Reach = Callable[..., AidRequest]

pytestmark = pytest.mark.usefixtures("liferaft")


def said(request: AidRequest) -> list[str]:
    return [holding.get(message, "body") for message in request.case.messages.order_by("at", "pk")]


@pytest.mark.parametrize("status", [Status.NEEDS_INFO, Status.EXPIRED])
def test_answer_brings_the_request_back(reach: Reach, status: Status) -> None:
    request = reach(status)
    wanda = at_case(request)
    assert "Send my answer" in text(wanda)

    answer = send(wanda, "/aid/case/message/", {"body": "It said: policy."}, of=request)

    assert answer["Location"] == "/aid/case/?done=message"
    request.refresh_from_db()
    assert request.status == Status.IN_REVIEW
    page = text(wanda, answer["Location"])
    assert "Your message is with us." in page
    assert "It said: policy." in page


def test_message_sent_twice_is_there_once(reach: Reach) -> None:
    request = reach(Status.RECEIVED)
    wanda = at_case(request)

    for _click in range(2):
        send(wanda, "/aid/case/message/", {"body": "I have a new number."}, of=request)

    assert said(request) == ["I have a new number."]


@pytest.mark.parametrize(
    "written",
    ["{words}", "my words are {words}, is that right?", "1. {lines} and so on"],
)
def test_message_with_the_seven_words_is_not_sent_and_kept(reach: Reach, now: datetime, written: str) -> None:
    begun = applying.begin(kind=Kind.SUSPENSION, language="en", at=now)
    fill(begun)
    request = applying.submit(request_id=begun.request.pk, at=now)
    typed = written.format(words=begun.words.upper(), lines="\n2. ".join(begun.words.split()))

    page = send(at_case(request), "/aid/case/message/", {"body": typed}, of=request).content.decode()

    assert "Your seven words are in this text" in page
    assert begun.words.split()[3].casefold() in page.casefold()
    assert not Message.objects.exists()


def test_seven_other_words_are_sent(reach: Reach) -> None:
    request = reach(Status.RECEIVED)

    send(
        at_case(request), "/aid/case/message/", {"body": "abacus abdomen abide abiding ability ablaze able"}, of=request
    )

    assert len(said(request)) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"), [("", "Please write a sentence first."), ("x" * 4001, "at most 4000 characters")]
)
def test_wrong_message_gets_a_sentence_and_is_kept(reach: Reach, typed: str, sentence: str) -> None:
    request = reach(Status.RECEIVED)

    page = send(at_case(request), "/aid/case/message/", {"body": typed}, of=request).content.decode()

    assert sentence in page
    assert typed in page


def test_old_page_keeps_what_was_typed(reach: Reach) -> None:
    request = reach(Status.RECEIVED)

    page = at_case(request).post("/aid/case/message/", {"body": "typed long ago"}, headers=OURS).content.decode()

    assert "Please send it once more" in page
    assert "typed long ago" in page
    assert not said(request)


def test_too_many_messages_wait_and_are_kept(reach: Reach) -> None:
    request = reach(Status.RECEIVED)
    wanda = at_case(request)
    for number in range(20):
        send(wanda, "/aid/case/message/", {"body": f"message {number}"}, of=request)

    page = send(wanda, "/aid/case/message/", {"body": "one more"}, of=request).content.decode()

    assert "Please send it again in an hour" in page
    assert "one more" in page
    assert len(said(request)) == 20


@pytest.mark.parametrize("ground", ["", "It is for rent, not for a car."])
def test_appeal_with_or_without_words(reach: Reach, ground: str) -> None:
    request = reach(Status.DECLINED)
    wanda = at_case(request)
    assert "People who had no part in the first answer" in text(wanda, "/aid/case/appeal/")

    for _click in range(2):
        send(wanda, "/aid/case/appeal/", {"ground": ground}, of=request)

    request.refresh_from_db()
    assert request.status == Status.APPEALED
    assert holding.get(request.appeal, "ground") == ground
    assert "Your appeal is received" in text(wanda)


@pytest.mark.parametrize("status", [Status.RECEIVED, Status.PAID, Status.DECLINED_FINALLY, Status.JOINED])
def test_what_was_not_declined_or_was_appealed_is_not_appealed(reach: Reach, status: Status) -> None:
    request = reach(status)

    answer = send(at_case(request), "/aid/case/appeal/", {"ground": "again"}, of=request)

    assert answer["Location"] == "/aid/case/"
    request.refresh_from_db()
    assert request.status == status


def test_complaint_goes_to_the_steward_and_its_answer_is_read(reach: Reach, stella: User, now: datetime) -> None:
    request = reach(Status.IN_REVIEW)
    wanda = at_case(request)
    for _click in range(2):
        send(wanda, "/aid/case/complaint/", {"about": "conduct", "body": "Somebody was rude."}, of=request)
    complaint = Complaint.objects.get()
    assert "Not answered yet" in text(wanda, "/aid/case/complaint/")

    holding.put(complaint, "answer", "You are right, and we are sorry.")
    complaint.closed_at, complaint.closed_by = now, stella
    complaint.save()

    assert "You are right, and we are sorry." in text(wanda)
    assert "Somebody was rude." in text(wanda, "/aid/case/complaint/")


def test_complaint_without_a_subject_is_kept(reach: Reach) -> None:
    request = reach(Status.IN_REVIEW)

    page = send(at_case(request), "/aid/case/complaint/", {"body": "a long tale"}, of=request).content.decode()

    assert "Please choose the one that is closest." in page
    assert "a long tale" in page


def test_money_that_did_not_arrive_is_the_stewards_too(reach: Reach) -> None:
    request = reach(Status.PAID)
    wanda = at_case(request)

    for _click in range(2):
        send(wanda, "/aid/case/arrived/", {"answer": "not_arrived"}, of=request)

    assert Complaint.objects.get().about == Complaint.About.MONEY
    assert "Somebody looks into it" in text(wanda)


def test_account_may_be_told_of_several_times(reach: Reach) -> None:
    request = reach(Status.CONFIRMED)
    wanda = at_case(request)

    for outcome in ("refused", "refused", "reinstated"):
        send(wanda, "/aid/case/account/", {"outcome": outcome, "on": "2026-03-01"}, of=request)

    assert list(Reinstatement.objects.values_list("outcome", flat=True)) == ["refused", "reinstated"]
    assert "They refused for good" in text(wanda, "/aid/case/account/")


def test_account_of_tomorrow_is_asked_about(reach: Reach) -> None:
    request = reach(Status.CONFIRMED)

    answers = {"outcome": "reinstated", "on": "2999-01-01"}
    page = send(at_case(request), "/aid/case/account/", answers, of=request).content.decode()

    assert "This day has not come yet" in page
    assert not Reinstatement.objects.exists()
