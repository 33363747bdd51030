"""Staff open a worker's file for a reason, written down and told to the worker; who has no need of it does not see it."""

import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from aid import attaching, conflicts, deciding, transitions
from aid.models import AidRequest, Attachment, Reveal
from aid.reasons import OpenReason
from aid.statuses import Status
from organisation.models import AuditEvent, User
from tests.aid.files_stage import PDF, PLACE, browser, page_says, telling_jpeg

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("liferaft", "private_files")]
Reach = Callable[..., AidRequest]


def with_file(request: AidRequest, at: datetime, content: bytes = PDF) -> Attachment:
    return attaching.add(request_id=request.pk, name="notice of wanda.pdf", content=content, at=at)


def desk_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(attachment: Attachment, request: AidRequest | None = None) -> str:
    case = request.pk if request else attachment.case.request.pk
    return f"/staff/aid/cases/{case}/files/{attachment.pk}/"


def open_it(user: User, attachment: Attachment, reason: str = "to_decide") -> Any:
    return desk_of(user).post(address(attachment), {"reason": reason})


def test_file_opens_as_a_download_that_nothing_keeps_or_runs(reach: Reach, carl: User, now: datetime) -> None:
    added = with_file(reach(Status.IN_REVIEW), now)

    answer = open_it(carl, added)

    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, PDF, "application/pdf")
    assert answer["Content-Disposition"] == 'attachment; filename="file.pdf"'
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


def test_opening_is_written_down_and_the_worker_reads_it(reach: Reach, carl: User, now: datetime) -> None:
    added = with_file(reach(Status.IN_REVIEW), now)

    open_it(carl, added, "identity")

    reveal = Reveal.objects.get()
    event = AuditEvent.objects.get(action="aid.opened_attachment")
    assert (reveal.detail, reveal.reason, reveal.by, reveal.case) == ("attachment", "identity", carl, added.case)
    assert (event.actor_id, event.reason) == (carl.pk, "identity")
    assert "an attachment, to check with you which account is meant" in page_says(
        browser(added.case.request).get("/aid/case/")
    )


@pytest.mark.parametrize("reason", ["", "curiosity", "to_pay"])
def test_without_a_reason_nothing_opens(reach: Reach, carl: User, now: datetime, reason: str) -> None:
    added = with_file(reach(Status.IN_REVIEW), now)

    answer = open_it(carl, added, reason)

    assert answer.status_code == 422
    assert PDF not in answer.content
    assert not Reveal.objects.exists()


def test_asking_for_the_page_opens_nothing(reach: Reach, carl: User, now: datetime) -> None:
    added = with_file(reach(Status.IN_REVIEW), now)

    page = desk_of(carl).get(address(added))

    assert "Not checked by a virus scanner." in page_says(page)
    assert b"wanda" not in page.content
    assert not Reveal.objects.exists()


def test_picture_says_that_it_was_made_anew(reach: Reach, carl: User, now: datetime) -> None:
    added = with_file(reach(Status.IN_REVIEW), now, telling_jpeg())

    page = page_says(desk_of(carl).get(address(added)))

    assert "made anew from its pixels" in page
    assert "Not checked" not in page


MAY: list[tuple[str, Status, bool]] = [
    ("carl", Status.DRAFT, False),
    ("carl", Status.RECEIVED, True),
    ("cora", Status.IN_REVIEW, True),
    ("carl", Status.PAID, True),
    ("ada", Status.RECEIVED, False),
    ("ada", Status.IN_REVIEW, False),
    ("ada", Status.RECOMMENDED_GRANT, True),
    ("abel", Status.APPROVED, True),
    ("stella", Status.IN_REVIEW, True),
    ("tess", Status.IN_REVIEW, False),
    ("tess", Status.APPROVED, False),
    ("adam", Status.IN_REVIEW, False),
    ("fay", Status.IN_REVIEW, False),
    ("edith", Status.IN_REVIEW, False),
    ("otto", Status.IN_REVIEW, False),
]


@pytest.mark.parametrize(("name", "status", "may"), MAY)
def test_who_may_open_a_file_in_which_status(
    request: pytest.FixtureRequest, reach: Reach, now: datetime, name: str, status: Status, may: bool
) -> None:
    asked = reach(status)
    added = with_file(asked, now)
    desk = desk_of(request.getfixturevalue(name))

    answers = [desk.get(address(added)), desk.post(address(added), {"reason": "to_decide"})]

    assert [answer.status_code == 200 for answer in answers] == [may, may]
    assert all(answer.status_code in (200, 302, 403, 404) for answer in answers)
    assert Reveal.objects.exists() == may


