"""What a worker's browser may send that no page of ours made, or that a tired person mistyped: a sentence, never a fault."""

from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape
from pytest_django import Settings

from aid import holding
from aid.models import AidRequest, Case
from core import formtoken
from ledger.models import Fund
from mail.models import OutgoingEmail
from organisation.models import Organisation, User
from tests.aid.test_worker_applies import ANSWERS, apply, begin, enter, post

FIELDS = {
    "work": ["requester", "hits_rejected", "lost"],
    "rating": ["before", "after"],
    "when": ["happened_on", "written"],
    "notice": ["notice"],
    "account": ["country", "tenure"],
    "id": ["worker_id"],
    "money": ["wants_money"],
    "needs": ["needs", "amount"],
    "story": ["story"],
    "payment": ["method", "pay_to"],
    "contact": ["email"],
}
# Where only a choice can be made, what is no choice is not shown again.
CHOICES = {"account", "money", "country", "wants_money"}


MANY = "9" * 400
NASTY = [
    "a\0b",
    "\x07bell\x1b[31m",
    "🛟" * 40,
    "مرحبا \u202egnp.exe",
    "<script>alert(1)</script>",
    '=HYPERLINK("http://evil.example")',
    "'; DROP TABLE aid_case; --",
    MANY,
    "-1",
    "NaN",
    "1e9",
    "٣٤",
    " \r\n ",
]


@pytest.fixture
def wanda(client: Client, liferaft: Organisation, full_fund: Fund) -> Client:
    """A visitor's browser."""
    return client


@pytest.mark.parametrize(
    ("page", "wrong", "sentence", "kept"),
    [
        ("needs", {"needs": ["rent"], "amount": "lots"}, "Please type the amount in digits", 'value="lots"'),
        ("needs", {"needs": ["rent"], "amount": "0"}, "above zero", 'value="0"'),
        ("needs", {"needs": ["rent"], "amount": "-5"}, "above zero", 'value="-5"'),
        ("needs", {"needs": ["rent"], "amount": "€20"}, "in US dollars", 'value="€20"'),
        ("needs", {"needs": ["rent"], "amount": "5000"}, "at most $1,000", 'value="5000"'),
        ("needs", {"amount": "20"}, "choose at least one", 'value="20"'),
        ("contact", {"email": "wanda(at)mail"}, "should look like", 'value="wanda(at)mail"'),
        ("when", {"written": "no", "happened_on": "2999-01-01"}, "has not come yet", 'value="2999-01-01"'),
        ("when", {"written": "no", "happened_on": "0026-02-19"}, "check the year", 'value="0026-02-19"'),
        ("payment", {"method": "paypal", "pay_to": ""}, "where the money should go", "checked"),
        ("payment", {"method": "amazon", "pay_to": "mine"}, "Select a valid choice", "mine"),
    ],
)
def test_wrong_answer_gets_a_sentence_and_is_kept(
    wanda: Client, page: str, wrong: dict[str, Any], sentence: str, kept: str
) -> None:
    begin(wanda)

    body = post(wanda, f"/aid/apply/{page}/", wrong).content.decode()

    assert sentence in body
    assert kept in body


def test_second_click_on_send_changes_nothing(wanda: Client) -> None:
    apply(wanda)

    response = post(wanda, "/aid/apply/check/")

    assert response["Location"] == "/aid/case/"
    assert AidRequest.objects.get().version == 1


@pytest.mark.parametrize("path", ["/aid/apply/words/", "/aid/apply/story/", "/aid/apply/check/"])
def test_going_back_after_sending_leads_to_the_case(wanda: Client, path: str) -> None:
    apply(wanda)

    assert wanda.get(path)["Location"] == "/aid/case/"
    assert post(wanda, path, ANSWERS["story"])["Location"] == "/aid/case/"


