"""A worker sees all that we hold: every field, on the page and as a file."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from pytest_django import Settings

from aid import holding, talking
from aid.models import AidRequest, Attachment, Case
from aid.reasons import Detail, OpenReason
from aid.statuses import Status
from aid.worker import held
from organisation.models import Organisation, User
from tests.aid.own_page import at_case, send, text

Reach = Callable[..., AidRequest]

pytestmark = pytest.mark.usefixtures("liferaft")

# Sealed columns that are staff's own words, or that a row of staff's holds.
STAFFS = {"Note.body", "Review.note", "Decision.note", "Hold.note", "LegalHold.reason"}
SHOWN = {
    *("Case.notice", "Case.requester", "Case.worker_id", "Case.email", "AidRequest.story", "AidRequest.pay_to"),
    *("Message.body", "Attachment.name", "Complaint.body", "Complaint.answer", "Appeal.ground"),
    *("DisbursementAttempt.provider_reference", "TaxRecord.payee"),
}


@pytest.mark.parametrize(
    ("model", "labels", "left_out"),
    [(Case, held.CASE, held.NOT_LISTED["case"]), (AidRequest, held.REQUEST, held.NOT_LISTED["request"])],
)
def test_every_field_is_listed_or_left_out_on_purpose(model: Any, labels: dict[str, Any], left_out: set[str]) -> None:
    fields = {field.name for field in model._meta.concrete_fields}

    assert fields == set(labels) | left_out
    assert not set(labels) & left_out


def test_every_sealed_column_is_the_workers_to_read_or_staffs_own() -> None:
    sealed = {
        f"{model.__name__}.{field.name.removesuffix('_sealed')}"
        for model in apps.get_app_config("aid").get_models()
        for field in model._meta.concrete_fields
        if field.name.endswith("_sealed")
    }

    assert sealed == SHOWN | STAFFS


def fill_all(request: AidRequest, carl: User, now: datetime) -> None:
    """Put a word into every sealed column that is the worker's."""
    case = request.case
    holding.put(case, "notice", "MARK-notice")
    holding.put_requester(case, "MARK-requester")
    case.save()
    talking.write_to_us(request_id=request.pk, body="MARK-message", at=now)
    file = Attachment(case=case, kind="image/png", size=9, digest=b"0" * 32, at=now)
    holding.put(file, "name", "MARK-file.png")
    file.save()
    case.reveals.create(detail=Detail.WORKER_ID, reason=OpenReason.IDENTITY, by=carl, at=now)


def test_page_and_file_hold_all_of_it(reach: Reach, carl: User, now: datetime) -> None:
    request = reach(Status.CONFIRMED)
    fill_all(request, carl, now)
    wanda = at_case(request)
    send(wanda, "/aid/case/complaint/", {"about": "delay", "body": "MARK-complaint"}, of=request)

    page = text(wanda, "/aid/case/held/")
    answer = wanda.get("/aid/case/held.json")

    file = json.dumps(answer.json(), ensure_ascii=False)
    for told in (
        *("MARK-notice", "MARK-requester", "MARK-message", "MARK-file.png", "MARK-complaint", "A1WANDA0000000"),
        *("wanda-pay@mail.example", "wanda@mail.example", "My account was closed over night.", "PP-1"),
    ):
        assert told in page
        assert told in file
    assert set(answer.json()) >= {"answers", "steps", "messages", "files", "payments", "openings", "rules", "keeping"}
    assert answer["Content-Disposition"] == 'attachment; filename="page.json"'
    assert answer["Cache-Control"] == "no-store"


def test_nothing_in_it_tells_of_another_case_or_of_our_people(reach: Reach, carl: User) -> None:
    joined = reach(Status.JOINED)

    told = at_case(joined).get("/aid/case/held.json").json()

    text_of_it = json.dumps(told)
    assert told["answers"][0]["status"] == "Being looked at"
    assert not [row for row in told["keeping"] if row["until"]]
    others = AidRequest.objects.exclude(pk=joined.pk)
    for other in others:
        assert str(other.pk) not in text_of_it
        assert str(other.case_id) not in text_of_it
    assert "joined" not in text_of_it
    assert carl.email not in text_of_it


def test_joined_case_holds_the_same_as_one_that_is_looked_at(reach: Reach) -> None:
    joined = at_case(reach(Status.JOINED)).get("/aid/case/held.json").json()
    looked_at = at_case(reach(Status.IN_REVIEW)).get("/aid/case/held.json").json()

    assert joined["rules"] == looked_at["rules"]
    assert joined["keeping"] == looked_at["keeping"]
    assert [step["step"] for step in joined["steps"]] == [step["step"] for step in looked_at["steps"]]
    assert joined.keys() == looked_at.keys()


def test_times_are_those_of_the_organisations_clocks(reach: Reach, carl: User, liferaft: Organisation) -> None:
    request = reach(Status.IN_REVIEW)
    late = datetime(2026, 3, 2, 3, 30, tzinfo=UTC)
    request.case.reveals.create(detail=Detail.EMAIL, reason=OpenReason.CONTACT, by=carl, at=late)

    assert liferaft.time_zone == "America/New_York"
    assert "March 1, 2026, 10:30 p.m." in text(at_case(request), "/aid/case/held/")


@pytest.mark.parametrize(
    ("scanner", "said"), [("", "not checked by a virus scanner"), ("tcp://127.0.0.1:9", "being checked")]
)
def test_file_is_not_said_to_be_checked_where_no_scanner_is(
    reach: Reach, carl: User, now: datetime, settings: Settings, scanner: str, said: str
) -> None:
    settings.CLAMD_URL = scanner
    request = reach(Status.IN_REVIEW)
    fill_all(request, carl, now)

    assert said in text(at_case(request), "/aid/case/held/")