def test_nobody_sees_who_stands_outside(reach: Reach, client: Client, now: datetime) -> None:
    added = with_file(reach(Status.IN_REVIEW), now)

    answer = client.post(address(added), {"reason": "to_decide"})

    assert (answer.status_code, "login" in answer["Location"]) == (302, True)


def test_case_out_of_sight_keeps_its_files_out_of_sight(reach: Reach, carl: User, now: datetime) -> None:
    asked = reach(Status.RECEIVED)
    added = with_file(asked, now)
    conflicts.declare(request_id=asked.pk, by=carl, at=now)

    assert desk_of(carl).get(address(added)).status_code == 404
    assert open_it(carl, added).status_code == 404


def test_deed_itself_asks_who_it_is(reach: Reach, carl: User, tess: User, now: datetime) -> None:
    asked = reach(Status.APPROVED)
    added = with_file(asked, now)
    conflicts.declare(request_id=asked.pk, by=carl, at=now)

    for person, refusal in ((carl, transitions.InConflict), (tess, transitions.NotAllowed)):
        with pytest.raises(refusal):
            attaching.open_for_staff(
                request_id=asked.pk, attachment_id=added.pk, by=person, reason=OpenReason.TO_DECIDE, at=now
            )
    assert not Reveal.objects.exists()


def test_approver_loses_sight_of_what_was_sent_back(reach: Reach, ada: User, now: datetime) -> None:
    asked = reach(Status.RECOMMENDED_GRANT)
    added = with_file(asked, now)
    deciding.send_back(request_id=asked.pk, by=ada, seen=asked.version, note="once more", at=now)

    assert open_it(ada, added).status_code == 404


def test_file_of_another_case_is_not_there(reach: Reach, carl: User, now: datetime) -> None:
    added, other = with_file(reach(Status.IN_REVIEW), now), reach(Status.IN_REVIEW)
    desk = desk_of(carl)

    for place in (address(added, other), f"/staff/aid/cases/{other.pk}/files/{uuid.uuid4()}/"):
        assert desk.get(place).status_code == 404
        assert desk.post(place, {"reason": "to_decide"}).status_code == 404


def test_what_is_erased_or_lost_is_said_and_not_written_down_as_opened(
    reach: Reach, carl: User, now: datetime, private_files: Path
) -> None:
    asked = reach(Status.IN_REVIEW)
    erased, lost = with_file(asked, now), with_file(asked, now, telling_jpeg())
    attaching.forget(erased, at=now)
    next(private_files.rglob(lost.pk.hex)).unlink()

    assert [open_it(carl, each).status_code for each in (erased, lost)] == [410, 410]
    assert not Reveal.objects.exists()


def test_what_waits_for_the_scanner_or_was_refused_does_not_open(
    reach: Reach, carl: User, now: datetime, settings: Settings
) -> None:
    added = with_file(reach(Status.IN_REVIEW), now)
    settings.CLAMD_URL = "unix:///nowhere"

    assert open_it(carl, added).status_code == 409
    assert "waits for the virus scanner" in page_says(desk_of(carl).get(address(added)))
    Attachment.objects.update(state=Attachment.State.REFUSED)
    settings.CLAMD_URL = ""
    assert open_it(carl, added).status_code == 409
    assert not Reveal.objects.exists()


def test_scanned_file_opens_also_after_the_scanner_was_taken_away(reach: Reach, carl: User, now: datetime) -> None:
    added = with_file(reach(Status.IN_REVIEW), now)
    Attachment.objects.update(state=Attachment.State.CLEAN)

    assert "Not checked" not in page_says(desk_of(carl).get(address(added)))
    assert open_it(carl, added).status_code == 200


def test_worker_who_may_look_at_theirs_has_no_way_to_the_desk(reach: Reach, now: datetime) -> None:
    asked = reach(Status.IN_REVIEW)
    added = with_file(asked, now)
    worker = browser(asked)

    assert worker.get(f"{PLACE}{added.pk}/").status_code == 200
    assert worker.post(address(added), {"reason": "to_decide"}).status_code == 302
    assert not Reveal.objects.exists()
