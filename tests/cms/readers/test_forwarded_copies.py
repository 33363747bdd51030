"""Whoever holds a letter that was passed on undoes nothing that its reader did, and all they do is told to the reader."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from cms.models.subscribers import ConsentRecord, Subscriber
from cms.readers import leaving
from mail.models import OutgoingEmail
from tests.cms.readers import stage

pytestmark = pytest.mark.django_db
PAGE = "/subscribe/preferences/"


def made_older(reader: Subscriber, *, days: int) -> None:
    """Move what a reader decided into the past, as the rows are kept from being changed."""
    for row in list(reader.records.order_by("pk")):
        what, how, at = row.what, row.how, row.at - timedelta(days=days)
        row.delete()
        ConsentRecord.objects.create(subscriber=reader, what=what, how=how, at=at)


def test_coming_back_by_the_page_is_told_and_its_letter_leads_out_again(
    client: Client, ann: Subscriber, leave: str
) -> None:
    client.post(leave, {"do": "leave"})
    client.post(leave, {"do": "back"})
    client.post(leave, {"do": "back"})

    (told,) = stage.letters(ann.email, ":back:")
    ann.refresh_from_db()
    assert ann.state == "active"
    client.post(stage.link(told, "unsubscribe"), {"do": "leave"})
    ann.refresh_from_db()
    assert ann.state == "left"
    # The last thing that happened is always told, also the second time on a day.
    assert stage.letters(ann.email)[-1].subject == stage.letters(ann.email, ":left:")[0].subject
    client.post(leave, {"do": "back"})
    ann.refresh_from_db()
    assert ann.state == "left"


def test_leaving_on_the_own_page_is_not_taken_back_by_a_letters_link(
    client: Client, ann: Subscriber, leave: str
) -> None:
    _page, visit = stage.open_own_page(client, ann.email)
    client.post(PAGE, {"visit": visit, "do": "leave"})

    client.post(leave, {"do": "back"})

    ann.refresh_from_db()
    assert ann.state == "left"


def test_pause_of_the_own_page_is_neither_ended_nor_shortened_by_a_letters_link(
    client: Client, ann: Subscriber, leave: str
) -> None:
    _page, visit = stage.open_own_page(client, ann.email)
    client.post(PAGE, {"visit": visit, "do": "pause-3"})
    ann.refresh_from_db()
    until, letters = ann.paused_until, OutgoingEmail.objects.count()

    for deed in ("go_on", "pause-1", "go_on"):
        client.post(leave, {"do": deed})
    ann.refresh_from_db()
    assert ann.paused_until == until
    assert OutgoingEmail.objects.count() == letters

    for deed in ("leave", "back"):
        client.post(leave, {"do": deed})
    ann.refresh_from_db()
    assert (ann.state, ann.paused_until) == ("active", until)


def test_pause_of_a_letter_is_taken_back_on_its_page_within_a_day_and_told(
    client: Client, ann: Subscriber, leave: str
) -> None:
    client.post(leave, {"do": "pause-3"})
    client.post(leave, {"do": "pause-1"})
    client.post(leave, {"do": "go_on"})
    (_told,) = stage.letters(ann.email, ":goes_on:")
    ann.refresh_from_db()
    assert ann.paused_until is None

    made_older(ann, days=2)
    client.post(leave, {"do": "pause-1"})
    (*_first, told) = stage.letters(ann.email, ":paused:")
    made_older(ann, days=2)
    client.post(leave, {"do": "go_on"})
    assert Subscriber.objects.exclude(paused_until=None).exists()
    # The letter that told of it went to the reader alone.
    client.post(stage.link(told))
    assert not Subscriber.objects.exclude(paused_until=None).exists()


def test_page_of_a_letter_tells_its_holder_nothing_but_what_that_link_just_did(
    client: Client, ann: Subscriber, leave: str, wall: datetime
) -> None:
    active = client.get(leave).content
    leaving.pause(ann, until=leaving.in_months(3, at=wall), how="own_page", at=wall)
    paused = client.get(leave).content
    leaving.leave(ann, how=Subscriber.Left.DESK, delivery=None, at=wall)
    left = client.get(leave).content
    leaving.erase(ann, source="erased", at=wall)

    assert active == paused == left == client.get(leave).content
