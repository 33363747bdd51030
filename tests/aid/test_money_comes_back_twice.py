"""Money that came back is told to the worker and seen by a steward: nobody sends it again and again by themselves."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from aid import conflicts, holding, holds, legal_holds, paying, transitions
from aid.models import AidRequest, Hold, Message, TaxRecord
from aid.reasons import FailReason, HoldReason
from aid.statuses import Status
from core import clock
from organisation.models import User
from tests.aid.grant_stage import now_of, pay

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]


def come_back(request: AidRequest, *, by: User, at: datetime, reason: FailReason = FailReason.RETURNED) -> AidRequest:
    return paying.came_back(request_id=request.pk, by=by, seen=now_of(request), reason=reason, at=at)


def told(request: AidRequest) -> list[str]:
    written = Message.objects.filter(case=request.case, sender=Message.Sender.SYSTEM).order_by("at", "pk")
    return [holding.get(one, "body") for one in written]


@pytest.mark.parametrize("reason", FailReason)
def test_the_worker_reads_each_time_that_it_came_back_and_what_is_next(
    reach: Reach, tess: User, now: datetime, reason: FailReason
) -> None:
    request = reach(Status.PAID)

    come_back(request, by=tess, at=now, reason=reason)

    (words,) = told(request)
    assert "The money came back to us" in words
    assert words.endswith("If it had arrived with you, please write to us here.")


def test_before_a_third_try_a_steward_looks(reach: Reach, tess: User, stella: User, now: datetime) -> None:
    request = reach(Status.PAID)
    come_back(request, by=tess, at=now)
    assert not Hold.objects.exists()
    pay(request, by=tess, at=now)
    later = now + timedelta(days=1)

    come_back(request, by=tess, at=later)

    hold = Hold.objects.get()
    assert (hold.reason, hold.by, hold.until) == (HoldReason.QUESTION, None, later + timedelta(days=3))
    assert "another of us looks at it first" in told(request)[-1]
    with pytest.raises(transitions.OnHold):
        pay(request, by=tess, at=later)
    with pytest.raises(transitions.NotAllowed):
        holds.lift(hold_id=hold.pk, by=tess, at=later)
    holds.lift(hold_id=hold.pk, by=stella, at=later)
    assert pay(request, by=tess, at=later).status == Status.PAID


def test_a_hold_before_a_third_try_that_ran_out_stays_on_the_stewards_desk(
    reach: Reach, tess: User, now: datetime
) -> None:
    request = reach(Status.PAID)
    come_back(request, by=tess, at=now)
    pay(request, by=tess, at=now)
    come_back(request, by=tess, at=now)

    assert [one.request for one in holds.ran_out(at=now + timedelta(days=4))] == [request]


def test_the_steward_sees_what_came_back_and_who_recorded_it(
    client: Client, reach: Reach, tess: User, stella: User
) -> None:
    today = clock.now()
    request, known, old = (reach(Status.PAID) for _ in range(3))
    come_back(request, by=tess, at=today - timedelta(days=1))
    come_back(known, by=tess, at=today - timedelta(days=1))
    come_back(old, by=tess, at=today - timedelta(days=91))
    conflicts.declare(request_id=known.pk, by=stella, at=today)
    client.force_login(stella)

    page = client.get(reverse("aid_steward")).content.decode()
    home = client.get(reverse("wagtailadmin_home")).content.decode()

    assert page.count("the bank or provider sent it back") == 1
    section = page[page.index('id="came-back"') : page.index('id="conflicts"')]
    assert request.case.short in section
    assert section.count("Tess") == 2
    assert '#came-back"><strong>1</strong>' in home


def test_what_the_law_keeps_is_kept_though_the_money_came_back(
    reach: Reach, tess: User, stella: User, now: datetime
) -> None:
    request = reach(Status.PAID)
    legal_holds.put(request_id=request.pk, by=stella, reason="a court's order", at=now)

    come_back(request, by=tess, at=now)

    assert TaxRecord.objects.get().payee_sealed is not None
