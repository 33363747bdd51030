"""A reader's own page: opened once by a link to their own address; choose, rest, leave, see and erase everything."""

import json
import time
from datetime import datetime

import pytest
from django.test import Client

from cms.models.subscribers import Subscriber, Topic
from core import formtoken
from mail.models import OutgoingEmail, Suppression
from mail.suppressing import Reason, suppress
from tests.cms.readers import stage

pytestmark = pytest.mark.django_db
PAGE = "/subscribe/preferences/"


def ask(client: Client, email: str) -> bytes:
    return client.post(PAGE, {"form_token": formtoken.issue("newsletter.form"), "email": email}).content


def test_page_is_opened_once_by_the_button_of_a_letter_and_sets_no_cookie(client: Client, ann: Subscriber) -> None:
    ask(client, ann.email)
    address = stage.link(stage.letters(ann.email, ":open:")[0])
    looked = client.get(address)
    opened = client.post(address)
    again = client.post(address)

    assert "ann@example.org" not in looked.content.decode()
    assert "ann@example.org" in opened.content.decode()
    assert again.status_code == 410
    assert "used already" in client.get(address).content.decode()
    assert not client.cookies


def test_link_opens_for_a_quarter_of_an_hour_and_the_page_for_half_an_hour_after_the_last_click(
    client: Client, ann: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(client, ann.email)
    address = stage.link(stage.letters(ann.email, ":open:")[0])
    _page, visit = stage.open_own_page(client, ann.email)
    start = time.time()

    monkeypatch.setattr("django.core.signing.time.time", lambda: start + 16 * 60)
    assert client.post(address).status_code == 410
    assert client.post(PAGE, {"visit": visit, "do": "go_on"}).status_code == 200
    monkeypatch.setattr("django.core.signing.time.time", lambda: start + 31 * 60)
    assert client.post(PAGE, {"visit": visit, "do": "leave"}).status_code == 403
    ann.refresh_from_db()
    assert ann.state == "active"


def test_wish_for_a_link_is_answered_the_same_for_every_address_and_three_letters_a_day(
    client: Client, ann: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {ask(client, email) for email in (ann.email, "nobody@example.org") for _time in range(5)}
    start = time.time()
    monkeypatch.setattr("core.throttle.time.time", lambda: start + 3600)
    answers.add(ask(client, ann.email))
    stage.sign_up(client, ann.email)

    assert len(answers) == 1
    # With the letter by which she signed up, these are the three of a day.
    assert len(stage.letters(ann.email, ":open:")) == 2
    assert len(stage.letters(ann.email, ":asked:")) == 1
    assert not stage.letters("nobody@example.org")


def test_who_called_our_letters_unwanted_gets_one_link_a_day_and_who_never_confirmed_none(
    client: Client, ann: Subscriber, wall: datetime
) -> None:
    suppress(email=ann.email, reason=Reason.COMPLAINED, source="webhook", at=wall)
    OutgoingEmail.objects.filter(pk__in=[letter.pk for letter in stage.letters(ann.email, ":asked:")]).delete()
    stage.sign_up(client, "ben@example.org")
    for _time in range(3):
        ask(client, ann.email)
        ask(client, "ben@example.org")

    assert len(stage.letters(ann.email, ":open:")) == 1
    assert not stage.letters("ben@example.org", ":open:")
    assert len(stage.letters("ben@example.org", ":asked:")) == 3


def test_reader_chooses_topics_and_a_language_by_its_own_name(
    client: Client, ann: Subscriber, topics: list[Topic]
) -> None:
    page, visit = stage.open_own_page(client, ann.email)
    choice = {"visit": visit, "do": "choose", "topics": [topics[0].pk], "language": "es"}
    client.post(PAGE, choice)
    client.post(PAGE, choice)

    ann.refresh_from_db()
    assert "Español" in page
    assert (ann.language, [*ann.topics.all()]) == ("es", [topics[0]])
    (record,) = ann.records.filter(what="chose")
    assert record.how == f"es: {topics[0].pk}"


def test_topic_that_is_not_offered_any_more_can_be_kept_and_not_chosen(
    client: Client, ann: Subscriber, topics: list[Topic]
) -> None:
    ann.topics.add(topics[0])
    Topic.objects.update(is_offered=False)
    page, visit = stage.open_own_page(client, ann.email)
    refused = client.post(PAGE, {"visit": visit, "do": "choose", "topics": [topics[1].pk], "language": "en"})

    assert topics[0].name in page
    assert topics[1].name not in page
    assert "Something needs another look" in refused.content.decode()
    assert [*ann.topics.all()] == [topics[0]]


def test_reader_pauses_goes_on_leaves_and_comes_back_for_what_is_ticked_then(
    client: Client, ann: Subscriber, topics: list[Topic]
) -> None:
    _page, visit = stage.open_own_page(client, ann.email)
    before = OutgoingEmail.objects.count()
    for deed in ("pause-1", "go_on", "leave", "subscribe"):
        client.post(PAGE, {"visit": visit, "do": deed, "topics": [topics[1].pk], "language": "es"})

    ann.refresh_from_db()
    assert (ann.state, ann.paused_until) == ("active", None)
    assert (ann.language, [*ann.topics.all()]) == ("es", [topics[1]])
    decided = [*ann.records.order_by("pk").values_list("what", flat=True)]
    assert decided == ["asked", "confirmed", "paused", "resumed", "left", "confirmed"]
    # Who is on their own page needs no letter about it; the welcome comes anew.
    assert OutgoingEmail.objects.count() == before + 1


def test_reader_gets_everything_as_a_file(client: Client, ann: Subscriber, topics: list[Topic]) -> None:
    ann.topics.add(topics[0])
    _page, visit = stage.open_own_page(client, ann.email)
    answer = client.post(PAGE, {"visit": visit, "do": "data"})
    held = json.loads(answer.content)

    assert "attachment" in answer["Content-Disposition"]
    assert (held["email"], held["topics"]) == ("ann@example.org", ["Mass rejections"])
    assert [record["what"] for record in held["what_you_decided"]] == ["asked", "confirmed"]
    assert len(held["other_letters_to_you"]) == 3
    unnamed = {"key", "address_index", "id"}
    assert {field.name for field in Subscriber._meta.local_fields} - unnamed <= held.keys()


def test_reader_is_erased_after_one_question_and_may_come_again(client: Client, ann: Subscriber) -> None:
    _page, visit = stage.open_own_page(client, ann.email)
    asked = client.post(PAGE, {"visit": visit, "do": "erase"}).content.decode()
    unsure = client.post(PAGE, {"visit": visit, "do": "erase", "sure": "1"}).content.decode()
    was_there = Subscriber.objects.count()
    client.post(PAGE, {"visit": visit, "do": "erase", "sure": "1", "is_sure": "on"})

    assert "keyed hash" in asked
    assert "Tick the box" in unsure
    assert was_there == 1
    assert not Subscriber.objects.exists()
    assert not stage.letters("ann@example.org")
    assert Suppression.objects.get().reason == "left"
    assert client.post(PAGE, {"visit": visit, "do": "data"}).status_code == 403

    stage.subscribe(client, "ann@example.org")
    assert Subscriber.objects.get().state == "active"
    assert not Suppression.objects.exists()
