"""Whoever is erased while a paper with their name is being written is named by none afterwards. Real connections."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from moneyed import Money

from config.proofs import PROOFS
from donations import erasing, receipting, receipts
from donations.models import Donor, Payment, Receipt, ReceiptDocument, Statement, StatementDocument
from ledger.models import Fund
from organisation.models import LegalEntity, Organisation, User
from tests.conftest import NOON
from tests.donations.statement_stage import give, issue
from tests.donations.test_receipts_in_whatever_order import send_back


def broken() -> list[str]:
    return [sentence for proof in PROOFS for sentence in proof.broken()]


@pytest.fixture
def payment(committed_db: None) -> Payment:
    """Zelda gave forty dollars."""
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    LegalEntity.objects.create(name="Raft Workers Inc.", address="1 Harbour Street", receipt_prefix="RW")
    fund = Fund.objects.create(slug="aid", name="Mutual aid")
    return give(fund, dollars=40, email="zelda@mail.example", name="Zelda Zorn", at=NOON)


class Turn:
    """Lets the other deed go on as far as it can: until it waits for a lock, or is done."""

    def __init__(self) -> None:
        self.begun, self.over = threading.Event(), threading.Event()

    def give(self) -> None:
        self.begun.set()
        for _ in range(400):
            if self.over.wait(0.025) or _somebody_waits_for_us():
                return
        raise AssertionError("the other deed is neither done nor does it wait")

    def taken(self, deed: Callable[[], object]) -> Callable[[], object]:
        def do() -> object:
            assert self.begun.wait(20)
            try:
                return deed()
            finally:
                self.over.set()

        return do


def _somebody_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])


def papers() -> str:
    return str(list(Receipt.objects.values_list("snapshot", flat=True)))


def test_receipt_that_was_not_committed_yet_names_no_erased_donor(
    payment: Payment, at_once: Callable[..., list[object]]
) -> None:
    turn = Turn()

    def refund() -> None:
        with transaction.atomic():
            send_back(payment, 15, number=1, at=NOON)
            turn.give()

    outcomes = at_once(refund, turn.taken(lambda: erasing.erase(donor=payment.donor, at=NOON)))

    assert outcomes == [None, None]
    assert Receipt.objects.count() == 2
    assert "Zelda" not in papers()
    assert broken() == []


def test_receipt_that_is_issued_while_its_donor_is_erased_names_nobody(
    payment: Payment, at_once: Callable[..., list[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    turn, empty = Turn(), erasing._empty_statements

    def empty_slowly(*args: Any, **more: Any) -> None:
        turn.give()
        empty(*args, **more)

    monkeypatch.setattr(erasing, "_empty_statements", empty_slowly)

    outcomes = at_once(
        lambda: erasing.erase(donor=payment.donor, at=NOON),
        turn.taken(lambda: send_back(payment, 15, number=1, at=NOON)),
    )

    assert outcomes == [None, None]
    assert [receipt.amount for receipt in Receipt.objects.order_by("pk")] == [Money(40, "USD"), Money(25, "USD")]
    assert "Zelda" not in papers()
    assert broken() == []


@pytest.mark.django_db
def test_what_a_donor_received_is_not_printed_once_they_are_erased(
    legal_entity: LegalEntity, aid_fund: Fund, adam: User
) -> None:
    payment = give(aid_fund, dollars=40, name="Zelda Zorn", at=NOON)
    to = receipting.Correction("Zelda Z. Zorn", "9 Zelda Street", Money(5, "USD"), "Dinner for Zelda")
    receipting.correct(receipt=Receipt.objects.get(), to=to, note="", by=adam, at=NOON)
    erasing.erase(donor=payment.donor, at=NOON)

    send_back(payment, 15, number=1, at=NOON)

    assert "Zelda" not in papers()
    assert Receipt.objects.latest("pk").snapshot["benefit"] == [500, "USD"]
    assert broken() == []


@pytest.mark.django_db
def test_erasing_again_finishes_what_an_earlier_version_left(legal_entity: LegalEntity, aid_fund: Fund) -> None:
    payment = give(aid_fund, dollars=40, name="Zelda Zorn", at=NOON)
    receipts.render(Receipt.objects.get().pk, at=NOON)
    issue(legal_entity, at=NOON)
    Donor.objects.update(email="", name="", address="", erased_at=NOON)
    assert broken() == [
        f"receipt {Receipt.objects.get()} names a donor who was erased",
        f"statement {Statement.objects.get()} names a donor who was erased",
    ]

    erasing.erase(donor=Donor.objects.get(pk=payment.donor_id), at=NOON)

    assert "Zelda" not in papers()
    assert "Zelda" not in str(Statement.objects.get().snapshot)
    assert ReceiptDocument.objects.get().content == StatementDocument.objects.get().content == b""
    assert broken() == []


@pytest.mark.django_db
def test_receipt_that_was_emptied_is_not_printed(legal_entity: LegalEntity, aid_fund: Fund) -> None:
    payment = give(aid_fund, dollars=40, name="Zelda Zorn", at=NOON)
    receipt = Receipt.objects.get()
    erasing.erase(donor=payment.donor, at=NOON)

    assert not receipts.without_pdf().exists()
    assert not receipts.render(receipt.pk, at=NOON)  # By a worker who had it on its list.

    assert not ReceiptDocument.objects.exists()
    assert broken() == []
