"""Load and age: counted right, without a worker, in few questions to the database."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from moneyed import Money

from aid import deciding, load, reviewing
from aid.models import AidRequest, Case
from aid.statuses import Status
from organisation.models import AuditEvent, User

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]
ZONE = ZoneInfo("America/New_York")
_EVERY = [status for status in Status if status != Status.DRAFT]


def piles(at: datetime) -> dict[str, load.Pile]:
    return {str(pile.holder): pile for pile in load.piles(hidden=Case.objects.none(), at=at)}


def test_what_waits_lies_with_a_person_or_before_a_deed(reach: Reach, now: datetime) -> None:
    # What expires takes every other question with it: it comes first.
    for status in sorted(_EVERY, key=lambda status: status != Status.EXPIRED):
        reach(status, amount=20)

    found = piles(now + timedelta(days=8))

    assert {name: (pile.count, pile.asked) for name, pile in found.items()} == {
        "Carl": (1, 1),
        "nobody yet": (2 + _older_of_a_joined_one(), 0),
        "to decide": (3, 0),
        "to pay": (1, 0),
    }


def _older_of_a_joined_one() -> int:
    return 1


def test_ages_are_counted_in_bands_with_the_oldest_and_the_middle_one(reach: Reach, now: datetime) -> None:
    ages = [0, 2, 3, 7, 8, 14, 15, 200]
    for age in ages:
        request = reach(Status.RECEIVED, amount=20)
        AidRequest.objects.filter(pk=request.pk).update(submitted_at=now - timedelta(days=age))

    pile = piles(now)["nobody yet"]

    assert pile.by_band == [2, 2, 2, 2]
    assert (pile.oldest, pile.median) == (200, 7.5)


def test_answers_are_counted_with_what_became_of_them(reach: Reach, now: datetime) -> None:
    for status in [
        Status.APPROVED,
        Status.CONFIRMED,
        Status.ANSWERED,
        Status.DECLINED,
        Status.APPEALED,
        Status.DECLINED_FINALLY,
        Status.IN_REVIEW,
        Status.WITHDRAWN,
    ]:
        reach(status, amount=20)

    months = load.months(2, hidden=Case.objects.none(), zone=ZONE, at=now)

    assert [month.first for month in months] == [date(2026, 2, 1), date(2026, 3, 1)]
    march = months[1]
    assert (march.count, march.declined, march.appealed, march.overturned, march.upheld) == (6, 3, 2, 0, 1)
    assert march.median == pytest.approx(3 / 24)
    assert march.slowest_tenth is None
    assert months[0].count == 0


def test_an_appeal_that_ends_with_a_grant_is_counted_as_overturned(
    reach: Reach, cora: User, abel: User, stella: User, now: datetime
) -> None:
    request = reach(Status.APPEALED, amount=20)
    later = now + timedelta(days=1)
    request = reviewing.take(request_id=request.pk, by=cora, seen=request.version, at=later)
    request = reviewing.recommend_grant(
        request_id=request.pk, by=cora, seen=request.version, amount=Money(20, "USD"), note="", at=later
    )
    for who in (abel, stella):
        if request.status != Status.APPROVED:
            request = deciding.approve(request_id=request.pk, by=who, seen=request.version, at=later)

    march = load.months(1, hidden=Case.objects.none(), zone=ZONE, at=now)[0]

    assert request.status == Status.APPROVED
    assert (march.count, march.declined, march.appealed, march.overturned, march.upheld) == (1, 1, 1, 1, 0)


def test_the_slowest_tenth_is_told_from_ten_on() -> None:
    def month(days: list[float]) -> load.Month:
        return load.Month(date(2026, 3, 1), days, 0, 0, 0, 0)

    assert month([float(day) for day in range(9)]).slowest_tenth is None
    assert month([float(day) for day in range(1, 11)]).slowest_tenth == 10
    assert month([float(day) for day in range(1, 21)]).slowest_tenth == 19


def test_the_page_and_the_files_name_no_worker(reach: Reach, client: Client, carl: User) -> None:
    requests = [reach(status, amount=20) for status in _EVERY]
    client.force_login(carl)

    texts = [client.get(reverse("aid_load")).content.decode()]
    for table in ["", "answers"]:
        answer = client.get(reverse("aid_load"), {"export": "csv", "table": table})
        texts.append(b"".join(answer.streaming_content).decode())  # type: ignore[attr-defined]  # a file

    for text in texts:
        assert "anda" not in text.replace("Wagtail", "")
        assert not any(request.case.short in text for request in requests)
    first = list(csv.reader(io.StringIO(texts[1])))
    assert first[0][:2] == ["Where it lies", "Open"]
    assert AuditEvent.objects.filter(action="aid.load_exported", actor_id=carl.pk).count() == 2


def test_the_page_takes_few_questions_whatever_waits(reach: Reach, client: Client, carl: User) -> None:
    client.force_login(carl)
    client.get(reverse("aid_load"))
    with CaptureQueriesContext(connection) as empty:
        client.get(reverse("aid_load"))
    for status in _EVERY:
        reach(status, amount=20)
    with CaptureQueriesContext(connection) as full:
        client.get(reverse("aid_load"))

    assert len(full) == len(empty)
    assert len(full) <= 15, [query["sql"][:120] for query in full]


def test_empty_it_says_so(client: Client, carl: User) -> None:
    client.force_login(carl)

    shown = client.get(reverse("aid_load")).content.decode()

    assert "Nothing waits." in shown
    assert "Nothing was answered in this time." in shown
