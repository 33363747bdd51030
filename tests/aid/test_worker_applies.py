"""A suspended worker applies from a phone: no account, no cookie before the first answer, nothing that stays."""

import json
from http.cookies import Morsel
from typing import Any

import pytest
from django.test import Client

from aid.models import AidRequest, Case
from aid.statuses import Status
from aid.worker import visiting
from core import formtoken
from ledger.models import Fund
from organisation.models import Organisation

ANSWERS: dict[str, dict[str, Any]] = {
    "when": {"happened_on": "2026-02-19", "written": "waiting"},
    "notice": {"notice": "Your account is closed for good."},
    "account": {"country": "us", "tenure": "3_to_10"},
    "id": {"worker_id": "A1WANDA"},
    "money": {"wants_money": "yes"},
    "needs": {"needs": ["rent", "food"], "amount": "$80.50"},
    "story": {"story": "My account was closed over night."},
    "payment": {"method": "paypal", "pay_to": "wanda-pay@mail.example"},
    "contact": {"email": "wanda@mail.example"},
}


@pytest.fixture
def wanda(client: Client, liferaft: Organisation, full_fund: Fund) -> Client:
    """A visitor's browser."""
    return client


def post(client: Client, path: str, answers: dict[str, Any] | None = None, *, purpose: str = "aid.apply") -> Any:
    if purpose == "aid.case" and path != "/aid/case/":
        purpose = client.get("/aid/case/").context["purpose"]
    data = {formtoken.FIELD: formtoken.issue(purpose)} | (answers or {})
    return client.post(path, data, headers={"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"})


def begin(client: Client) -> str:
    """Answer the first question and return the seven words."""
    post(client, "/aid/apply/", {"kind": "suspension"})
    words: str = client.get("/aid/apply/words/").context["words"]
    post(client, "/aid/apply/words/", {"kept": "on"})
    return words


def apply(client: Client) -> str:
    words = begin(client)
    for page, answers in ANSWERS.items():
        post(client, f"/aid/apply/{page}/", answers)
    post(client, "/aid/apply/check/")
    return words


def enter(client: Client, words: str) -> Any:
    return post(client, "/aid/case/", {"words": words}, purpose="aid.case")


def test_pages_follow_one_another_and_lead_to_a_sent_request(wanda: Client) -> None:
    seen = []
    response = post(wanda, "/aid/apply/", {"kind": "suspension"})
    while response.status_code == 302:
        page = response["Location"]
        seen.append(page)
        slug = page.rstrip("/").rpartition("/")[2]
        answers = ANSWERS.get(slug) or ({"kept": "on"} if slug == "words" else {})
        response = post(wanda, page, answers) if "/apply/" in page else wanda.get(page)

    assert seen == [
        "/aid/apply/words/",
        "/aid/apply/when/",
        "/aid/apply/notice/",
        "/aid/apply/account/",
        "/aid/apply/id/",
        "/aid/apply/money/",
        "/aid/apply/needs/",
        "/aid/apply/story/",
        "/aid/apply/payment/",
        "/aid/apply/contact/",
        "/aid/apply/check/",
        "/aid/case/",
    ]
    request = AidRequest.objects.get()
    assert (request.status, request.amount_minor, request.needs) == (Status.RECEIVED, 8050, ["rent", "food"])
    assert "Received" in response.content.decode()


def test_before_the_first_question_everything_is_said(wanda: Client) -> None:
    page = wanda.get("/aid/").content.decode()

    for promise in ("What we ask, and why", "Who sees it", "within 7 days", "If we cannot pay", "seven words"):
        assert promise in page


def test_no_cookie_before_the_first_answer_and_one_of_its_own_after(wanda: Client) -> None:
    for path in ("/aid/", "/aid/apply/", "/aid/case/", "/aid/apply/story/"):
        assert not wanda.get(path).cookies
    assert not post(wanda, "/aid/apply/", {}).cookies

    response = post(wanda, "/aid/apply/", {"kind": "suspension"})

    assert list(response.cookies) == [visiting.cookie_name()]
    cookie: Morsel[str] = response.cookies[visiting.cookie_name()]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Strict", 1800)


def test_cookie_tells_nothing_to_whoever_finds_it(wanda: Client) -> None:
    words = begin(wanda)

    raw = wanda.cookies[visiting.cookie_name()].value
    assert not any(word in raw for word in words.split() if len(word) > 4)
    assert str(AidRequest.objects.get().pk) not in raw


def test_cookie_forgets_after_half_an_hour(wanda: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(wanda)
    then = visiting._now()
    monkeypatch.setattr(visiting, "_now", lambda: then + visiting.IDLE_SECONDS + 1)

    response = post(wanda, "/aid/apply/story/", {"story": "a long text that must not be lost"})

    assert "a long text that must not be lost" in response.content.decode()
    assert "We have closed this page" in response.content.decode()
    assert AidRequest.objects.get().story_sealed is None


def test_changed_cookie_opens_nothing(wanda: Client) -> None:
    begin(wanda)
    wanda.cookies[visiting.cookie_name()] = wanda.cookies[visiting.cookie_name()].value[:-8] + "AAAAAAA="

    assert "We have closed this page" in wanda.get("/aid/apply/story/").content.decode()


def test_words_are_stored_nowhere_and_shown_until_the_request_is_sent(wanda: Client) -> None:
    words = begin(wanda)

    assert words in wanda.get("/aid/apply/story/").content.decode()
    assert words not in json.dumps([str(row) for row in Case.objects.values()])

    for page, answers in ANSWERS.items():
        post(wanda, f"/aid/apply/{page}/", answers)
    post(wanda, "/aid/apply/check/")
    assert words not in wanda.get("/aid/case/").content.decode()


@pytest.mark.parametrize(
    "path", ["/aid/apply/", "/aid/apply/words/", "/aid/apply/story/", "/aid/apply/check/", "/aid/case/"]
)
def test_nothing_is_kept_by_browser_or_cache(wanda: Client, path: str) -> None:
    begin(wanda)

    response = wanda.get(path)

    assert response["Cache-Control"] == "no-store"
    title = response.content.decode().partition("<title>")[2].partition("</title>")[0].lower()
    assert not any(word in title for word in ("aid", "help", "suspen", "raft", "money", "worker"))


def test_each_page_is_saved_and_going_back_shows_it(wanda: Client) -> None:
    begin(wanda)
    post(wanda, "/aid/apply/story/", ANSWERS["story"])

    assert "My account was closed over night." in wanda.get("/aid/apply/story/").content.decode()


def test_unfinished_request_is_led_to_what_is_missing(wanda: Client) -> None:
    begin(wanda)

    assert post(wanda, "/aid/apply/check/")["Location"] == "/aid/apply/when/"
    assert AidRequest.objects.get().status == Status.DRAFT


def test_second_application_is_taken_like_the_first(wanda: Client) -> None:
    first = apply(wanda)
    second = apply(wanda)

    assert first != second
    assert AidRequest.objects.filter(status=Status.RECEIVED).count() == 2


def test_without_a_fund_for_aid_the_page_says_so(client: Client, liferaft: Organisation) -> None:
    response = post(client, "/aid/apply/", {"kind": "suspension"})

    assert "We cannot take requests at the moment" in response.content.decode()


def test_spanish_address_speaks_spanish_and_keeps_the_language(wanda: Client) -> None:
    post(wanda, "/es/aid/apply/", {"kind": "suspension"})

    assert Case.objects.get().language == "es"
    assert "Anota estas siete palabras" in wanda.get("/es/aid/apply/words/").content.decode()
