"""A worker asks us to erase everything: it is gone at once, what a law makes us keep is named, also in a race."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from aid import access, applying, erasing, holding
from aid.answers import Kind
from aid.classes import DataClass
from aid.models import (
    AidRequest,
    Case,
    CaseStatistic,
    Disbursement,
    LegalHold,
    Reveal,
    TaxRecord,
    Tombstone,
)
from aid.reasons import Detail, OpenReason
from aid.statuses import Status
from ledger import balances
from ledger.models import Fund
from mail.models import OutgoingEmail
from organisation.models import User
from tests.aid.conftest import fill
from tests.aid.test_confidence_is_kept import every_value
from tests.aid.test_erasing_by_rule import broken


@pytest.mark.parametrize("status", [status for status in Status if status != Status.DRAFT])
def test_in_any_state_what_the_worker_told_is_gone_at_once(
    reach: Callable[..., AidRequest], status: Status, now: datetime
) -> None:
    request = reach(status)
    at = now + timedelta(days=3)

    kept = erasing.erase_now(request_id=request.pk, at=at)

    request = AidRequest.objects.select_related("case").get(pk=request.pk)
    case = request.case
    assert [case.worker_id_sealed, case.email_sealed, request.pay_to_sealed, request.story_sealed] == [None] * 4
    assert (case.words_fingerprint, case.erased_at) == (None, at)
    was_paid = status in (Status.PAID, Status.CONFIRMED)
    assert request.status in {status, Status.WITHDRAWN}
    assert (kept.tax_until is not None) == was_paid
    tombstone = Tombstone.objects.get()
    assert (tombstone.wish, tombstone.case_id) == (Tombstone.Wish.WORKER, request.case_id)
    assert CaseStatistic.objects.count() == 1
    assert not Disbursement.objects.filter(ended_at__isnull=True).exists() or was_paid
    assert broken(at) == []


def test_open_request_is_withdrawn_and_its_money_is_free_again(
    reach: Callable[..., AidRequest], full_fund: Fund, now: datetime
) -> None:
    request = reach(Status.APPROVED, amount=60)
    promised = balances.of(full_fund).available

    erasing.erase_now(request_id=request.pk, at=now + timedelta(days=1))

    assert AidRequest.objects.get().status == Status.WITHDRAWN
    assert balances.of(full_fund).available.amount == promised.amount + 60


def test_draft_is_gone_without_a_trace(reach: Callable[..., AidRequest], now: datetime) -> None:
    request = reach(Status.DRAFT)

    kept = erasing.erase_now(request_id=request.pk, at=now)

    assert kept == erasing.Kept()
    assert not Case.objects.exists()
    assert not Tombstone.objects.exists()


def test_paid_worker_is_told_beforehand_until_when_the_tax_record_stays(
    reach: Callable[..., AidRequest], tess: User, now: datetime
) -> None:
    request = reach(Status.PAID)
    Reveal.objects.create(case=request.case, detail=Detail.PAY_TO, reason=OpenReason.TO_PAY, by=tess, at=now)

    before = erasing.what_stays(request)
    after = erasing.erase_now(request_id=request.pk, at=now + timedelta(days=1))

    assert (
        before
        == after
        == erasing.Kept(tax_until=date(2033, 3, 8), access_until=date(2028, 3, 9), marks_until=date(2026, 9, 6))
    )
    assert holding.get(TaxRecord.objects.get(), "payee") == "paypal: wanda-pay@mail.example"
    assert Reveal.objects.count() == 1


def test_legal_hold_is_said_and_nothing_is_erased(
    reach: Callable[..., AidRequest], stella: User, now: datetime
) -> None:
    request = reach(Status.IN_REVIEW)
    LegalHold.objects.create(case=request.case, by=stella, at=now)

    with pytest.raises(erasing.UnderLegalHold):
        erasing.erase_now(request_id=request.pk, at=now)

    request.refresh_from_db()
    assert (request.status, holding.get(request, "story")) == (Status.IN_REVIEW, "My account was closed over night.")


def test_notices_go_with_the_address_they_went_to(reach: Callable[..., AidRequest], now: datetime) -> None:
    mine, other = reach(Status.DECLINED), reach(Status.DECLINED)
    letters = OutgoingEmail.objects.count()

    erasing.erase_now(request_id=mine.pk, at=now)

    assert OutgoingEmail.objects.count() == letters / 2
    assert {letter.recipient for letter in OutgoingEmail.objects.all()} == {holding.get(other.case, "email")}


def test_words_and_open_visits_lead_nowhere_afterwards(full_fund: Fund, now: datetime) -> None:
    begun = applying.begin(kind=Kind.SUSPENSION, language="en", at=now)
    fill(begun)
    applying.submit(request_id=begun.request.pk, at=now)
    assert access.by_words(begun.words)

    erasing.erase_now(request_id=begun.request.pk, at=now)

    assert access.by_words(begun.words) is None
    assert access.of_visit(begun.request.pk) is None


def test_second_wish_changes_nothing(reach: Callable[..., AidRequest], now: datetime) -> None:
    request = reach(Status.CONFIRMED)
    erasing.erase_now(request_id=request.pk, at=now)

    erasing.erase_now(request_id=request.pk, at=now + timedelta(days=1))

    assert CaseStatistic.objects.count() == 1
    assert Case.objects.get().erased_at == now
    assert Tombstone.objects.count() == 1


def test_nothing_that_a_worker_wrote_is_left_in_any_table(reach: Callable[..., AidRequest], now: datetime) -> None:
    """What is sealed cannot be searched: so every sealed column of the case's rows must be empty."""
    request = reach(Status.DECLINED_FINALLY)
    before = {(table, column) for table, column, _text in every_value() if column.endswith("_sealed")}

    erasing.erase_now(request_id=request.pk, at=now)

    after = {(table, column) for table, column, _text in every_value() if column.endswith("_sealed")}
    assert {table for table, _column in before} >= {"aid_case", "aid_aidrequest", "aid_review", "aid_appeal"}
    assert {place for place in after if place[0].startswith("aid_")} == set()
    assert DataClass.STORY in Tombstone.objects.get().erased
