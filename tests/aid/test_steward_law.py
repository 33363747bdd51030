"""A legal hold: put and lifted by a steward, its reason sealed, and nothing erased meanwhile."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from aid import conflicts, erasing, legal_holds, transitions
from aid.models import AidRequest, LegalHold
from aid.statuses import Status
from organisation.models import AuditEvent, User

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]
REASON = "Order of the court in Portland"


@pytest.fixture
def desk(client: Client, stella: User) -> Client:
    client.force_login(stella)
    return client


def test_what_the_law_keeps_is_not_erased_until_it_is_lifted(
    reach: Reach, stella: User, desk: Client, now: datetime
) -> None:
    request = reach(Status.RECEIVED)
    page = reverse("aid_case_law", args=[request.pk])
    desk.post(page, {"reason": REASON})
    hold = LegalHold.objects.get()

    with pytest.raises(erasing.UnderLegalHold):
        erasing.erase_now(request_id=request.pk, at=now)
    shown = desk.get(page).content.decode()
    desk.post(reverse("aid_case_law_lift", args=[request.pk, hold.pk]))
    erasing.erase_now(request_id=request.pk, at=now)

    request.case.refresh_from_db()
    assert REASON in shown
    assert request.case.erased_at
    assert list(AuditEvent.objects.filter(action__startswith="aid.law").values_list("action", flat=True)) == [
        "aid.law_keeps",
        "aid.law_keeps_no_more",
    ]


def test_the_reason_is_sealed(reach: Reach, stella: User, now: datetime) -> None:
    request = reach(Status.RECEIVED)

    hold = legal_holds.put(request_id=request.pk, by=stella, reason=REASON, at=now)

    assert hold.reason_sealed
    assert REASON.encode() not in bytes(hold.reason_sealed)


def test_a_second_click_keeps_once_and_an_empty_reason_not_at_all(reach: Reach, desk: Client) -> None:
    page = reverse("aid_case_law", args=[reach(Status.RECEIVED).pk])

    assert desk.post(page, {"reason": ""}).status_code == 422
    desk.post(page, {"reason": REASON})
    desk.post(page, {"reason": REASON})

    assert LegalHold.objects.count() == 1


def test_a_hold_of_another_case_is_not_lifted_by_this_address(
    reach: Reach, stella: User, desk: Client, now: datetime
) -> None:
    here, there = reach(Status.RECEIVED), reach(Status.RECEIVED)
    hold = legal_holds.put(request_id=there.pk, by=stella, reason=REASON, at=now)

    assert desk.post(reverse("aid_case_law_lift", args=[here.pk, hold.pk])).status_code == 404
    assert legal_holds.standing().count() == 1


@pytest.mark.parametrize("name", ["carl", "ada", "tess", "adam"])
def test_nobody_but_a_steward_puts_or_lifts(
    reach: Reach, stella: User, name: str, request: pytest.FixtureRequest, now: datetime
) -> None:
    who: User = request.getfixturevalue(name)
    found = reach(Status.RECEIVED)
    hold = legal_holds.put(request_id=found.pk, by=stella, reason=REASON, at=now)

    with pytest.raises(transitions.NotAllowed):
        legal_holds.put(request_id=found.pk, by=who, reason=REASON, at=now)
    with pytest.raises(transitions.NotAllowed):
        legal_holds.lift(hold_id=hold.pk, by=who, at=now)


def test_a_steward_who_knows_the_worker_does_neither(reach: Reach, stella: User, desk: Client, now: datetime) -> None:
    found = reach(Status.RECEIVED)
    conflicts.declare(request_id=found.pk, by=stella, at=now)

    assert desk.get(reverse("aid_case_law", args=[found.pk])).status_code == 404
    with pytest.raises(transitions.InConflict):
        legal_holds.put(request_id=found.pk, by=stella, reason=REASON, at=now)


def test_nothing_that_was_never_sent_is_kept(reach: Reach, stella: User, desk: Client, now: datetime) -> None:
    draft = reach(Status.DRAFT)

    assert desk.get(reverse("aid_case_law", args=[draft.pk])).status_code == 404
    with pytest.raises(transitions.NotNow):
        legal_holds.put(request_id=draft.pk, by=stella, reason=REASON, at=now)
