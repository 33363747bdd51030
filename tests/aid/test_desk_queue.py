"""The queue: rows with what matters, narrowed and sorted, taken, told, and exported without a word of identity."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from aid import asking, conflicts, holds, talking
from aid.answers import Kind
from aid.models import AidRequest, AnswerTemplate, Case, Message
from aid.reasons import HoldReason
from aid.statuses import Status
from organisation.models import AuditEvent, User
from tests.aid.desk_stage import at_desk, path, press, queue_page, shown, words

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]


def change(request: AidRequest, **columns: Any) -> None:
    Case.objects.filter(pk=request.case_id).update(**columns)


def test_filters_narrow_what_the_others_leave(reach: Reach, carl: User) -> None:
    ours, other, report = (reach(status) for status in (Status.IN_REVIEW, Status.RECEIVED, Status.RECEIVED))
    AidRequest.objects.filter(pk=report.pk).update(wants_money=False)
    for request in (ours, other):
        change(request, kind=Kind.REJECTION)
    change(ours, came_in_surge=True)
    every = (ours, other, report)

    found = {
        "kind": shown(carl, *every, kind="rejection"),
        "whose": shown(carl, *every, whose="mine"),
        "nobody": shown(carl, *every, whose="nobodys"),
        "money": shown(carl, *every, money="without"),
        "surge": shown(carl, *every, surge="on"),
        "both": shown(carl, *every, kind="rejection", whose="nobodys"),
        "none": shown(carl, *every, kind="rejection", money="without"),
        "pile": shown(carl, *every, status="received", money="with"),
    }

    assert {name: set(rows) for name, rows in found.items()} == {
        "kind": {ours, other},
        "whose": {ours},
        "nobody": {other, report},
        "money": {report},
        "surge": {ours},
        "both": {other},
        "none": set(),
        "pile": {other},
    }


def test_rows_are_sorted_as_asked_for_and_by_due_date_else(reach: Reach, carl: User, now: datetime) -> None:
    late, early = reach(Status.RECEIVED, amount=10), reach(Status.RECEIVED, amount=90)
    AidRequest.objects.filter(pk=late.pk).update(due_on=now.date() + timedelta(days=9))

    assert shown(carl, late, early) == [early, late]
    assert shown(carl, late, early, sort="amount") == [early, late]
    assert shown(carl, late, early, sort="no such order") == [early, late]
    AidRequest.objects.filter(pk=early.pk).update(submitted_at=now + timedelta(days=1))
    assert shown(carl, late, early, sort="age") == [late, early]


def test_row_says_what_matters(reach: Reach, carl: User, cora: User) -> None:
    at = datetime.fromisoformat("2099-01-01T00:00:00Z")
    request = reach(Status.IN_REVIEW)
    change(request, came_in_surge=True)
    talking.write_to_us(request_id=request.pk, body="Is there news?", at=at)
    body = queue_page(cora)
    assert "new word" in body
    assert "surge" in body

    at_desk(cora).get(path(request))
    assert "new word" in queue_page(cora), "carl has the case: that cora looked in does not make it read"
    at_desk(carl).get(path(request))
    assert "new word" not in queue_page(cora)


def test_message_stays_unanswered_until_somebody_writes(reach: Reach, carl: User, now: datetime) -> None:
    request = reach(Status.DECLINED)
    talking.write_to_us(request_id=request.pk, body="Why?", at=now + timedelta(days=2))
    at_desk(carl).get(path(request))

    assert shown(carl, request, status="unanswered") == shown(carl, request) == [request]
    press(carl, request, "message", body="The fund is for rent alone.")
    assert shown(carl, request, status="unanswered") == shown(carl, request) == []


def test_held_request_lies_in_its_pile(reach: Reach, carl: User, settings: Any) -> None:
    held, free = reach(Status.IN_REVIEW), reach(Status.IN_REVIEW)
    press(carl, held, "hold", reason="question", days="2", note="")

    assert shown(carl, held, free, status="on-hold") == [held]


def test_request_is_taken_from_its_row(reach: Reach, carl: User, cora: User) -> None:
    request = reach(Status.RECEIVED)
    assert f'action="{path(request)}take/"' in queue_page(carl)

    press(carl, request, "take")

    request.refresh_from_db()
    assert (request.status, request.taken_by) == (Status.IN_REVIEW, carl)
    assert press(cora, request, "take").status_code == 409


def test_export_has_the_rows_of_the_filter_and_no_identity(reach: Reach, carl: User) -> None:
    request = reach(Status.IN_REVIEW)
    reach(Status.RECEIVED)
    carl.name = "=HYPERLINK(1)"
    carl.save()

    response = at_desk(carl).get(reverse("aid_cases"), {"status": "in_review", "export": "csv"})

    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]  # a file
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["Case"] for row in rows] == [request.case.short]
    assert rows[0]["Taken by"] == "'=HYPERLINK(1)"
    for secret in ("WANDA", "wanda", "over night", str(request.pk)):
        assert secret not in text
    event = AuditEvent.objects.get(action="aid.cases_exported")
    assert (event.actor_id, event.reason) == (carl.pk, "csv:1")


def test_export_of_who_only_pays_tells_nothing_of_what_happened(reach: Reach, tess: User) -> None:
    reach(Status.APPROVED)

    response = at_desk(tess).get(reverse("aid_cases"), {"export": "csv"})

    assert "suspended" not in b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]  # a file
    assert "suspended" not in queue_page(tess)


@pytest.mark.usefixtures("full_fund")
def test_many_are_told_at_once_each_in_the_own_language_and_once(reach: Reach, carl: User) -> None:
    english, spanish, told, other = (reach(Status.RECEIVED) for _number in range(4))
    change(spanish, language="es")
    template = AnswerTemplate.objects.create(title="Recibido", language="es", body="Tenemos su informe.")
    address = reverse("aid_acknowledge")
    at_desk(carl).post(address, {"request": [told.pk], "body_en": "We have it."})
    ticked = {"request": [english.pk, spanish.pk, told.pk, "nonsense"]}

    asked = words(at_desk(carl).get(address, ticked | {"template_es": template.pk}))  # type: ignore[arg-type]  # client's
    answer = at_desk(carl).post(address, ticked | {"body_en": "We have it.", "body_es": "Lo tenemos."}, follow=True)

    assert "Tenemos su informe." in asked
    assert "Thank you for writing to us." in asked
    assert "2 workers were told. 1 was told before." in words(answer)  # type: ignore[arg-type]  # client's
    assert Message.objects.count() == 3
    assert not other.case.messages.exists()


def test_nobody_is_told_nothing(reach: Reach, carl: User) -> None:
    request = reach(Status.RECEIVED)

    answer = at_desk(carl).post(reverse("aid_acknowledge"), {"request": [request.pk], "body_en": " "})

    assert answer.status_code == 422
    assert not Message.objects.exists()
    assert "tick the reports" in words(at_desk(carl).get(reverse("aid_acknowledge"), follow=True))  # type: ignore[arg-type]  # client's


@pytest.mark.usefixtures("full_fund")
def test_queue_and_case_take_few_queries(
    reach: Reach, carl: User, ada: User, tess: User, now: datetime, django_assert_max_num_queries: Any
) -> None:
    full = reach(Status.PARTLY_APPROVED)
    later = now + timedelta(days=1)
    holds.put(request_id=full.pk, by=carl, reason=HoldReason.QUESTION, note="wait", days=3, at=later)
    for number in range(5):
        talking.write_to_us(request_id=full.pk, body="Any news?", at=later)
        talking.note(request_id=full.pk, by=carl, body="Called.", at=later)
        reach(Status.IN_REVIEW, amount=10 + number)
    Case.objects.update(email_index=bytes(32), email_sealed=b"x")
    asked, paid = reach(Status.NEEDS_INFO), reach(Status.PAID)
    Case.objects.filter(pk=asked.case_id).update(email_index=bytes(32))
    conflicts.declare(request_id=reach(Status.RECEIVED).pk, by=carl, at=later)
    asking.lay_aside_unanswered(at=now)

    for who in (carl, ada, tess):
        browser = at_desk(who)
        browser.get(reverse("aid_cases"))
        with django_assert_max_num_queries(14):
            assert browser.get(reverse("aid_cases")).status_code == 200
        for request in (full, asked, paid):
            with django_assert_max_num_queries(14):
                browser.get(path(request))
