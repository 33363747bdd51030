"""Complaints: heard by stewards who had no part in the request, answered once, and read by nobody else."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from aid import complaining, conflicts, deciding, holding, reviewing, transitions
from aid.models import AidRequest, Complaint
from aid.reasons import DeclineReason
from aid.statuses import Status
from mail.models import OutgoingEmail
from organisation.models import AuditEvent, User
from tests.aid import own_page

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]
WORDS = "He called me a liar on the phone."


@pytest.fixture
def complaint(reach: Reach, now: datetime) -> Complaint:
    """Of a worker whose request carl reviewed and ada declined."""
    request = reach(Status.DECLINED)
    return complaining.complain(request_id=request.pk, about=Complaint.About.CONDUCT, body=WORDS, at=now)


@pytest.fixture
def desk(client: Client, stella: User) -> Client:
    client.force_login(stella)
    return client


def test_a_steward_reads_and_answers_and_the_worker_is_told(complaint: Complaint, stella: User, desk: Client) -> None:
    page = reverse("aid_complaint", args=[complaint.pk])
    letters = OutgoingEmail.objects.count()

    shown = desk.get(page).content.decode()
    answer = desk.post(page, {"words": "You are right, and we are sorry."})

    assert WORDS in shown
    assert answer.status_code == 302
    assert "You are right, and we are sorry." in own_page.text(own_page.at_case(complaint.case.request))
    complaint.refresh_from_db()
    assert holding.get(complaint, "answer") == "You are right, and we are sorry."
    assert complaint.closed_by == stella
    assert OutgoingEmail.objects.count() == letters + 1
    assert AuditEvent.objects.filter(action="aid.complaint_answered", actor_id=stella.pk).count() == 1


def test_a_complaint_is_answered_once(complaint: Complaint, stella: User, desk: Client, now: datetime) -> None:
    complaining.answer(complaint_id=complaint.pk, by=stella, words="First.", at=now)

    again = desk.post(reverse("aid_complaint", args=[complaint.pk]), {"words": "Second."})

    assert again.status_code == 409
    assert "answered already" in again.content.decode()
    complaint.refresh_from_db()
    assert holding.get(complaint, "answer") == "First."


def test_an_empty_answer_is_none(complaint: Complaint, desk: Client) -> None:
    answer = desk.post(reverse("aid_complaint", args=[complaint.pk]), {"words": "  "})

    assert answer.status_code == 422
    assert "Please write an answer" in answer.content.decode()


def test_a_steward_with_a_part_neither_reads_nor_answers(
    reach: Reach, stella: User, desk: Client, now: datetime
) -> None:
    request = reach(Status.APPEALED)
    reviewing.take(request_id=request.pk, by=stella, seen=request.version, at=now)
    request.refresh_from_db()
    reviewing.recommend_decline(
        request_id=request.pk, by=stella, seen=request.version, reason=DeclineReason.OUTSIDE, note="", at=now
    )
    complaint = complaining.complain(request_id=request.pk, about=Complaint.About.CONDUCT, body=WORDS, at=now)
    page = reverse("aid_complaint", args=[complaint.pk])

    shown = desk.get(page).content.decode()
    refused = desk.post(page, {"words": "It was not like that."})

    assert WORDS not in shown
    assert refused.status_code == 409
    complaint.refresh_from_db()
    assert complaint.closed_at is None
    assert complaint.answer_sealed is None


@pytest.mark.parametrize("part", ["reviewer", "decider"])
def test_the_database_too_lets_nobody_close_what_is_about_them(complaint: Complaint, part: str, now: datetime) -> None:
    who = {"reviewer": "carl", "decider": "ada"}[part]

    with pytest.raises(IntegrityError, match="not theirs to close"), transaction.atomic():
        Complaint.objects.filter(pk=complaint.pk).update(closed_at=now, closed_by=User.objects.get(username=who))


@pytest.mark.parametrize("name", ["carl", "cora", "ada", "tess", "adam"])
def test_nobody_but_stewards_learns_of_a_complaint(
    complaint: Complaint, name: str, client: Client, request: pytest.FixtureRequest, now: datetime
) -> None:
    who: User = request.getfixturevalue(name)
    client.force_login(who)
    addresses = [
        reverse("aid_complaints"),
        reverse("aid_complaint", args=[complaint.pk]),
        reverse("aid_case", args=[complaint.case.request.pk]),
        reverse("aid_steward"),
    ]

    for address in addresses:
        answer = client.get(address)
        assert WORDS not in answer.content.decode()
        assert str(Complaint.About.CONDUCT.label) not in answer.content.decode()
    with pytest.raises(transitions.NotAllowed):
        complaining.answer(complaint_id=complaint.pk, by=who, words="No.", at=now)


def test_a_steward_who_knows_the_worker_hears_nothing(
    complaint: Complaint, stella: User, desk: Client, now: datetime
) -> None:
    conflicts.declare(request_id=complaint.case.request.pk, by=stella, at=now)

    assert desk.get(reverse("aid_complaint", args=[complaint.pk])).status_code == 404
    assert complaint.case.short not in desk.get(reverse("aid_complaints")).content.decode()
    with pytest.raises(transitions.InConflict):
        complaining.answer(complaint_id=complaint.pk, by=stella, words="No.", at=now)


def test_html_in_a_complaint_is_text(reach: Reach, desk: Client, now: datetime) -> None:
    request = reach(Status.RECEIVED)
    body = "<script>alert(1)</script>"
    complaint = complaining.complain(request_id=request.pk, about=Complaint.About.OTHER, body=body, at=now)

    shown = desk.get(reverse("aid_complaint", args=[complaint.pk])).content.decode()

    assert body not in shown
    assert "&lt;script&gt;" in shown


def test_deciding_later_keeps_an_answer_that_was_given(
    reach: Reach, stella: User, abel: User, cora: User, now: datetime
) -> None:
    """A steward who has answered a complaint may still not be hindered by it: it is no part in the request."""
    request = reach(Status.APPEALED)
    complaint = complaining.complain(request_id=request.pk, about=Complaint.About.DELAY, body=WORDS, at=now)
    complaining.answer(complaint_id=complaint.pk, by=stella, words="We are sorry.", at=now)

    reviewing.take(request_id=request.pk, by=cora, seen=request.version, at=now)
    request.refresh_from_db()
    reviewing.recommend_decline(
        request_id=request.pk, by=cora, seen=request.version, reason=DeclineReason.OUTSIDE, note="", at=now
    )
    request.refresh_from_db()
    decided = deciding.decline(request_id=request.pk, by=stella, seen=request.version, at=now)

    assert decided.status == Status.DECLINED_FINALLY
