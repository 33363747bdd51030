"""Closed details are opened one by one: so many an hour, by whom the case is not hidden from."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.urls import reverse

from aid import conflicts, opening, transitions
from aid.models import AidRequest, Reveal
from aid.reasons import Detail, OpenReason
from aid.statuses import Status
from organisation.models import AuditEvent, User
from tests.aid.desk_stage import at_desk, words

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]


def test_nobody_opens_one_identity_after_the_other(reach: Reach, carl: User, cora: User) -> None:
    address = reverse("aid_case_open", args=[reach(Status.RECEIVED).pk])
    asked = {"detail": "worker_id", "reason": OpenReason.IDENTITY.value}
    desk = at_desk(carl)

    answers = [desk.post(address, asked) for _time in range(22)]

    assert [answer.status_code for answer in answers] == [200] * 20 + [429] * 2
    assert "nothing was opened" in words(answers[-1])  # type: ignore[arg-type]  # the client's own response
    assert Reveal.objects.count() == 20
    told = AuditEvent.objects.get(action="aid.opening_stopped")
    assert (told.actor_id, told.reason) == (carl.pk, Detail.WORKER_ID)
    assert at_desk(cora).post(address, asked).status_code == 200


def test_whoever_knows_the_worker_opens_nothing_by_the_deed_either(reach: Reach, carl: User, now: datetime) -> None:
    request = reach(Status.RECEIVED)
    conflicts.declare(request_id=request.pk, by=carl, at=now)

    with pytest.raises(transitions.InConflict):
        opening.open_detail(request_id=request.pk, detail=Detail.WORKER_ID, by=carl, reason=OpenReason.IDENTITY, at=now)

    assert not Reveal.objects.exists()
