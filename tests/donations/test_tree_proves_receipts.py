"""Whoever holds a receipt fetches the proof that its gift is in the public books, and a refund's beside it."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from core import clock
from donations.models import Payment, Receipt
from tests.donations.giving_stage import Stripe, give
from tests.ledger.tree_stage import check, public_heads, seal, write

DAY = timedelta(days=1)


@pytest.fixture
def payment(visitor: Client, stripe: Stripe) -> Payment:
    """Ann gave $50 once."""
    give(visitor, stripe, amount="50", interval="once", name="Ann Lee", email="ann@mail.example")
    stripe.deliver_new(visitor)
    return Payment.objects.get()


def fetched(browser: Client, receipt: Receipt) -> dict[str, Any]:
    told: dict[str, Any] = browser.get(f"/receipts/verify/{receipt.code}/proof.json").json()
    return told


def night_passes(at: datetime) -> None:
    seal(at=at)
    seal(at=at + DAY)


def test_receipt_is_proved_by_who_holds_it(visitor: Client, payment: Payment, tmp_path: Path) -> None:
    night_passes(clock.now())

    told = fetched(Client(), Receipt.objects.get())

    status, text = check(write(told, tmp_path), "--heads", public_heads(tmp_path))
    assert status == 0, text
    assert "IN BOOKS  gift of" in text
    assert f"aid gifts {-payment.gross_minor} USD" in text
    assert told["receipt"]["amount_minor"] == 5000
    assert "at the end of" in told["meaning"][0]


def test_proof_holds_nothing_of_the_donor(visitor: Client, payment: Payment) -> None:
    night_passes(clock.now())

    text = json.dumps(fetched(Client(), Receipt.objects.get()))

    for word in ["ann", "lee", "mail.example", str(payment.reference), str(payment.donor.reference)]:
        assert word.lower() not in text.lower().replace("transaction", "").replace("cannot", "")


def test_gift_of_this_minute_and_of_today_says_when_to_come_back(
    visitor: Client, payment: Payment, tmp_path: Path
) -> None:
    receipt = Receipt.objects.get()
    assert "not sealed yet" in fetched(visitor, receipt)["meaning"][0]
    seal(at=clock.now())

    told = fetched(visitor, receipt)

    assert "tomorrow" in told["meaning"][0]
    assert check(write(told, tmp_path))[0] == 3


def test_refunded_gift_is_still_proved_with_its_refund(
    visitor: Client, stripe: Stripe, payment: Payment, tmp_path: Path
) -> None:
    stripe.api.v1.refunds.create({"payment_intent": str(payment.intent_id), "amount": 2000})
    stripe.deliver_new(visitor)
    night_passes(clock.now())
    old, new = Receipt.objects.order_by("pk")

    for receipt, state in [(old, "replaced"), (new, "issued")]:
        told = fetched(visitor, receipt)
        status, text = check(write(told, tmp_path), "--heads", public_heads(tmp_path))
        assert status == 0, text
        assert "IN BOOKS  gift of" in text
        assert "IN BOOKS  refund of" in text
        assert told["receipt"]["state"] == state


def test_unknown_code_has_no_proof(visitor: Client, payment: Payment) -> None:
    assert visitor.get("/receipts/verify/AAAAAAAAAAAA/proof.json").status_code == 404


def test_proof_is_kept_by_nobody_on_the_way(visitor: Client, payment: Payment) -> None:
    answer = visitor.get(f"/receipts/verify/{Receipt.objects.get().code.lower()}/proof.json")

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies
