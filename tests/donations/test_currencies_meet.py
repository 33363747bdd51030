"""A gift in euros that settles in dollars: the receipt is in euros, the books are in dollars, both to the cent."""

import pytest
from django.core.management import call_command
from django.test import Client
from moneyed import Money

from core.money import from_minor
from donations import proofs
from donations.models import Payment, Payout, Receipt, Refund
from ledger import proofs as ledger_proofs
from ledger.models import Account, Entry, Fund
from organisation.models import Organisation
from tests.donations.giving_stage import Stripe, give


@pytest.fixture(autouse=True)
def _takes_euros_and_yen(liferaft: Organisation) -> None:
    liferaft.gift_currencies = "EUR JPY"
    liferaft.save()


def left_in_gifts() -> Money:
    return from_minor(-sum(e.amount_minor for e in Entry.objects.filter(account=Account.GIFTS)), "USD")


def test_gift_in_euros_is_booked_in_the_funds_dollars_and_receipted_in_euros(
    visitor: Client, stripe: Stripe, aid_fund: Fund
) -> None:
    give(visitor, stripe, amount="25", interval="once", currency="eur")
    stripe.deliver_new(visitor)
    payment = Payment.objects.get()
    assert (payment.given, payment.gross) == (Money(25, "EUR"), Money(30, "USD"))
    assert Receipt.objects.get().amount == Money(25, "EUR")
    # The rate of another day: the part that goes back is worth less than it was.
    stripe.sandbox.call("POST", "/_/settlement", {"rates": {"eur": "1.10"}})

    stripe.api.v1.refunds.create({"payment_intent": str(payment.intent_id), "amount": 1000})
    stripe.deliver_new(visitor)

    assert Refund.objects.get().amount == Money(10, "EUR")
    assert payment.remaining == Receipt.objects.get(state="issued").amount == Money(15, "EUR")
    assert left_in_gifts() == Money(30, "USD") - Money(11, "USD")
    stripe.sandbox.call("POST", f"/_/charges/{payment.charge_id}/dispute", {"amount": 1500})
    stripe.sandbox.clock(seconds=3 * 86400)
    stripe.sandbox.call("POST", "/_/payouts", {})
    stripe.sandbox.clock(seconds=3700)
    stripe.deliver_new(visitor)
    assert not Receipt.objects.filter(state="issued").exists()
    assert left_in_gifts() == Money("2.50", "USD")  # What the rates left over.
    assert not Payout.objects.exists()  # Less than nothing is there to pay out.
    call_command("sync_stripe", "--check")
    assert [*proofs.broken(), *ledger_proofs.broken()] == []


def test_yen_have_no_cents_anywhere(visitor: Client, stripe: Stripe) -> None:
    give(visitor, stripe, amount="2500", interval="once", currency="jpy")
    stripe.deliver_new(visitor)

    payment, receipt = Payment.objects.get(), Receipt.objects.get()

    assert payment.given == receipt.amount == Money(2500, "JPY")
    assert payment.gross == Money("16.25", "USD")
    assert receipt.snapshot["amount"] == [2500, "JPY"]
    assert list(proofs.broken()) == []
