"""The steward's desk: appeals, holds, what is late, conflicts; nothing of workers whom the steward knows."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aid import access, complaining, conflicts, fresh_eyes, holds, reviewing
from aid.models import AidRequest, Complaint, Conflict, Hold
from aid.reasons import HoldReason
from aid.statuses import Status
from core import clock
from organisation.models import AuditEvent, User

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]
# Of these, eleven are every desk page's: session, person, roles, what Wagtail wants to know.
_MOST_QUERIES = 28


@pytest.fixture
def desk(client: Client, stella: User) -> Client:
    client.force_login(stella)
    return client


def text_of(client: Client, name: str = "aid_steward", *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def names(people: list[User]) -> set[str]:
    return {person.username for person in people}


def test_an_appeal_is_for_those_who_had_no_part(reach: Reach, stella: User, desk: Client) -> None:
    appeal = reach(Status.APPEALED)

    may = fresh_eyes.may_take([appeal])[appeal.pk]

    assert names(may) == {"cora", "stella"}
    assert "Cora, Stella" in text_of(desk)


def test_whoever_knows_the_worker_takes_no_appeal(reach: Reach, cora: User, stella: User, now: datetime) -> None:
    by_case, by_worker = reach(Status.APPEALED), reach(Status.APPEALED)
    conflicts.declare(request_id=by_case.pk, by=cora, at=now)
    conflicts.declare_worker_id(worker_id="A1WANDA20000000", by=cora, at=now)

    may = fresh_eyes.may_take([by_case, by_worker])

    assert names(may[by_case.pk]) == names(may[by_worker.pk]) == {"stella"}


def test_an_appeal_that_nobody_may_take_is_told(
    reach: Reach, cora: User, stella: User, desk: Client, now: datetime
) -> None:
    appeal = reach(Status.APPEALED)
    reviewing.take(request_id=appeal.pk, by=stella, seen=appeal.version, at=now)
    User.objects.filter(pk=cora.pk).update(is_active=False)
    shown = text_of(desk)
    Conflict.objects.create(person=stella, worker_id_index=appeal.case.worker_id_index, at=now)

    assert "Stella" in shown
    assert fresh_eyes.may_take([appeal])[appeal.pk] == []


def test_a_hold_that_ran_out_is_looked_at_and_gone(
    reach: Reach, carl: User, stella: User, desk: Client, now: datetime
) -> None:
    request = reach(Status.IN_REVIEW)
    hold = holds.put(request_id=request.pk, by=carl, reason=HoldReason.QUESTION, note="", days=2, at=now)

    shown = text_of(desk)
    answer = desk.post(reverse("aid_hold_look", args=[hold.pk]))

    assert "I have looked" in shown
    assert answer.status_code == 302
    assert "I have looked" not in text_of(desk)
    hold.refresh_from_db()
    assert hold.looked_by == stella
    assert AuditEvent.objects.filter(action="aid.hold_looked_at").count() == 1


def test_a_running_hold_is_lifted_by_the_steward(reach: Reach, carl: User, stella: User, desk: Client) -> None:
    request = reach(Status.IN_REVIEW)
    hold = Hold.objects.create(request=request, reason=HoldReason.FUND, by=carl, **_from_today())

    shown = text_of(desk)
    desk.post(reverse("aid_hold_lift", args=[hold.pk]))

    assert request.case.short in shown
    hold.refresh_from_db()
    assert hold.lifted_by == stella


def _from_today() -> dict[str, datetime]:
    # The desk's clock is the wall's.
    today = clock.now()
    return {"at": today, "until": today + timedelta(days=3)}


def test_the_first_page_of_the_desk_counts_what_waits_for_the_steward(
    reach: Reach, carl: User, desk: Client, now: datetime
) -> None:
    request = reach(Status.APPEALED)
    complaining.complain(request_id=request.pk, about=Complaint.About.DELAY, body="So long.", at=now)
    waiting = reach(Status.IN_REVIEW)
    holds.put(request_id=waiting.pk, by=carl, reason=HoldReason.QUESTION, note="", days=2, at=now)

    shown = text_of(desk, "wagtailadmin_home")
    carls = Client()
    carls.force_login(carl)

    assert "1 complaints to answer 1 open appeals 1 holds that ran out" in shown
    assert "complaints to answer" not in text_of(carls, "wagtailadmin_home")


def test_what_is_late_is_told_with_its_days_and_who_has_it(reach: Reach, desk: Client) -> None:
    late = reach(Status.IN_REVIEW)
    done = reach(Status.DECLINED)

    shown = text_of(desk)

    assert late.case.short in shown
    assert done.case.short not in shown
    assert "The one that is overdue, in the queue" in shown


def test_a_conflict_is_lifted_by_another_and_never_by_oneself(
    reach: Reach, carl: User, stella: User, desk: Client, now: datetime
) -> None:
    request = reach(Status.RECEIVED)
    conflicts.declare(request_id=request.pk, by=carl, at=now)
    conflicts.declare_worker_id(worker_id="A1STELLA", by=stella, at=now)
    of_carl, of_stella = Conflict.objects.order_by("pk")

    desk.post(reverse("aid_conflict_lift", args=[of_carl.pk]))
    refused = desk.post(reverse("aid_conflict_lift", args=[of_stella.pk]), follow=True)

    assert access.visible_to(User.objects.get(pk=carl.pk)).filter(pk=request.pk).exists()
    of_stella.refresh_from_db()
    assert of_stella.lifted_at is None
    assert "Your own conflicts are lifted by another steward." in refused.content.decode()


def test_nothing_of_a_worker_whom_the_steward_knows_is_shown(
    reach: Reach, carl: User, stella: User, desk: Client, now: datetime
) -> None:
    late, appeal = reach(Status.IN_REVIEW), reach(Status.APPEALED)
    hold = holds.put(request_id=late.pk, by=carl, reason=HoldReason.QUESTION, note="", days=2, at=now)
    for request in (late, appeal):
        conflicts.declare(request_id=request.pk, by=stella, at=now)

    shown = text_of(desk)
    looked = desk.post(reverse("aid_hold_look", args=[hold.pk]))

    assert late.case.short not in shown
    assert appeal.case.short not in shown
    assert looked.status_code == 404


def test_the_page_needs_few_questions_however_much_waits(reach: Reach, carl: User, desk: Client, now: datetime) -> None:
    waiting = [Status.APPEALED, Status.APPEALED, Status.IN_REVIEW, Status.IN_REVIEW, Status.RECEIVED]
    for month, status in enumerate(waiting):
        request = reach(status, amount=20)
        conflicts.declare_worker_id(worker_id=f"A1{request.pk.hex}", by=carl, at=now + timedelta(days=30 * month))
    for request in AidRequest.objects.filter(status=Status.IN_REVIEW):
        holds.put(request_id=request.pk, by=carl, reason=HoldReason.QUESTION, note="", days=2, at=now)
    desk.get(reverse("aid_steward"))

    with CaptureQueriesContext(connection) as asked:
        desk.get(reverse("aid_steward"))

    assert len(asked) <= _MOST_QUERIES, [query["sql"][:150] for query in asked]
