"""A worker's page says in soft words how things stand, by when and what comes next; and it tells nothing that it must not."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aid import talking
from aid.models import AidRequest, Message, Reveal
from aid.reasons import Detail, OpenReason
from aid.statuses import Status
from core import clock
from organisation.models import Organisation, User
from tests.aid.own_page import at_case, text

Reach = Callable[..., AidRequest]

pytestmark = pytest.mark.usefixtures("liferaft")

NEXT = {
    Status.DRAFT: "You can go on where you stopped",
    Status.RECEIVED: "Next, one of us reads it",
    Status.IN_REVIEW: "One of us is on it",
    Status.NEEDS_INFO: "What did the notice say?",
    Status.EXPIRED: "Your answer brings it back",
    Status.ANSWERED: "We have answered you",
    Status.RECOMMENDED_GRANT: "One of us is on it",
    Status.RECOMMENDED_DECLINE: "One of us is on it",
    Status.PARTLY_APPROVED: "One of us is on it",
    Status.APPROVED: "a third person sends it",
    Status.DECLINED: "people who had no part in this answer",
    Status.APPEALED: "people who had no part in the first answer look at everything anew",
    Status.DECLINED_FINALLY: "a second time and came to the same answer",
    Status.PAID: "Has it arrived?",
    Status.CONFIRMED: "Nothing more is needed",
    Status.WITHDRAWN: "You took your request back",
    Status.JOINED: "One of us is on it",
}


def comparable(page: str) -> str:
    """Leave out what differs between any two cases: tokens, the cookie's age, the hour of a step."""
    page = re.sub(r'value="[^"]{20,}"', "", page)
    return re.sub(r'datetime="[^"]+"', "", page)


def tomorrow() -> date:
    return (clock.now() + timedelta(days=1)).date()


@pytest.mark.parametrize("status", list(Status))
def test_each_status_says_what_comes_next_and_asks_for_one_thing(reach: Reach, status: Status) -> None:
    request = reach(status)
    AidRequest.objects.filter(pk=request.pk, due_on__isnull=False).update(due_on=tomorrow())

    page = text(at_case(request))

    assert NEXT[status] in page
    assert page.count("button-primary") <= 1
    for staff_word in ("recommend", "reviewer", "joined", "approver", "expired", "person behind"):
        assert staff_word not in page.casefold()
    title = page.partition("<title>")[2].partition("</title>")[0]
    assert title == "Your page"


@pytest.mark.parametrize("status", list(Status))
def test_nothing_of_the_page_is_kept(reach: Reach, status: Status) -> None:
    answer = at_case(reach(status)).get("/aid/case/")

    assert answer["Cache-Control"] == "no-store"
    assert "Leave this page now" in answer.content.decode()


@pytest.mark.parametrize("path", ["/aid/case/", "/aid/case/withdraw/", "/aid/case/payment/", "/aid/case/erase/"])
def test_joined_case_looks_like_one_that_is_looked_at(reach: Reach, path: str) -> None:
    """Mallory types Wanda's Worker ID: this page must not say that Wanda wrote to us."""
    joined, looked_at = at_case(reach(Status.JOINED)), at_case(reach(Status.IN_REVIEW))

    pages, queries = [], []
    for browser in (joined, looked_at):
        with CaptureQueriesContext(connection) as asked:
            pages.append(comparable(text(browser, path)))
        # What is not of aid, as the organisation's name, is looked up once in a while for everybody.
        queries.append(
            [re.split(" WHERE | = ", query["sql"])[0] for query in asked.captured_queries if "aid_" in query["sql"]]
        )
    first, second = (re.sub(r"wanda\d?", "wanda", page) for page in pages)
    assert first == second
    assert queries[0] == queries[1]


@pytest.mark.parametrize("status", [Status.RECEIVED, Status.IN_REVIEW, Status.JOINED, Status.APPEALED])
def test_late_is_called_late(reach: Reach, status: Status, now: datetime) -> None:
    request = reach(status)
    AidRequest.objects.filter(pk=request.pk).update(due_on=(clock.now() - timedelta(days=1)).date())

    page = text(at_case(request))

    assert "and we are late" in page
    assert "You have an answer by" not in page


def test_report_without_money_is_not_told_of_money(reach: Reach) -> None:
    page = text(at_case(reach(Status.ANSWERED)))

    assert "We have written to them." in page
    assert "where the money should go" not in page


def test_what_we_wrote_is_new_once_and_known_to_be_seen(reach: Reach, carl: User, now: datetime) -> None:
    request = reach(Status.IN_REVIEW)
    talking.write_to_worker(request_id=request.pk, by=carl, body="We are <b>on</b> it.", at=now)
    wanda = at_case(request)

    first, second = text(wanda), text(wanda)

    assert "<strong>New</strong>" in first
    assert "<strong>New</strong>" not in second
    assert "We are &lt;b&gt;on&lt;/b&gt; it." in first
    assert Message.objects.get().seen_at


def test_notes_of_staff_are_nowhere(reach: Reach, carl: User, now: datetime) -> None:
    request = reach(Status.IN_REVIEW)
    talking.note(request_id=request.pk, by=carl, body="call the bank", at=now)
    wanda = at_case(request)

    for path in ("/aid/case/", "/aid/case/held/", "/aid/case/held.json"):
        assert "call the bank" not in text(wanda, path)


def test_openings_are_counted_with_their_reason_and_without_a_name(reach: Reach, carl: User, now: datetime) -> None:
    request = reach(Status.IN_REVIEW)
    for _time in range(2):
        Reveal.objects.create(case=request.case, detail=Detail.EMAIL, reason=OpenReason.CONTACT, by=carl, at=now)

    page = text(at_case(request))

    assert "They were opened 2 times" in page
    assert "e-mail address, to reach you about your request" in page
    assert carl.email not in page


def test_without_a_visit_every_address_asks_for_the_words(reach: Reach, client: object, liferaft: Organisation) -> None:
    request = reach(Status.PAID)
    stranger = at_case(request)
    stranger.cookies.clear()

    for path in ("message", "appeal", "complaint", "account", "payment", "held", "erase", "arrived", "withdraw"):
        answer = stranger.post(f"/aid/case/{path}/", {"body": "typed for long"})
        page = answer.content.decode()
        assert "seven words open it again" in page
    assert not Message.objects.exists()
