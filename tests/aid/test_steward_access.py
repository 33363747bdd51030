"""Who opened what: every opening is told, by week, and a number that stands out accuses nobody."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from aid import conflicts, looks
from aid.models import AidRequest, Reveal
from aid.reasons import Detail, OpenReason
from aid.statuses import Status
from core import clock
from organisation.models import AuditEvent, User

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]
ZONE = ZoneInfo("America/New_York")


def opened(request: AidRequest, by: User, *, at: datetime, times: int = 1) -> None:
    Reveal.objects.bulk_create(
        Reveal(case=request.case, detail=Detail.EMAIL, reason=OpenReason.CONTACT, by=by, at=at)
        for _time in range(times)
    )


def numbers(mondays: list[date]) -> dict[str, tuple[list[int], list[bool]]]:
    nobody_known = User.objects.create(username="somebody")
    found = looks.by_week(mondays, zone=ZONE, steward=nobody_known)
    return {one.person.username: (list(one.counts), list(one.stands_out)) for one in found}


def test_weeks_begin_on_monday_where_the_organisation_is(reach: Reach, carl: User, now: datetime) -> None:
    request = reach(Status.IN_REVIEW)
    monday = datetime(2026, 3, 9, 3, 30, tzinfo=ZoneInfo("UTC"))  # still Sunday in New York
    opened(request, carl, at=monday)
    opened(request, carl, at=now)

    assert numbers(looks.weeks(2, zone=ZONE, at=now)) == {"carl": ([1, 1], [False, False])}


def test_a_week_stands_out_against_what_is_usual_here(reach: Reach, carl: User, cora: User, now: datetime) -> None:
    request = reach(Status.IN_REVIEW)
    for back in range(3):
        opened(request, carl, at=now - timedelta(weeks=back), times=2)
        opened(request, cora, at=now - timedelta(weeks=back), times=14 if back == 0 else 3)

    assert numbers(looks.weeks(3, zone=ZONE, at=now)) == {
        "cora": ([3, 3, 14], [False, False, True]),
        "carl": ([2, 2, 2], [False, False, False]),
    }


def test_where_everybody_opens_much_nobody_stands_out(reach: Reach, carl: User, cora: User, now: datetime) -> None:
    request = reach(Status.IN_REVIEW)
    for back in range(3):
        opened(request, carl, at=now - timedelta(weeks=back), times=15)
        opened(request, cora, at=now - timedelta(weeks=back), times=30)

    assert not any(True in flags for _counts, flags in numbers(looks.weeks(3, zone=ZONE, at=now)).values())


def test_the_first_weeks_of_all_stand_out_against_nothing(reach: Reach, carl: User, now: datetime) -> None:
    opened(reach(Status.IN_REVIEW), carl, at=now, times=30)

    assert numbers(looks.weeks(3, zone=ZONE, at=now))["carl"][1] == [False, False, False]


def test_the_log_tells_who_what_why_and_of_which_case(reach: Reach, carl: User, stella: User, client: Client) -> None:
    request = reach(Status.IN_REVIEW)
    opened(request, carl, at=clock.now())
    client.force_login(stella)

    page = client.get(reverse("aid_access_log")).content.decode()
    none = client.get(reverse("aid_access_log"), {"detail": Detail.PAY_TO}).content.decode()
    odd = client.get(reverse("aid_access_log"), {"by": "'", "case": "x", "detail": "x"})

    for word in ["Carl", "e-mail address", "to reach you about your request", request.case.short]:
        assert word in page
    assert request.case.short not in none
    assert odd.status_code == 200


def test_a_steward_reads_no_openings_of_a_worker_whom_they_know(
    reach: Reach, carl: User, stella: User, client: Client, now: datetime
) -> None:
    request = reach(Status.IN_REVIEW)
    opened(request, carl, at=now)
    conflicts.declare(request_id=request.pk, by=stella, at=now)
    client.force_login(stella)

    assert request.case.short not in client.get(reverse("aid_access_log")).content.decode()
    assert request.case.short not in _csv(client, "aid_access_log")


def test_the_log_as_a_file_is_written_down(
    reach: Reach, carl: User, stella: User, client: Client, now: datetime
) -> None:
    request = reach(Status.IN_REVIEW)
    opened(request, carl, at=now)
    client.force_login(stella)

    assert request.case.short in _csv(client, "aid_access_log")
    assert AuditEvent.objects.filter(action="aid.looks_exported", reason="csv:1", actor_id=stella.pk).exists()


def _csv(client: Client, name: str) -> str:
    answer = client.get(reverse(name), {"export": "csv"})
    return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # a file
