"""Whoever sent money while the request went out of sight gets back what they typed, and the steward's trail shows it."""

from collections.abc import Callable
from datetime import datetime

import pytest

from aid import changing, conflicts
from aid.answers import PayMethod
from aid.models import AidRequest, DisbursementAttempt
from aid.statuses import Status
from organisation.models import AuditEvent, User
from tests.aid.desk_stage import case_page, press, words

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]
TYPED = {"method": "paypal", "provider_reference": "PP-<77>", "on": "2026-03-10"}


def changed(request: AidRequest, *, at: datetime) -> None:
    changing.change_payment(request_id=request.pk, method=PayMethod.PAYPAL, pay_to="new@mail.example", at=at)


def test_reference_comes_back_when_the_details_changed(reach: Reach, tess: User, stella: User, now: datetime) -> None:
    request = reach(Status.APPROVED)
    changed(request, at=now)

    response = press(tess, request, "paid", **TYPED)

    body = words(response)
    assert response.status_code == 409
    assert "tell a steward: it is not recorded, and it would be sent again." in body
    assert "PP-<77>" in body
    assert "2026-03-10" in body
    assert "PP-<77>" not in response.content.decode()
    assert request.case.short not in body
    assert not DisbursementAttempt.objects.exists()
    event = AuditEvent.objects.get(action="aid.payment_not_recorded")
    assert (event.actor_id, event.object_id) == (tess.pk, str(request.pk))
    assert f"{tess} could not record a payment" in case_page(stella, request)


def test_who_knows_the_worker_or_never_had_it_to_pay_learns_nothing(reach: Reach, tess: User, now: datetime) -> None:
    never, known = reach(Status.IN_REVIEW), reach(Status.APPROVED)
    conflicts.declare(request_id=known.pk, by=tess, at=now)

    assert [press(tess, one, "paid", **TYPED).status_code for one in (never, known)] == [404, 404]
    changed(known, at=now)
    assert press(tess, known, "paid", **TYPED).status_code == 404
    assert not AuditEvent.objects.filter(action="aid.payment_not_recorded").exists()
