"""Whoever knows a worker learns nothing of the case: not from the trail, the books, a list, a number or later."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from aid import access, batches, conflicts, erasing, fresh_eyes, holding, transitions
from aid.models import AidRequest, Case, Conflict, Match, Reveal, Review
from aid.reasons import DeclineReason, Detail, OpenReason
from aid.statuses import Status
from core import clock
from organisation.models import AuditEvent, User
from tests.aid.desk_stage import at_desk, page
from tests.aid.grant_stage import refused

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]


def trail(who: User, **query: str) -> str:
    return page(who, reverse("organisation_trail"), **query)


def test_the_trail_leads_a_steward_to_no_case_of_a_worker_they_know(reach: Reach, stella: User, now: datetime) -> None:
    known, other = reach(Status.DECLINED), reach(Status.DECLINED)
    conflicts.declare(request_id=known.pk, by=stella, at=now)

    shown = trail(stella)

    for name in (str(known.pk), str(known.case_id)):
        assert name not in shown
        assert "No event fits." in trail(stella, object_id=name)
    assert str(other.pk) in shown
    assert shown.count(DeclineReason.OUTSIDE) == 2  # recommended, and decided
    assert shown.count("aid.declined") == 2
    assert "a case, closed to you" in shown


def test_an_administrator_reads_who_did_what_and_of_no_case(
    reach: Reach, carl: User, adam: User, now: datetime
) -> None:
    request, other = reach(Status.DECLINED), reach(Status.RECEIVED)
    batches.make(request_ids=[other.pk], by=carl, reason=DeclineReason.OUTSIDE, note="", at=now)
    conflicts.declare(request_id=request.pk, by=carl, at=now)

    shown = trail(adam)

    for model in ("aid.Case", "aid.AidRequest", "aid.DeclineBatch"):
        assert model not in shown
    assert DeclineReason.OUTSIDE not in shown
    assert "aid.declined" in shown
    assert "Carl" in shown
    assert "No event fits." in trail(adam, object_id=str(request.pk))


def test_what_is_of_no_case_stays_open_in_the_trail(aid_fund: object, stella: User, adam: User) -> None:
    at_desk(stella).post(reverse("aid_retention_change", args=["story"]), {"days": "400"})

    assert "aid.RetentionRule story" in trail(adam)
    assert "365:400" in trail(adam)


def test_every_event_about_a_case_is_closed(reach: Reach, adam: User) -> None:
    for status in Status:
        reach(status, amount=20)
    ids = {str(key) for pair in AidRequest.objects.values_list("pk", "case") for key in pair}

    shown = trail(adam)

    assert AuditEvent.objects.filter(object_id__in=ids).count() > len(Status)
    assert not {key for key in ids if key in shown}


def test_the_books_name_no_request(reach: Reach, tess: User, now: datetime) -> None:
    request = reach(Status.APPROVED)
    conflicts.declare(request_id=request.pk, by=tess, at=now)

    shown = page(tess, reverse("ledger_promises"), on=clock.now().date().isoformat())

    assert str(request.pk) not in shown
    assert "aid request" in shown


def test_numbers_leave_out_whom_the_reader_knows(reach: Reach, carl: User, stella: User, now: datetime) -> None:
    request = reach(Status.RECEIVED)
    Reveal.objects.create(
        case=request.case, detail=Detail.EMAIL, reason=OpenReason.CONTACT, by=carl, at=clock.now() - timedelta(hours=1)
    )
    before = page(stella, reverse("aid_load")), page(stella, reverse("aid_access_log"))
    conflicts.declare(request_id=request.pk, by=stella, at=now)

    after = page(stella, reverse("aid_load")), page(stella, reverse("aid_access_log"))

    assert "nobody yet" in before[0]
    assert "nobody yet" not in after[0]
    assert "Carl" in before[1]
    assert "Carl" not in after[1]


def test_a_steward_lifts_no_conflict_about_a_worker_they_know(
    reach: Reach, carl: User, cora: User, stella: User, now: datetime
) -> None:
    request = reach(Status.IN_REVIEW)
    conflicts.declare(request_id=request.pk, by=carl, at=now)
    conflicts.declare_worker_id(worker_id=holding.get(request.case, "worker_id"), by=cora, at=now)
    conflicts.declare(request_id=request.pk, by=stella, at=now)

    for person in (carl, cora):
        row = Conflict.objects.get(person=person)
        answer = at_desk(stella).post(reverse("aid_conflict_lift", args=[row.pk]), follow=True)
        assert "Another steward lifts this one." in answer.content.decode()
        with pytest.raises(transitions.InConflict), transaction.atomic():
            conflicts.lift(conflict_id=row.pk, by=stella, at=now)

    assert not Conflict.objects.filter(lifted_at__isnull=False).exists()


def test_a_worker_id_covers_every_case_of_the_same_worker(reach: Reach, carl: User, cora: User, now: datetime) -> None:
    """Also one that does not name it: a human said that it is the same person."""
    one, other = reach(Status.APPEALED), reach(Status.APPEALED)
    Case.objects.filter(pk=other.case_id).update(worker_id_sealed=None, worker_id_index=None)
    with_same_person(one, other)
    assert cora in fresh_eyes.may_take([fresh(other)])[other.pk]

    conflicts.declare_worker_id(worker_id=holding.get(one.case, "worker_id"), by=cora, at=now)

    assert not access.visible_to(cora).filter(pk__in=[one.pk, other.pk]).exists()
    assert cora not in fresh_eyes.may_take([fresh(other)])[other.pk]


def test_the_database_knows_the_person_behind_a_worker_id(reach: Reach, carl: User, cora: User, now: datetime) -> None:
    one, other = reach(Status.IN_REVIEW), reach(Status.IN_REVIEW)
    Case.objects.filter(pk=other.case_id).update(worker_id_sealed=None, worker_id_index=None)
    with_same_person(one, other)
    conflicts.declare_worker_id(worker_id=holding.get(one.case, "worker_id"), by=cora, at=now)
    review = Review(request=other, version=3, reviewer=cora, recommendation="decline", reason="outside", at=now)

    with refused("aid_no_part_in_conflict"):
        review.save(force_insert=True)


def test_stepping_back_by_worker_id_puts_the_case_back(reach: Reach, carl: User, now: datetime) -> None:
    request = reach(Status.IN_REVIEW)

    conflicts.declare_worker_id(worker_id=holding.get(request.case, "worker_id"), by=carl, at=now)

    assert fresh(request).taken_by is None


def test_a_worker_id_is_known_after_it_was_erased(reach: Reach, carl: User, cora: User, now: datetime) -> None:
    request = reach(Status.WITHDRAWN)
    conflicts.declare_worker_id(worker_id=holding.get(request.case, "worker_id"), by=carl, at=now)
    conflicts.declare_worker_id(worker_id="A1NOBODY", by=cora, at=now)

    erasing.erase_now(request_id=request.pk, at=now)

    assert Case.objects.get().worker_id_index is None
    assert not access.visible_to(carl).filter(pk=request.pk).exists()
    assert access.visible_to(cora).filter(pk=request.pk).exists()
    assert Conflict.objects.filter(case=request.case).count() == 1


def test_the_steward_reads_who_stepped_back_how_often(reach: Reach, carl: User, stella: User) -> None:
    for typed in ("A1ONE", "A1TWO", "A1TWO"):
        at_desk(carl).post(reverse("aid_step_back"), {"worker_id": typed})

    assert re.search(
        r"Stepped back from Worker IDs in the last 30 days: Carl \(2\)", page(stella, reverse("aid_steward"))
    )
    assert AuditEvent.objects.filter(action="aid.conflict_declared", actor_id=carl.pk).count() == 2


def test_more_worker_ids_than_one_knows_take_a_steward(reach: Reach, carl: User, now: datetime) -> None:
    for number in range(3):
        conflicts.declare_worker_id(worker_id=f"A{number}", by=carl, at=now)

    with pytest.raises(conflicts.TooManyDeclared):
        conflicts.declare_worker_id(worker_id="A3", by=carl, at=now + timedelta(days=29))

    conflicts.declare_worker_id(worker_id="A1", by=carl, at=now + timedelta(days=29))  # said before: no news
    conflicts.declare_worker_id(worker_id="A3", by=carl, at=now + timedelta(days=30))
    assert Conflict.objects.count() == 4


def fresh(request: AidRequest) -> AidRequest:
    return AidRequest.objects.select_related("case").get(pk=request.pk)


def with_same_person(one: AidRequest, other: AidRequest) -> None:
    """What ``joining`` does when a human says so."""
    first, second = sorted((one.case, other.case), key=lambda case: case.pk)
    Match.objects.create(first=first, second=second, is_same=True, by=User.objects.get(username="carl"), at=clock.now())
    Case.objects.filter(pk=other.case_id).update(person=one.case.person_id)
