"""Workers take the time before they get their lock: what a gift's newest receipt is does not hang on the clock."""

from datetime import datetime, timedelta

import pytest
from moneyed import Money

from config.proofs import PROOFS
from donations import receipting, refunds
from donations.desk import receipt_history
from donations.models import Payment, Receipt
from ledger.models import Fund
from mail.models import OutgoingEmail
from organisation.models import LegalEntity, User
from stripe_gateway.objects import BalanceMove
from stripe_gateway.objects import Refund as Stated
from tests.conftest import NOON
from tests.donations.statement_stage import give

pytestmark = pytest.mark.django_db

EARLIER, LATER, LAST = (NOON + timedelta(seconds=seconds) for seconds in (60, 61, 600))


@pytest.fixture
def payment(legal_entity: LegalEntity, aid_fund: Fund) -> Payment:
    """A hundred dollars."""
    return give(aid_fund, dollars=100, at=NOON)


def send_back(payment: Payment, dollars: int, *, number: int, at: datetime) -> None:
    money = Money(dollars, "USD")
    move = BalanceMove(f"txn_back_{number}", -money, Money(0, "USD"), -money, at)
    stated = Stated(
        id=f"re_{number}",
        state="succeeded",
        amount=money,
        reason="requested_by_customer",
        intent_id=payment.intent_id or "",
        charge_id=payment.charge_id or "",
        metadata={},
        created_at=at,
        balance=move,
        failure=None,
    )
    refunds.apply(stated, payment=Payment.objects.get(pk=payment.pk), at=at)


def broken() -> list[str]:
    return [sentence for proof in PROOFS for sentence in proof.broken()]


def test_gift_that_went_back_keeps_no_valid_receipt_when_two_deeds_held_swapped_times(
    payment: Payment, adam: User
) -> None:
    to = receipting.Correction("Ann Corrected", "")
    receipting.correct(receipt=Receipt.objects.get(), to=to, note="she rang", by=adam, at=LATER)
    send_back(payment, 10, number=1, at=EARLIER)

    send_back(payment, 90, number=2, at=LAST)

    assert [receipt.state for receipt in Receipt.objects.order_by("pk")] == ["replaced", "replaced", "void"]
    assert OutgoingEmail.objects.filter(key=f"receipt-void:{Receipt.objects.latest('pk').number}").exists()
    assert broken() == []


def test_refunds_with_swapped_times_leave_one_receipt_over_the_rest(payment: Payment) -> None:
    send_back(payment, 10, number=1, at=LATER)
    send_back(payment, 20, number=2, at=EARLIER)

    send_back(payment, 30, number=3, at=LAST)

    first, second, third, fourth = Receipt.objects.order_by("pk")
    assert (fourth.state, fourth.amount, fourth.replaces) == ("issued", Money(40, "USD"), third)
    assert receipt_history.chain(fourth) == [first, second, third, fourth]
    assert broken() == []
