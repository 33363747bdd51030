"""A visit that was ended stays ended, and what is said afterwards is true for everybody."""

import time
import uuid
from collections.abc import Callable
from copy import copy
from datetime import datetime

import pytest
from django.test import Client

from aid import applying, erasing
from aid.answers import Kind
from aid.models import AidRequest
from aid.statuses import Status
from aid.worker import visiting
from tests.aid.own_page import OURS, at_case, send, text
from tests.aid.test_worker_applies import begin

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]


def test_a_second_look_after_erasing_says_what_is_true_for_all(reach: Reach, full_fund: object, now: datetime) -> None:
    draft = applying.begin(kind=Kind.SUSPENSION, language="en", at=now).request
    said = []
    for request in (reach(Status.PAID), reach(Status.WITHDRAWN), draft):
        browser = at_case(request)
        erasing.erase_now(request_id=request.pk, at=now)
        said.append(text(browser, "/aid/case/held/"))

    assert said[0] == said[1] == said[2]
    assert "If we paid you, we also keep what tax law asks for" in said[0]
    assert "Nothing. What was not sent" not in said[0]


def test_a_draft_erased_just_now_leaves_nothing(full_fund: object, now: datetime) -> None:
    request = applying.begin(kind=Kind.SUSPENSION, language="en", at=now).request

    browser = at_case(request)
    answer = send(browser, "/aid/case/erase/", {"sure": "on"}, of=request)

    assert "Nothing. What was not sent leaves no trace." in text(browser, answer["Location"])


def test_a_copy_of_the_cookie_opens_nothing_after_the_visit_was_left(reach: Reach) -> None:
    """On a shared computer the next person may have it from the browser's files."""
    request = reach(Status.IN_REVIEW)
    browser, again = at_case(request), Client()
    again.cookies = copy(browser.cookies)
    assert "Being looked at" in text(again)

    browser.post("/aid/case/leave/", headers=OURS)

    assert "Being looked at" not in text(again)
    assert "Being looked at" not in text(again, "/aid/case/held/")


def test_other_visits_to_the_same_case_go_on(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    request = reach(Status.IN_REVIEW)
    phone = at_case(request)
    monkeypatch.setattr(visiting, "_now", lambda: int(time.time()) + 1)
    library = at_case(request)

    library.post("/aid/case/leave/", headers=OURS)

    assert "Being looked at" in text(phone)


@pytest.mark.parametrize(
    ("prefix", "elsewhere"), [("", "https://en.wikipedia.org/"), ("/es", "https://es.wikipedia.org/")]
)
def test_quick_exit_closes_the_page_and_goes_elsewhere(reach: Reach, prefix: str, elsewhere: str) -> None:
    request = reach(Status.IN_REVIEW)
    browser, again = at_case(request), Client()
    again.cookies = copy(browser.cookies)
    assert f'href="{prefix}/aid/away/"' in text(browser, f"{prefix}/aid/case/")

    answer = browser.get(f"{prefix}/aid/away/?next=https://evil.example/")

    assert (answer.status_code, answer["Location"]) == (303, elsewhere)
    assert answer["Clear-Site-Data"] == '"cache"'
    assert answer["Cache-Control"] == "no-store"
    assert not browser.cookies[visiting.cookie_name()].value
    assert "Being looked at" not in text(browser)
    assert "Being looked at" not in text(again)


def test_quick_exit_hides_a_draft_and_its_words(client: Client, full_fund: object) -> None:
    words = begin(client)
    assert words in text(client, "/aid/apply/when/")

    client.get("/aid/away/")

    for path in ("/aid/apply/words/", "/aid/apply/when/", "/aid/apply/check/", "/aid/case/"):
        assert words not in text(client, path)


def test_quick_exit_without_a_visit_sets_nothing(client: Client) -> None:
    answer = client.get("/aid/away/")

    assert answer.status_code == 303
    assert not answer.cookies


def test_questions_can_be_closed_on_this_device(client: Client, full_fund: object) -> None:
    assert "aid/case/leave/" not in text(client, "/aid/apply/")
    begin(client)

    for path in ("/aid/apply/", "/aid/apply/when/", "/aid/apply/check/"):
        assert 'action="/aid/case/leave/"' in text(client, path)


def test_closing_leads_to_a_page_that_can_be_loaded_again(reach: Reach) -> None:
    browser = at_case(reach(Status.IN_REVIEW))

    answer = browser.post("/es/aid/case/leave/", headers=OURS)

    assert (answer.status_code, answer["Location"]) == (303, "/es/aid/left/")
    assert 'href="/aid/left/"' in text(browser, "/es/aid/left/")
    assert "Your page is closed on this device" in text(browser, "/aid/left/")


@pytest.mark.parametrize("path", ["leave/", "arrived/", f"files/{uuid.UUID(int=1)}/remove/", "message/"])
def test_address_of_a_form_leads_to_the_page_when_it_is_loaded_again(reach: Reach, path: str) -> None:
    browser = at_case(reach(Status.PAID))

    assert browser.get(f"/aid/case/{path}")["Location"] == "/aid/case/"
    assert "Has it arrived?" in text(browser)


def test_pages_that_say_farewell_lead_back_while_the_page_is_open(reach: Reach) -> None:
    browser = at_case(reach(Status.IN_REVIEW))

    for path in ("/aid/left/", "/aid/erased/"):
        assert browser.get(path)["Location"] == "/aid/case/"


def test_who_has_no_cookie_learns_that_it_is_needed(client: Client) -> None:
    assert "your browser does not accept the one cookie that we need" in text(client, "/aid/apply/words/")