def test_form_of_another_site_is_refused(wanda: Client) -> None:
    data = {formtoken.FIELD: formtoken.issue("aid.apply"), "kind": "suspension"}

    assert wanda.post("/aid/apply/", data, headers={"Origin": "https://evil.example"}).status_code == 403
    assert wanda.post("/aid/apply/", data, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert not Case.objects.exists()


def test_old_page_keeps_what_was_typed(wanda: Client) -> None:
    begin(wanda)

    body = wanda.post("/aid/apply/story/", {"story": "typed long ago"}).content.decode()

    assert "Please send it once more" in body
    assert "typed long ago" in body
    assert AidRequest.objects.get().story_sealed is None


def test_beginning_is_throttled_with_calm_words(wanda: Client) -> None:
    for _beginning in range(60):
        post(Client(), "/aid/apply/", {"kind": "other"})

    response = post(Client(), "/aid/apply/", {"kind": "other"})

    assert response.status_code == 429
    assert "you did nothing wrong" in response.content.decode()


@pytest.mark.parametrize("typed", NASTY)
def test_nothing_that_is_typed_breaks_a_page(wanda: Client, typed: str) -> None:
    post(wanda, "/aid/apply/", {"kind": "rejection"})
    for slug, names in FIELDS.items():
        response = post(wanda, f"/aid/apply/{slug}/", dict.fromkeys(names, typed))

        assert response.status_code in (200, 302), slug
        if response.status_code == 200:
            body = response.content.decode()
            assert "Something needs another look" in body
            assert "<script>alert" not in body
            if typed not in ("a\0b", " \r\n "):
                assert escape(typed) in body or slug in CHOICES
    for path in ("/aid/apply/check/", "/aid/apply/on/", "/aid/case/", "/aid/case/held/"):
        assert wanda.get(path, follow=True).status_code == 200
        assert b"<script>alert" not in wanda.get(path, follow=True).content


def test_long_story_stays_and_says_how_much_is_too_much(wanda: Client) -> None:
    begin(wanda)
    story = "é" * 5001

    body = post(wanda, "/aid/apply/story/", {"story": story}).content.decode()

    assert "5001 characters long, and we can take 5000" in body
    assert story in body
    assert post(wanda, "/aid/apply/story/", {"story": story[:2499] + "\r\n" + story[:2500]}).status_code == 302


def test_own_words_are_kept_as_typed_in_any_script(wanda: Client) -> None:
    begin(wanda)
    story = 'שלום 🛟\n=1+1 <b>"quoted"</b>\tñ'

    post(wanda, "/aid/apply/story/", {"story": story.replace("\n", "\r\n") + "\0\x07"})

    assert holding.get(AidRequest.objects.get(), "story") == story
    assert escape('<b>"quoted"</b>') in wanda.get("/aid/apply/story/").content.decode()


@pytest.mark.parametrize(
    ("page", "name", "typed", "sentence"),
    [
        ("work", "hits_rejected", "many", "type the number in digits"),
        ("work", "hits_rejected", "1.5", "type the number in digits"),
        ("work", "hits_rejected", "99999999", "very large"),
        ("work", "lost", "1e6", "in digits"),
        ("work", "lost", "999999", "more than $100,000"),
        ("work", "requester", "x" * 121, "121 characters long"),
        ("rating", "before", "101", "at most 100"),
        ("rating", "after", "good", "rate in digits"),
        ("when", "happened_on", "30/02/2026", "type the day like"),
        ("when", "happened_on", "99999-01-01", "type the day like"),
        ("id", "worker_id", "A" * 41, "41 characters long"),
        ("money", "wants_money", "maybe", "Select a valid choice"),
        ("money", "wants_money", "", "Please choose one"),
        ("payment", "pay_to", "x" * 501, "501 characters long"),
        ("account", "country", "mars", "Select a valid choice"),
    ],
)
def test_slip_gets_its_sentence(wanda: Client, page: str, name: str, typed: str, sentence: str) -> None:
    post(wanda, "/aid/apply/", {"kind": "rejection"})

    body = post(wanda, f"/aid/apply/{page}/", {name: typed}).content.decode()

    assert sentence in body
    assert name in CHOICES or escape(typed) in body


def test_half_a_character_is_taken_as_unreadable(wanda: Client) -> None:
    begin(wanda)
    body = f"{formtoken.FIELD}={formtoken.issue('aid.apply')}&story=a%ED%A0%BDb%FF"

    response = wanda.post("/aid/apply/story/", body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 302
    assert "\ufffd" in holding.get(AidRequest.objects.get(), "story")


def test_forged_page_and_place_lead_nowhere(wanda: Client) -> None:
    begin(wanda)

    assert post(wanda, "/aid/apply/nowhere/", {}).status_code == 404
    assert post(wanda, "/aid/apply/what/", {"kind": "other"}).status_code == 404
    forged = post(wanda, "/aid/apply/when/", ANSWERS["when"] | {"then": "https://evil.example/"})
    assert forged["Location"] == "/aid/apply/notice/"
    other_purpose = post(wanda, "/aid/apply/story/", ANSWERS["story"], purpose="aid.case")
    assert "Please send it once more" in other_purpose.content.decode()


def test_page_sent_again_after_all_is_sent_changes_nothing(wanda: Client) -> None:
    apply(wanda)
    before = list(AidRequest.objects.values())

    for slug, answers in ANSWERS.items():
        assert post(wanda, f"/aid/apply/{slug}/", answers)["Location"] == "/aid/case/"

    assert list(AidRequest.objects.values()) == before


def test_more_beginnings_than_all_may_make_in_an_hour_are_asked_to_come_back(
    wanda: Client, adam: User, settings: Settings
) -> None:
    settings.APPLICATIONS_PER_HOUR = 3
    words = begin(wanda)
    for block in range(2):
        post(Client(REMOTE_ADDR=f"203.0.{block}.9"), "/aid/apply/", {"kind": "other"})

    refused = [post(Client(REMOTE_ADDR=f"198.51.{block}.9"), "/aid/apply/", {"kind": "other"}) for block in range(3)]

    assert {response.status_code for response in refused} == {429}
    assert all(0 < int(response["Retry-After"]) <= 3600 for response in refused)
    page = refused[0].content.decode()
    assert "This is about the number, not about you" in page
    assert "They open your page now, as always" in page
    assert Case.objects.count() == 3
    letter = OutgoingEmail.objects.get()
    assert letter.recipient == adam.email
    assert enter(Client(REMOTE_ADDR="198.51.0.9"), words).status_code == 302
    assert post(wanda, "/aid/apply/when/", ANSWERS["when"]).status_code == 302


def test_one_place_uses_up_its_own_budget_and_not_everybodys(wanda: Client, settings: Settings) -> None:
    settings.APPLICATIONS_PER_HOUR = 62
    for _beginning in range(80):
        post(Client(REMOTE_ADDR="203.0.113.9"), "/aid/apply/", {"kind": "other"})

    assert post(wanda, "/aid/apply/", {"kind": "other"}).status_code == 302
