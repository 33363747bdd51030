"""Whoever types another's Worker ID learns nothing, stops nothing and swallows nothing; and erasing lifts no cap."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from aid import applying, erasing, holding, joining, marks, proofs, transitions
from aid.models import AidRequest, CapMark, Message
from aid.statuses import Status
from aid.worker.forms import WorkerIdForm
from ledger.models import Fund
from organisation.models import Organisation, User
from tests.aid.conftest import sent_in
from tests.aid.grant_stage import approve, now_of, recommend, shell, step_by_shell, take
from tests.aid.grant_stage import refused as refused_by_the_database

Reach = Callable[..., AidRequest]


def as_worker_of(request: AidRequest, worker_id: str, *, at: datetime) -> AidRequest:
    """Make an application that came in at that time and names a Worker ID."""
    made = sent_in(at=at)
    holding.put_worker_id(made.case, worker_id)
    made.case.save()
    return made


@pytest.mark.parametrize("typed", ["A1WANDA0000000", "a1wanda0000000", " A1 WANDA 0000000", "A1-WANDA\u200b0000000."])
def test_worker_id_is_the_same_however_it_is_spelt(reach: Reach, typed: str, now: datetime) -> None:
    first = reach(Status.RECEIVED)
    second = as_worker_of(first, typed, at=now)

    assert [found.other.pk for found in joining.alike(second)] == [first.pk]


@pytest.mark.parametrize(
    "typed", ["wanda-pay@mail.example", "Wanda-Pay @ mail.example", "wanda-pay@mail.example\u200b."]
)
def test_way_to_be_paid_is_the_same_however_it_is_spelt(reach: Reach, typed: str, now: datetime) -> None:
    first = reach(Status.RECEIVED)
    second = sent_in(at=now)
    holding.put_pay_to(second, typed)
    second.save()

    assert [found.shares for found in joining.alike(second)] == [("pay_to",)]
    assert first.pay_to_index == second.pay_to_index


def test_worker_id_alone_joins_no_answers(reach: Reach, carl: User, now: datetime) -> None:
    """The older one may be of somebody who wants to learn who comes."""
    older = reach(Status.IN_REVIEW)
    newer = as_worker_of(older, "A1WANDA0000000", at=now + timedelta(hours=1))
    joining.say(request_id=newer.pk, other_id=older.pk, is_same=True, by=carl, at=now + timedelta(hours=2))

    older.case.refresh_from_db()
    newer = AidRequest.objects.select_related("case").get(pk=newer.pk)
    assert newer.status == Status.RECEIVED
    assert newer.case.person_id == older.case.person_id
    assert not Message.objects.exists()


def test_who_comes_later_stops_nobody(reach: Reach, ada: User, now: datetime) -> None:
    request = reach(Status.RECOMMENDED_GRANT)
    as_worker_of(request, "A1WANDA0000000", at=now + timedelta(hours=1))

    assert approve(request, by=ada, at=now + timedelta(hours=3)).status == Status.APPROVED


def test_steward_takes_a_join_back(reach: Reach, carl: User, stella: User, now: datetime) -> None:
    joined = reach(Status.JOINED)
    with pytest.raises(transitions.NotAllowed):
        joining.take_back(request_id=joined.pk, by=carl, seen=joined.version, at=now)

    joining.take_back(request_id=joined.pk, by=stella, seen=joined.version, at=now)

    joined = AidRequest.objects.select_related("case", "policy").get(pk=joined.pk)
    older = AidRequest.objects.select_related("case").exclude(pk=joined.pk).get()
    assert (joined.status, joined.policy is not None) == (Status.IN_REVIEW, True)
    assert joined.case.person_id != older.case.person_id
    assert list(proofs.broken()) == []
    assert joining.alike(joined) == []  # A human has said that they are two.


def test_join_is_not_undone_by_a_shell_step(reach: Reach, now: datetime) -> None:
    joined = reach(Status.JOINED)

    with refused_by_the_database("aid_status_has_its_evidence"):
        step_by_shell(joined, Status.IN_REVIEW, at=now)
    with refused_by_the_database("aid_case_keeps_its_person"):
        shell(
            "WITH p AS (INSERT INTO aid_person (id) VALUES (gen_random_uuid()) RETURNING id)"
            " UPDATE aid_case SET person_id = p.id FROM p WHERE aid_case.id = %s",
            joined.case_id,
        )


def test_joined_request_is_withdrawn_like_any(
    reach: Reach, client: Client, liferaft: Organisation, now: datetime
) -> None:
    joined = reach(Status.JOINED)

    applying.withdraw(request_id=joined.pk, at=now)

    joined.refresh_from_db()
    assert joined.status == Status.WITHDRAWN
    assert reverse("aid:withdraw")


def test_erasing_lifts_no_cap(reach: Reach, cora: User, ada: User, full_fund: Fund, now: datetime) -> None:
    """Paid, erased, and asked again by the same worker: it looks like the first, so a human must say so first."""
    paid = reach(Status.CONFIRMED)
    stays = erasing.what_stays(paid)
    erasing.erase_now(request_id=paid.pk, at=now + timedelta(days=1))
    again = as_worker_of(paid, "a1 wanda 0000000", at=now + timedelta(days=2))
    recommended = recommend(take(again, by=cora, at=now + timedelta(days=2)), by=cora, at=now + timedelta(days=2))

    assert stays.marks_until
    assert [found.other.pk for found in joining.alike(again)] == [paid.pk]
    with pytest.raises(transitions.LikenessOpen):
        approve(recommended, by=ada, at=now + timedelta(days=2))
    joining.say(request_id=again.pk, other_id=paid.pk, is_same=True, by=cora, at=now + timedelta(days=2))
    # Not the first within the period any more: one approval is not enough.
    assert approve(recommended, by=ada, at=now + timedelta(days=2)).status == Status.PARTLY_APPROVED


def test_marks_go_when_the_grant_counts_no_more(reach: Reach, now: datetime) -> None:
    paid = reach(Status.CONFIRMED)
    erasing.erase_now(request_id=paid.pk, at=now + timedelta(days=1))

    assert CapMark.objects.count() == 3
    assert marks.forget(at=now + timedelta(days=170)) == 0
    assert marks.forget(at=now + timedelta(days=181)) == 3


def test_what_was_never_granted_leaves_no_mark(reach: Reach, now: datetime) -> None:
    erasing.erase_now(request_id=reach(Status.IN_REVIEW).pk, at=now)

    assert not CapMark.objects.exists()


def test_recommended_anew_after_a_join_is_taken_back(reach: Reach, stella: User, cora: User, now: datetime) -> None:
    joined = reach(Status.JOINED)
    joining.take_back(request_id=joined.pk, by=stella, seen=joined.version, at=now)

    assert recommend(joined, by=cora, at=now + timedelta(hours=1)).status == Status.RECOMMENDED_GRANT
    assert now_of(joined) == joined.version + 2


def test_letter_of_another_alphabet_is_named_in_the_form() -> None:
    form = WorkerIdForm({"worker_id": "А1WANDA"})  # noqa: RUF001 - the first letter is Cyrillic on purpose

    assert not form.is_valid()
    assert "letters A to Z" in str(form.errors["worker_id"])
    assert WorkerIdForm({"worker_id": "A1-WANDA 00"}).is_valid()
