"""Numbers without gap or double, whoever issues and dies at once; papers that nobody rewrites; years as people count them."""

import os
import random
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from moneyed import Money

from config.proofs import PROOFS
from donations import offline, receipting, receipts
from donations.models import Method, Payment, Receipt, ReceiptSeries, Refund
from ledger.models import Fund
from organisation.models import LegalEntity, Organisation, User
from tests.conftest import NOON
from tests.donations import desk_stage

_PROCESSES = 8


def broken() -> list[str]:
    return [sentence for proof in PROOFS for sentence in proof.broken()]


def cheque(fund: Fund, by: User, number: int = 1, **more: Any) -> Payment:
    entered = offline.Entered(
        Method.CHEQUE, Money(100, "USD"), date(2026, 3, 2), fund, name=f"Ann {number}", address="1 Quay", **more
    )
    return offline.record(entered=entered, by=by, at=NOON)


@pytest.fixture
def stage(committed_db: None) -> tuple[Fund, User]:
    """An organisation whose commits are real, a fund, and adam."""
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    LegalEntity.objects.create(name="Raft Workers Inc.", address="1 Harbour Street", receipt_prefix="RW")
    fund = Fund.objects.create(slug="aid", name="Mutual aid")
    return fund, User.objects.create_user("adam", "adam@raft.example", name="Adam")


