"""What audit_books would say if somebody with the database's password tampered with gifts and receipts."""

from datetime import UTC, datetime

import pgtrigger
import pytest
from django.db import connection
from django.test import Client
from moneyed import Money

from donations import giving, proofs, receipts
from donations.models import Checkout
from ledger.models import Fund
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
    receipts.render_next(at=AT)
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
        ("UPDATE donations_receipt SET state = 'void', ended_at = now()", "has 0 valid receipts"),
        ("UPDATE donations_receipt SET state = 'replaced', ended_at = now()", "does not fit what follows it"),
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
