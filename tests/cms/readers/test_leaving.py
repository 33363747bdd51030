"""Whoever wants to leave can, at once and without a word; whoever holds a forwarded copy hurts nobody."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from cms.models import Delivery, NewsletterIssuePage, Sending
from cms.models.subscribers import Subscriber
from cms.readers import leave_links, leaving
from core import links
from mail.models import OutgoingEmail
from mail.suppressing import Reason, reason_of, suppress
from organisation.models import User
from tests.cms.readers import stage

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def delivery(ann: Subscriber, issue: NewsletterIssuePage, edith: User, adam: User, now: datetime) -> Delivery:
    """Ann's letter of issue 7, still waiting."""
    revision = issue.save_revision()
    sending = Sending.objects.create(issue=issue, revision=revision, revision_at=now, asked_by=edith, asked_at=now)
    sending.state, sending.agreed_by, sending.agreed_at, sending.due_at = Sending.State.WAITING, adam, now, now
    sending.save()
    sending.state, sending.started_at = Sending.State.SENDING, now
    sending.selected, sending.chosen, sending.left_out, sending.left_out_for = 1, 1, 0, {}
    sending.save()
    return Delivery.objects.create(sending=sending, subscriber=ann, language="en", domain="example.org", due_at=now)


def test_mail_program_leaves_by_one_post_without_cookie_token_or_redirect(ann: Subscriber, delivery: Delivery) -> None:
    program = Client(enforce_csrf_checks=True)
    before = OutgoingEmail.objects.count()
    address = f"/unsubscribe/{leave_links.head_token(ann.key, delivery.pk)}/"

    first = program.post(address, ONE_CLICK, headers={"Sec-Fetch-Site": "cross-site"})
    again = program.post(address, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")

    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert len(first.content) < 100
    assert not first.cookies
    ann.refresh_from_db()
    delivery.refresh_from_db()
    assert (ann.state, ann.left_by) == ("left", "one_click")
    assert delivery.unsubscribed_at == ann.left_at
    assert ann.records.filter(what="left").count() == 1
    assert OutgoingEmail.objects.count() == before


def test_holder_of_a_copy_leaves_by_no_post_without_the_reader_being_told(
    client: Client, ann: Subscriber, leave: str
) -> None:
    answer = client.post(leave, ONE_CLICK)

    ann.refresh_from_db()
    assert (answer.status_code, ann.state, ann.left_by) == (200, "left", "page")
    assert len(stage.letters(ann.email, ":left:")) == 1
    # The page of the head's link is there too, for mail programs that open it.
    assert client.get(f"/unsubscribe/{leave_links.head_token(ann.key)}/").status_code == 200


def test_looking_at_the_link_changes_nothing_and_never_presses_itself(
    client: Client, ann: Subscriber, leave: str
) -> None:
    page = client.get(leave)
    client.head(leave)

    ann.refresh_from_db()
    assert ann.state == "active"
    assert "<script" not in page.content.decode()
    assert not page.cookies
    assert "no-store" in page["Cache-Control"]


def test_forwarded_copy_shows_and_opens_nothing_of_the_readers(client: Client, ann: Subscriber, leave: str) -> None:
    token = leave.split("/")[2]
    page = client.get(leave).content.decode()

    assert "ann" not in page
    for address in (f"/subscribe/preferences/{token}/", f"/subscribe/back/{token}/", f"/subscribe/confirm/{token}/"):
        assert client.post(address).status_code in {404, 410}
    answer = client.post("/subscribe/preferences/", {"visit": token, "do": "erase", "sure": "1", "is_sure": "on"})
    assert answer.status_code == 403
    assert Subscriber.objects.filter(pk=ann.pk, state="active").exists()


def test_leaving_by_the_page_is_told_once_and_its_letter_takes_it_back(
    client: Client, ann: Subscriber, leave: str
) -> None:
    for _press in range(3):
        client.post(leave, {"do": "leave"})
    (told,) = stage.letters(ann.email, ":left:")
    ann.refresh_from_db()
    left_by = ann.left_by
    looked = client.get(stage.link(told))
    state_after_looking = Subscriber.objects.get().state
    client.post(stage.link(told))

    ann.refresh_from_db()
    assert (left_by, state_after_looking, looked.status_code) == ("page", "left", 200)
    assert (ann.state, ann.left_at, ann.left_by) == ("active", None, "")
    assert [*ann.records.order_by("pk").values_list("what", flat=True)][-2:] == ["left", "came_back"]


def test_slip_is_taken_back_on_the_page_within_a_day_and_not_later(client: Client, ann: Subscriber, leave: str) -> None:
    client.post(leave, ONE_CLICK)
    assert ">Undo<" in client.get(leave).content.decode()
    client.post(leave, {"do": "back"})
    ann.refresh_from_db()
    assert ann.state == "active"

    client.post(leave, ONE_CLICK)
    Subscriber.objects.filter(pk=ann.pk).update(left_at=ann.created_at - timedelta(days=2))
    page = client.post(leave, {"do": "back"}).content.decode()
    ann.refresh_from_db()
    assert ann.state == "left"
    assert ">Undo<" not in page


@pytest.mark.parametrize("reason", [Reason.BOUNCED, Reason.COMPLAINED])
def test_who_was_taken_off_for_a_reason_does_not_come_back_by_a_link(
    client: Client, ann: Subscriber, leave: str, wall: datetime, reason: Reason
) -> None:
    leaving.leave(ann, how=Subscriber.Left(reason.value), delivery=None, at=wall)
    suppress(email=ann.email, reason=reason, source="webhook", at=wall)

    client.post(leave, {"do": "back"})

    ann.refresh_from_db()
    assert ann.state == "left"


def test_pause_is_told_and_taken_back_by_its_letter_or_the_page(client: Client, ann: Subscriber, leave: str) -> None:
    client.post(leave, {"do": "pause-3"})
    client.post(leave, {"do": "pause-3"})
    ann.refresh_from_db()
    until = ann.paused_until
    (told,) = stage.letters(ann.email, ":paused:")
    client.post(stage.link(told))
    ann.refresh_from_db()
    after_the_letter = ann.paused_until
    client.post(leave, {"do": "pause-1"})
    client.post(leave, {"do": "go_on"})

    ann.refresh_from_db()
    assert until is not None
    assert until > ann.created_at.date() + timedelta(days=85)
    assert (after_the_letter, ann.paused_until, ann.state) == (None, None, "active")
    assert [*ann.records.order_by("pk").values_list("what", flat=True)][2:] == ["paused", "resumed"] * 2


@pytest.mark.parametrize(
    ("at", "months", "day"),
    [
        (datetime.fromisoformat("2026-01-31T12:00:00+00:00"), 1, "2026-02-28"),
        (datetime.fromisoformat("2026-11-30T12:00:00+00:00"), 3, "2027-02-28"),
        (datetime.fromisoformat("2026-12-01T02:00:00+00:00"), 1, "2026-12-30"),
    ],
)
@pytest.mark.usefixtures("liferaft")
def test_pause_ends_on_the_same_day_of_a_month_where_the_organisation_is(at: datetime, months: int, day: str) -> None:
    assert f"{leaving.in_months(months, at=at)}" == day


def test_link_of_an_erased_reader_still_shows_a_calm_page(client: Client, ann: Subscriber, leave: str) -> None:
    leaving.erase(ann, source="erased", at=ann.created_at)

    assert client.get(leave).status_code == 200
    assert client.post(leave, ONE_CLICK).status_code == 200
    assert "You get no more letters" in client.post(leave, {"do": "leave"}).content.decode()


def test_delivery_of_somebody_else_is_not_marked(client: Client, ann: Subscriber, delivery: Delivery) -> None:
    stage.subscribe(client, "ben@example.org")
    ben = Subscriber.objects.get(email="ben@example.org")

    client.post(f"/unsubscribe/{leave_links.token(ben.key, delivery.pk)}/", ONE_CLICK)

    delivery.refresh_from_db()
    assert delivery.unsubscribed_at is None


def test_link_that_we_did_not_make_leaves_nobody(client: Client, ann: Subscriber) -> None:
    forged = links.sign("newsletter.back", f"{ann.key.hex}:")

    assert client.get(f"/unsubscribe/{forged}/").status_code == 404
    assert client.post(f"/unsubscribe/{forged}/", ONE_CLICK).status_code == 404
    ann.refresh_from_db()
    assert ann.state == "active"


def test_erasing_leaves_a_hash_and_a_nameless_delivery(ann: Subscriber, delivery: Delivery, wall: datetime) -> None:
    Delivery.objects.update(state="sending")
    Delivery.objects.update(state="accepted", answer="250 taken by mx.ann-of-leeds.example", unsubscribed_at=wall)
    with pytest.raises(IntegrityError, match="is not changed"), transaction.atomic():
        Delivery.objects.update(domain="")

    leaving.erase(ann, source="erased", at=wall)

    delivery.refresh_from_db()
    assert (delivery.subscriber, delivery.domain, delivery.answer) == (None, "", "")
    # It is counted on.
    assert (delivery.state, delivery.unsubscribed_at) == ("accepted", wall)
    with pytest.raises(IntegrityError, match="is not changed"), transaction.atomic():
        Delivery.objects.update(domain="elsewhere.example")
    assert not Subscriber.objects.exists()
    assert not stage.letters("ann@example.org")
    assert reason_of("ANN@example.org") is Reason.LEFT
