"""What audit_books would say if somebody with the database's password tampered with gifts and receipts."""

from datetime import UTC, datetime

import pgtrigger
import pytest
from django.db import connection
from django.test import Client
from moneyed import Money

from donations import disputes, giving, payouts, proofs, receipts
from donations.models import Checkout, Payment, Receipt
from ledger import posting
from ledger.models import BY_HAND, Account, Fund, Kind
from ledger.posting import Line
from stripe_gateway import bank
from stripe_gateway.objects import BalanceMove, PaidCharge

AT = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)


@pytest.fixture
def _two_gifts(visitor: Client, aid_fund: Fund) -> None:
    for number in (1, 2):
        amount, fee = Money(25, "USD"), Money(1, "USD")
        move = BalanceMove(f"txn_{number}", amount, fee, amount - fee, AT)
        checkout = Checkout.objects.create(
            email="ann@example.org", amount_minor=2500, currency="USD", interval="once", fund=aid_fund, started_at=AT
        )
        charge = PaidCharge(f"ch_{number}", f"pi_{number}", amount, livemode=False, balance=move)
        giving.record_payment(charge=charge, move=move, checkout=checkout, renewal=None, at=AT)
    receipts.render(Receipt.objects.order_by("pk")[0].pk, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.usefixtures("_two_gifts")
def test_nothing_is_found_where_nothing_is_broken() -> None:
    assert list(proofs.broken()) == []
    assert proofs.checked()["gifts"] == proofs.checked()["receipts"] == 2


@pytest.mark.usefixtures("_two_gifts")
@pytest.mark.parametrize(
    ("tampering", "sentence"),
    [
        ("DELETE FROM donations_receipt WHERE sequence = 2", "has a gap"),
        ("UPDATE donations_receiptseries SET last_number = 7", "has a gap"),
        ("UPDATE donations_receipt SET number = 'X' WHERE sequence = 2", "does not carry the number of its place"),
        ("""UPDATE donations_receipt SET snapshot = snapshot || '{"donor": "Eve"}'""", "the snapshot of receipt"),
        ("UPDATE donations_receipt SET amount_minor = 1", "says something else than its snapshot"),
        ("UPDATE donations_receipt SET snapshot = '{}'", "says something else than its snapshot"),
        (
            "UPDATE donations_receipt SET state = 'void', ended_at = now(), ended_because = 'mistake'",
            "has 0 valid receipts",
        ),
        (
            "UPDATE donations_receipt SET state = 'replaced', ended_at = now(), ended_because = 'corrected'",
            "does not fit what follows it",
        ),
        ("UPDATE donations_receiptdocument SET pdf = 'x'", "does not have the hash that was kept"),
        ("UPDATE donations_payment SET fee_minor = 0, net_minor = gross_minor", "do not agree"),
        ("UPDATE donations_payment SET balance_transaction_id = 'txn_' || id || 'x'", "books something else"),
        ("UPDATE ledger_entry SET amount_minor = amount_minor * 2", "do not agree"),
    ],
)
def test_tampering_is_named(tampering: str, sentence: str) -> None:
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(tampering)

    assert any(sentence in found for found in proofs.broken()), list(proofs.broken())


@pytest.mark.usefixtures("_two_gifts")
@pytest.mark.parametrize("kind", sorted(set(Kind) - set(BY_HAND) - {Kind.REVERSAL, Kind.DISBURSEMENT}))
def test_money_that_moves_for_nothing_is_named(kind: str, aid_fund: Fund) -> None:
    """One person with the database's password books a spending as what Stripe does: it never touches the Stripe balance."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    money = Money(7, "USD")
    lines = [Line(Account.RUNNING, aid_fund, money), Line(Account.BANK, aid_fund, -money)]
    with pgtrigger.ignore():
        posting.post(kind=Kind(kind), reference="stripe:txn_x", lines=lines, occurred_at=AT, at=AT)

    found = list(proofs.broken())

    assert len(found) == 1
    assert "ledger transaction stripe:txn_x" in found[0]


@pytest.fixture
def _taken_back_and_paid_out(_two_gifts: None) -> None:
    """The first gift is disputed, what is left goes to the bank and comes back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    first = Payment.objects.earliest("pk")
    taken = BalanceMove("txn_du", Money(-25, "USD"), Money(15, "USD"), Money(-40, "USD"), AT)
    stated = bank.Dispute(
        "du_1", "needs_response", "general", Money(25, "USD"), "ch_1", "pi_1", False, None, AT, (taken,)
    )
    disputes.apply(stated, payment=first, at=AT)
    nothing, left = Money(0, "USD"), Money(8, "USD")
    there = BalanceMove("txn_po", -left, nothing, -left, AT)
    back = BalanceMove("txn_back", left, nothing, left, AT)
    payouts.apply(bank.Payout("po_1", "failed", left, False, False, False, AT, AT, there, back), lines=[], at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert list(proofs.broken()) == []


@pytest.mark.usefixtures("_taken_back_and_paid_out")
@pytest.mark.parametrize(
    ("tampering", "sentence"),
    [
        ("UPDATE donations_disputemove SET is_withdrawal = false", "gave back what it had not taken"),
        ("UPDATE donations_disputemove SET balance_transaction_id = 'txn_x'", "do not agree"),
        ("DELETE FROM donations_disputemove", "belongs to no gift, refund, dispute or payout"),
        ("UPDATE ledger_entry SET amount_minor = amount_minor + 1 WHERE account = 'bank'", "payout po_1"),
        ("UPDATE donations_payout SET amount_minor = 7", "payout po_1"),
        ("UPDATE donations_payout SET failure_transaction_id = NULL", "belongs to no gift, refund, dispute or payout"),
        (
            "UPDATE ledger_transaction SET reference = 'by hand' WHERE kind = 'payout'",
            "moves the Stripe balance and names no line of it",
        ),
    ],
)
def test_tampering_with_what_banks_did_is_named(tampering: str, sentence: str) -> None:
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(tampering)

    assert any(sentence in found for found in proofs.broken()), list(proofs.broken())