class _Dies:
    """Kills this process with SIGKILL after its so-manieth statement: no handler, no ROLLBACK, no goodbye."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer


def live(payments: list[int], by: User, *, dies_after: int | None) -> None:
    """Issue, correct and take back, as staff do all day; what somebody else did meanwhile is no mistake."""
    if dies_after:
        connection.execute_wrappers.append(_Dies(dies_after))
    for pk in payments:
        payment = Payment.objects.get(pk=pk)
        receipt = offline.issue_receipt(payment=payment, by=by, at=NOON)
        to = receipting.Correction(f"Anna {os.getpid()}", "2 Quay")
        if receipt:
            with suppress(receipting.NotValid):
                receipting.correct(receipt=receipt, to=to, note="typo", by=by, at=NOON)
        if pk % 3 == 0:
            offline.take_back(payment=payment, amount=Money(5, "USD"), reason=Refund.Reason.TYPO, by=by, at=NOON)


def fork(deed: Callable[[], None]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        deed()
        code = 0
    except BaseException as error:  # noqa: BLE001 - pytest must not go on in this process
        print(type(error).__name__, error, flush=True)  # noqa: T201 - what pytest shows if the test fails
    finally:
        os._exit(code)


@pytest.mark.parametrize("seed", [1, 2])
def test_eight_processes_leave_no_gap_and_no_double_though_half_of_them_are_killed(
    stage: tuple[Fund, User], seed: int
) -> None:
    fund, adam = stage
    dice = random.Random(seed)
    payments = [cheque(fund, adam, number).pk for number in range(6)]
    # How each process goes about it, and after how many statements it dies.
    plans = [
        (dice.sample(payments, len(payments)), dice.randint(2, 120) if number % 2 else None)
        for number in range(_PROCESSES)
    ]
    connections.close_all()  # No child may inherit an open one.

    pids = [fork(lambda plan=plan: live(plan[0], adam, dies_after=plan[1])) for plan in plans]  # type: ignore[misc]  # its own plan
    ends = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]

    assert ends == [-signal.SIGKILL if dies else 0 for _order, dies in plans]
    for pk in payments:
        offline.issue_receipt(payment=Payment.objects.get(pk=pk), by=adam, at=NOON)
    series = ReceiptSeries.objects.get()
    assert sorted(Receipt.objects.values_list("sequence", flat=True)) == list(range(1, series.last_number + 1))
    valid = Receipt.objects.filter(state=Receipt.State.ISSUED)
    assert sorted(valid.values_list("payment", flat=True)) == payments
    assert broken() == []


def test_two_administrators_at_once_replace_a_receipt_once(
    stage: tuple[Fund, User], at_once: Callable[..., list[object]]
) -> None:
    fund, adam = stage
    receipt = offline.issue_receipt(payment=cheque(fund, adam), by=adam, at=NOON)
    assert receipt

    def correct(name: str) -> Receipt:
        return receipting.correct(receipt=receipt, to=receipting.Correction(name, ""), note="typo", by=adam, at=NOON)

    outcomes = at_once(lambda: correct("Anna"), lambda: correct("Anne"))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NotValid", "Receipt"], outcomes
    assert Receipt.objects.count() == 2
    assert broken() == []


def test_correction_and_void_at_once_end_in_one_of_the_two(
    stage: tuple[Fund, User], at_once: Callable[..., list[object]]
) -> None:
    fund, adam = stage
    receipt = offline.issue_receipt(payment=cheque(fund, adam), by=adam, at=NOON)
    assert receipt
    to = receipting.Correction("Anna", "")

    outcomes = at_once(
        lambda: receipting.correct(receipt=receipt, to=to, note="x", by=adam, at=NOON),
        lambda: receipting.void(receipt=receipt, because=Receipt.Ended.MISTAKE, note="x", tell=False, by=adam, at=NOON),
    )

    assert sum(isinstance(outcome, receipting.NotValid) for outcome in outcomes) == 1, outcomes
    assert broken() == []


def test_correction_while_money_goes_back_ends_in_one_receipt_over_the_rest_with_the_right_name(
    stage: tuple[Fund, User], at_once: Callable[..., list[object]]
) -> None:
    fund, adam = stage
    payment = cheque(fund, adam)
    receipt = offline.issue_receipt(payment=payment, by=adam, at=NOON)
    assert receipt
    to = receipting.Correction("Anna", "")

    outcomes = at_once(
        lambda: receipting.correct(receipt=receipt, to=to, note="x", by=adam, at=NOON),
        lambda: offline.take_back(
            payment=payment, amount=Money(30, "USD"), reason=Refund.Reason.ASKED, by=adam, at=NOON
        ),
    )

    valid = Receipt.objects.get(state=Receipt.State.ISSUED)
    assert valid.amount == Money(70, "USD")
    # Whoever comes second to a receipt that was replaced meanwhile is told so, and corrects the new one.
    was_corrected = not isinstance(outcomes[0], receipting.NotValid)
    assert valid.snapshot["donor"] == ("Anna" if was_corrected else "Ann 1"), outcomes
    assert not isinstance(outcomes[1], Exception), outcomes
    assert broken() == []


def test_duplicate_is_made_once_however_many_ask_for_it(
    stage: tuple[Fund, User], at_once: Callable[..., list[object]]
) -> None:
    fund, adam = stage
    receipt = offline.issue_receipt(payment=cheque(fund, adam), by=adam, at=NOON)
    assert receipt
    receipts.render(receipt.pk, at=NOON)

    outcomes = at_once(*[lambda: receipting.print_again(receipt=receipt, by=adam, at=NOON).pk] * 3)

    assert len(set(outcomes)) == 1, outcomes
    assert broken() == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE donations_duplicate SET pdf = 'x'",
        "UPDATE donations_duplicate SET pdf = NULL",
        "UPDATE donations_duplicate SET sha256 = 'x'",
        "DELETE FROM donations_duplicate",
        "TRUNCATE donations_duplicate",
        "UPDATE donations_receiptdocument SET sha256 = 'x'",
        "UPDATE donations_receiptdocument SET pdf = NULL",
        "DELETE FROM donations_receiptdocument",
        "TRUNCATE donations_receiptdocument",
        "UPDATE donations_receiptdetails SET name = 'Somebody'",
        "UPDATE donations_receiptdetails SET benefit_minor = 1",
        "UPDATE donations_receiptdetails SET written_by_id = written_by_id + 1",
        "DELETE FROM donations_receiptdetails",
        "TRUNCATE donations_receiptdetails",
        "UPDATE donations_receipt SET issued_on = issued_on - 1",
        "UPDATE donations_receipt SET payment_id = payment_id + 1",
        "UPDATE donations_receipt SET code = 'X'",
        "UPDATE donations_receipt SET state = 'issued', ended_at = NULL, ended_because = '' WHERE state = 'replaced'",
        "UPDATE donations_receipt SET state = 'void', ended_at = now() WHERE state = 'issued'",
        "DELETE FROM donations_receipt WHERE state = 'replaced'",
        "DELETE FROM donations_receiptseries",
        "TRUNCATE donations_receiptseries CASCADE",
        "UPDATE donations_offlinegift SET goods = 'A boat'",
    ],
)
def test_papers_are_not_rewritten_from_a_shell(
    legal_entity: LegalEntity, aid_fund: Fund, adam: User, change: str
) -> None:
    receipt = offline.issue_receipt(payment=cheque(aid_fund, adam), by=adam, at=NOON)
    assert receipt
    receipts.render(receipt.pk, at=NOON)
    receipting.print_again(receipt=receipt, by=adam, at=NOON)
    to = receipting.Correction("Anna", "", Money(5, "USD"), "A book")
    receipting.correct(receipt=receipt, to=to, note="typo", by=adam, at=NOON)

    refused = pytest.raises(DatabaseError, match=r"not changed|may not go|Cannot|are kept|has_a_reason|foreign key")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(change)


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        # 23:30 on 31 December there, and half an hour later.
        ("Pacific/Auckland", datetime(2026, 12, 31, 10, 30, tzinfo=UTC), date(2026, 12, 31)),
        ("Pacific/Auckland", datetime(2026, 12, 31, 11, 0, tzinfo=UTC), date(2027, 1, 1)),
        ("America/Los_Angeles", datetime(2027, 1, 1, 7, 30, tzinfo=UTC), date(2026, 12, 31)),
        ("America/Los_Angeles", datetime(2027, 1, 1, 8, 0, tzinfo=UTC), date(2027, 1, 1)),
        # The clock there is put on at midnight, so that no 0:30 comes after 23:30; and back, so that 23:30 comes twice.
        ("Asia/Beirut", datetime(2026, 3, 28, 21, 30, tzinfo=UTC), date(2026, 3, 28)),
        ("Asia/Beirut", datetime(2026, 3, 28, 22, 0, tzinfo=UTC), date(2026, 3, 29)),
        ("Asia/Beirut", datetime(2026, 10, 24, 20, 30, tzinfo=UTC), date(2026, 10, 24)),
        ("Asia/Beirut", datetime(2026, 10, 24, 21, 30, tzinfo=UTC), date(2026, 10, 24)),
        ("Asia/Beirut", datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_gift_belongs_to_the_day_and_year_where_the_entity_is(
    legal_entity: LegalEntity, aid_fund: Fund, zone: str, moment: datetime, day: date
) -> None:
    legal_entity.time_zone = zone
    legal_entity.save()

    payment = desk_stage.give(1, fund=aid_fund, amount=Money(25, "USD"), at=moment)

    receipt = Receipt.objects.get(payment=payment)
    assert receipt.snapshot["given_on"] == receipt.snapshot["issued_on"] == day.isoformat()
    assert (receipt.issued_on, receipt.series.year) == (day, day.year)
    assert receipt.number == f"TEST-RW-{day.year}-000001"


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "Pacific/Kiritimati"])
@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2026, 1, 1)])
def test_cheque_counts_for_the_day_that_was_entered_in_receipt_and_books(
    legal_entity: LegalEntity, aid_fund: Fund, adam: User, zone: str, day: date
) -> None:
    legal_entity.time_zone = zone
    legal_entity.save()
    entered = offline.Entered(Method.CHEQUE, Money(100, "USD"), day, aid_fund, name="Ann")

    payment = offline.record(entered=entered, by=adam, at=NOON)
    receipt = offline.issue_receipt(payment=payment, by=adam, at=NOON)

    assert receipt
    assert receipt.snapshot["given_on"] == day.isoformat()
    payment.ledger_transaction.refresh_from_db()
    assert payment.ledger_transaction.booked_on == day
    assert broken() == []
