"""Seven words lead a worker back: on another device, after a break, to look, to withdraw, to erase."""

import re
from datetime import datetime

import pytest
from django.test import Client

from aid import applying
from aid.answers import Kind
from aid.models import AidRequest, Case
from aid.statuses import Status
from aid.worker import case_views, visiting
from ledger.models import Fund
from organisation.models import Organisation
from tests.aid.conftest import fill
from tests.aid.test_worker_applies import apply, begin, enter, post


@pytest.fixture
def wanda(client: Client, liferaft: Organisation, full_fund: Fund) -> Client:
    """A visitor's browser."""
    return client


def test_words_open_the_case_again_on_another_device(wanda: Client) -> None:
    words = apply(wanda)
    other = Client()

    response = enter(other, f"  {words.upper().replace(' ', ', ')} ")

    assert response["Location"] == "/aid/case/"
    page = other.get("/aid/case/").content.decode()
    assert "Received" in page
    assert "You have an answer by" in page


def test_wrong_and_unknown_words_get_the_same_answer(wanda: Client) -> None:
    apply(wanda)

    def answer(words: str) -> tuple[int, str, int]:
        response = enter(Client(), words)
        body = re.sub(r"(?s)<textarea.*?</textarea>", "", response.content.decode())
        return response.status_code, re.sub(r'value="[^"]*"', "", body), len(response.cookies)

    answers = {answer(words) for words in ("one", "abacus " * 6 + "abdomen", "zz yy xx", "'; DROP TABLE aid_case; --")}
    assert len(answers) == 1
    assert answers.pop()[0] == 200


def test_guessing_is_throttled_and_right_words_make_no_difference_then(wanda: Client) -> None:
    words = apply(wanda)
    for _guess in range(100):
        assert enter(Client(), "abacus abdomen abdominal abide abiding ability ablaze").status_code == 200

    assert enter(Client(), "abacus abdomen").status_code == 429
    too_many = enter(Client(), words)
    assert too_many.status_code == 429
    assert 'href="/aid/case/"' in too_many.content.decode()


def test_right_words_are_no_guess(wanda: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    words = apply(wanda)
    monkeypatch.setattr(case_views, "_TRIES", 3)

    assert [enter(Client(), words).status_code for _time in range(5)] == [302] * 5
    assert [enter(Client(), "abacus abdomen").status_code for _time in range(4)] == [200, 200, 200, 429]


def test_unsent_application_can_be_gone_on_with_by_its_words(wanda: Client) -> None:
    words = begin(wanda)
    other = Client()
    enter(other, words)

    page = other.get("/aid/case/").content.decode()

    assert "Not sent yet" in page
    assert other.get("/aid/apply/check/").status_code == 200


def test_late_answer_is_called_late(wanda: Client, now: datetime) -> None:
    begun = applying.begin(kind=Kind.SUSPENSION, language="en", at=now)
    fill(begun)
    applying.submit(request_id=begun.request.pk, at=now)
    enter(wanda, begun.words)

    page = wanda.get("/aid/case/").content.decode()

    assert "and we are late" in page
    assert "You have an answer by" not in page


def test_worker_sees_all_that_is_held(wanda: Client) -> None:
    apply(wanda)

    page = wanda.get("/aid/case/held/").content.decode()

    for told in ("A1WANDA", "wanda-pay@mail.example", "wanda@mail.example", "My account was closed over night."):
        assert told in page
    assert "Feb. 19, 2026" in page


def test_leaving_forgets_the_case_on_this_device(wanda: Client) -> None:
    apply(wanda)

    wanda.post("/aid/case/leave/")

    assert "Your seven words" in wanda.get("/aid/case/").content.decode()
    assert "A1WANDA" not in wanda.get("/aid/case/held/").content.decode()


def test_request_is_taken_back_after_being_asked_once(wanda: Client) -> None:
    apply(wanda)
    wanda.get("/aid/case/withdraw/")
    assert AidRequest.objects.get().status == Status.RECEIVED

    post(wanda, "/aid/case/withdraw/", purpose="aid.case")

    assert AidRequest.objects.get().status == Status.WITHDRAWN
    assert "Withdrawn by you" in wanda.get("/aid/case/").content.decode()


def test_unsent_application_is_erased_on_request(wanda: Client) -> None:
    begin(wanda)

    post(wanda, "/aid/case/withdraw/", purpose="aid.case")

    assert not Case.objects.exists()
    assert visiting.cookie_name() not in {name for name, m in wanda.cookies.items() if m.value}
