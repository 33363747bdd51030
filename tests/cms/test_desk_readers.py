"""Readers at the desk: found, looked at, and served as they asked; nobody is subscribed by staff's word."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cms.models import ConsentRecord, Subscriber, Topic
from cms.models.subscribers import address_index
from core import clock
from mail.models import OutgoingEmail, Suppression
from organisation.models import AuditEvent, User

pytestmark = pytest.mark.usefixtures("liferaft")

AT = datetime(2026, 1, 15, 12, tzinfo=UTC)
PLAIN = b"email,consented_at\nann@mail.example,2021-03-04\n=cmd|calc!A0,2021-03-04\nben@mail.example,\n"


@pytest.fixture
def desk(as_editor: Client) -> Client:
    return as_editor


def reader(email: str, state: str = "active", *, at: datetime = AT, **more: Any) -> Subscriber:
    times: dict[str, Any] = {
        "consented_at": None if state == "pending" else at,
        "left_at": at if state == "left" else None,
    }
    row = {"email": email, "address_index": address_index(email), "state": state, "created_at": at}
    return Subscriber.objects.create(**row | times | more)


def shown(browser: Client, name: str = "cms_readers", *args: object, **asked: str) -> str:
    answer = browser.get(reverse(name, args=args), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def post(browser: Client, name: str, *args: object, **sent: Any) -> str:
    return browser.post(reverse(name, args=args), sent, follow=True).content.decode()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {"ann", "ben", "cat", "dan"}),
        ({"q": "ANN@mail.example"}, {"ann"}),
        ({"q": "N@mail"}, {"ann", "ben", "dan"}),
        ({"state": "paused"}, {"ben"}),
        ({"state": "left"}, {"dan"}),
        ({"language": "es"}, {"cat"}),
        ({"agreed_until": "2025-12-31"}, {"ben"}),
        ({"left_since": "2026-01-01", "left_until": "2026-01-31"}, {"dan"}),
        ({"since": "soon"}, set()),
    ],
)
def test_readers_are_found(asked: dict[str, str], found: set[str], desk: Client) -> None:
    reader("ann@mail.example")
    reader("ben@mail.example", at=AT - timedelta(days=90), paused_until=clock.now().date() + timedelta(days=9))
    reader("cat@post.example", "pending", language="es")
    reader("dan@mail.example", "left", left_by="page")

    listed = shown(desk, **asked)

    assert {name for name in ("ann", "ben", "cat", "dan") if f">{name}@" in listed} == found


def test_readers_of_a_topic_leave_as_a_file_without_formulas(desk: Client, edith: User) -> None:
    events = Topic.objects.create(name="Events")
    reader("+sum@mail.example", source_detail="=1+1").topics.add(events)
    reader("ann@mail.example")

    answer = desk.get(reverse("cms_readers"), {"topic": str(events.pk), "export": "csv"})

    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode())))
    assert [(row["E-mail address"], row["Source in detail"]) for row in rows] == [("'+sum@mail.example", "'=1+1")]
    event = AuditEvent.objects.get(action="cms.subscribers_exported")
    assert (event.actor_id, event.reason) == (edith.pk, "csv:1")


def test_list_and_page_ask_no_more_for_more_readers(
    desk: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    topic = Topic.objects.create(name="Events")
    for number in range(30):
        reader(f"reader{number}@mail.example").topics.add(topic)
    shown(desk)

    with django_assert_max_num_queries(24):
        shown(desk)
    with django_assert_max_num_queries(24):
        shown(desk, "cms_reader", Subscriber.objects.first().pk)  # type: ignore[union-attr]  # made above


def test_who_is_added_is_asked_by_letter_and_gets_nothing_before(desk: Client) -> None:
    page = post(desk, "cms_readers_add", email="ann@mail.example", language="es")

    ann = Subscriber.objects.get()
    assert (ann.state, ann.consented_at, ann.source_detail) == ("pending", None, "desk")
    assert OutgoingEmail.objects.get().recipient == "ann@mail.example"
    assert "asks them to confirm" in page
    assert AuditEvent.objects.filter(action="cms.reader_asked", object_id=ann.pk).exists()


def test_who_complained_is_not_asked_again_by_staff(desk: Client) -> None:
    Suppression.objects.create(address_index=address_index("ann@mail.example"), reason="complained", since=AT)

    page = post(desk, "cms_readers_add", email="ann@mail.example", language="en")

    assert "reported as unwanted" in page
    assert not OutgoingEmail.objects.exists()


def test_staff_do_what_a_reader_asks_and_it_is_written_down(desk: Client, edith: User) -> None:
    ann, events = reader("ann@mail.example"), Topic.objects.create(name="Events")
    until = clock.now().date() + timedelta(days=30)

    post(desk, "cms_reader_pause", ann.pk, until=until.isoformat())
    post(desk, "cms_reader_resume", ann.pk)
    post(desk, "cms_reader_choose", ann.pk, language="es", topics=[events.pk])
    post(desk, "cms_reader_leave", ann.pk)

    ann.refresh_from_db()
    assert (ann.state, ann.left_by, ann.language, list(ann.topics.all())) == ("left", "desk", "es", [events])
    assert [record.what for record in ann.records.order_by("pk")] == ["paused", "resumed", "chose", "left"]
    deeds = AuditEvent.objects.filter(object_id=ann.pk, actor_id=edith.pk, action__startswith="cms.reader")
    assert deeds.count() == 4
    page = shown(desk, "cms_reader", ann.pk)
    assert "By staff, on request" in page or "by staff, on request" in page


@pytest.mark.parametrize("days", [0, -1, 400])
def test_pause_ends_within_a_year(days: int, desk: Client) -> None:
    ann = reader("ann@mail.example")

    page = post(desk, "cms_reader_pause", ann.pk, until=(clock.now().date() + timedelta(days=days)).isoformat())

    assert "after today and within a year" in page
    assert not ConsentRecord.objects.exists()


def test_erased_reader_is_kept_out_by_a_hash_alone(desk: Client) -> None:
    ann = reader("ann@mail.example")

    post(desk, "cms_reader_erase", ann.pk)

    assert not Subscriber.objects.exists()
    listed = shown(desk, q="ann@mail.example")
    assert "Only its owner can change that" in listed
    assert "wanted no more letters" in listed


def test_bounce_is_lifted_with_a_reason_and_nothing_else_is(desk: Client) -> None:
    for name, why in [("ann", "bounced"), ("ben", "complained"), ("cat", "left")]:
        reader(f"{name}@mail.example", "left", left_by=why if why != "left" else "page")
        Suppression.objects.create(address_index=address_index(f"{name}@mail.example"), reason=why, since=AT)

    without = post(desk, "cms_readers_lift", email="ann@mail.example", note="")
    for name in ("ann", "ben", "cat"):
        post(desk, "cms_readers_lift", email=f"{name}@mail.example", note="She called: the mailbox was full.")

    assert "This field is required" in without
    assert {row.email[:3]: row.state for row in Subscriber.objects.all()} == {
        "ann": "active",
        "ben": "left",
        "cat": "left",
    }
    assert set(Suppression.objects.values_list("reason", flat=True)) == {"complained", "left"}


def test_growth_counts_where_the_organisation_is(desk: Client) -> None:
    # In New York it is still December.
    newyear = clock.now().astimezone(UTC).replace(day=1, hour=2, minute=0)
    reader("ann@mail.example", at=newyear)
    reader("ben@mail.example", "left", at=newyear + timedelta(days=1))

    page = shown(desk, "cms_readers_growth")

    before = (newyear - timedelta(hours=6)).date()
    assert f'agreed_since={before.replace(day=1)}&amp;agreed_until={before}">1</a>' in page
    assert f"left_since={newyear.date()}&amp;left_until=" in page


def test_list_is_looked_at_before_it_is_taken_in(desk: Client, settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "private": settings.STORAGES["private"] | {"OPTIONS": {"location": tmp_path}}
    }

    looked = desk.post(reverse("cms_readers_file"), {"file": SimpleUploadedFile("list.csv", PLAIN)})
    page = looked.content.decode()

    assert "Nothing was written yet" in page
    assert "Take in 1 reader" in page
    assert not Subscriber.objects.exists()
    (kept,) = (tmp_path / "readers").iterdir()
    assert b"ann@mail" not in kept.read_bytes()
    take = reverse("cms_readers_file_take", args=[kept.stem])
    refused = b"".join(desk.post(take, {"refused": ""})).decode()
    assert "'=cmd" in refused
    assert "ben@mail.example" in refused
    assert "1 joined" in desk.post(take, {"take": ""}, follow=True).content.decode()
    assert Subscriber.objects.get().email == "ann@mail.example"
    assert not list((tmp_path / "readers").iterdir())
    assert "choose it again" in desk.post(take, {"take": ""}, follow=True).content.decode()


def test_list_that_somebody_else_looked_at_is_not_there(desk: Client, adam: User, settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "private": settings.STORAGES["private"] | {"OPTIONS": {"location": tmp_path}}
    }
    desk.post(reverse("cms_readers_file"), {"file": SimpleUploadedFile("list.csv", PLAIN)})
    (kept,) = (tmp_path / "readers").iterdir()
    other = Client()
    other.force_login(adam)

    page = other.post(reverse("cms_readers_file_take", args=[kept.stem]), {"take": ""}, follow=True).content.decode()

    assert "choose it again" in page
    assert not Subscriber.objects.exists()


def test_wrong_file_is_told_beside_its_field(desk: Client) -> None:
    page = desk.post(reverse("cms_readers_file"), {"file": SimpleUploadedFile("list.csv", b"PK\x03\x04rest")})

    assert "This is an archive (ZIP)" in page.content.decode()
