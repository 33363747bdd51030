"""Money that is not what was asked for waits for a person, who books it or sends it back. Each happens once."""

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from moneyed import Money

from donations import held as deciding
from donations import proofs
from donations.models import Checkout, HeldPayment, Payment, Receipt, Refund
from ledger.models import Fund, Transaction
from organisation.models import AuditEvent, User
from stripe_gateway import reading
from tests.donations.giving_stage import Stripe, give


def pay_otherwise(stripe: Stripe, reference: str, cents: int) -> None:
    """A payment that carries our checkout's reference, and is none of ours."""
    session = stripe.api.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "line_items": [
                {
                    "price_data": {"currency": "usd", "unit_amount": cents, "product_data": {"name": "x"}},
                    "quantity": 1,
                }
            ],
            "success_url": "http://localhost:8000/",
            "payment_intent_data": {"metadata": {"liferaft_checkout": reference}},
        }
    )
    stripe.sandbox.pay(str(session.url))


@pytest.fixture
def held(visitor: Client, stripe: Stripe, aid_fund: Fund) -> HeldPayment:
    """Ann paid her gift of $50, and then the same once more."""
    checkout = give(visitor, stripe, amount="50", interval="once")
    stripe.deliver_new(visitor)
    pay_otherwise(stripe, checkout.reference, 5000)
    stripe.deliver_new(visitor)
    found = HeldPayment.objects.get()
    assert found.reason == "twice"
    return found


def test_second_payment_becomes_a_gift_of_its_own(
    client: Client, stripe: Stripe, held: HeldPayment, aid_fund: Fund, fay: User
) -> None:
    stripe.api.v1.refunds.create({"payment_intent": held.intent_id, "amount": 1000})
    stripe.deliver_new(client)
    client.force_login(fay)
    assert "Book it" in client.get(f"/staff/gifts/stripe/held/{held.pk}/").content.decode()

    for _twice in range(2):
        client.post(f"/staff/gifts/stripe/held/{held.pk}/", {"deed": "book", "fund": str(aid_fund.pk)})

    first, second = Payment.objects.order_by("pk")
    assert first.donor == second.donor
    assert first.checkout != second.checkout
    assert second.remaining == Money(40, "USD")
    assert Receipt.objects.filter(payment=second, state="issued").get().amount == Money(40, "USD")
    held.refresh_from_db()
    assert held.closed_by == fay
    assert AuditEvent.objects.filter(action="donations.held_payment_booked").count() == 1
    call_command("sync_stripe", "--check")
    assert list(proofs.broken()) == []


def test_second_payment_goes_back_whole_and_stays_out_of_the_books(
    client: Client, stripe: Stripe, held: HeldPayment, fay: User
) -> None:
    before = Transaction.objects.count()
    client.force_login(fay)

    for _twice in range(2):
        client.post(f"/staff/gifts/stripe/held/{held.pk}/", {"deed": "back"})
    stripe.deliver_new(client)

    assert [refund.amount for refund in stripe.api.v1.refunds.list().data] == [5000]
    assert Transaction.objects.count() == before
    assert not Refund.objects.exists()
    call_command("sync_stripe", "--check")


def test_cheaper_payment_is_booked_as_it_came(
    visitor: Client, client: Client, stripe: Stripe, fay: User, aid_fund: Fund
) -> None:
    checkout = give(client, stripe, amount="50", interval="once")
    stripe.new_events()
    pay_otherwise(stripe, checkout.reference, 100)
    stripe.deliver_new(client)
    held = HeldPayment.objects.get()
    client.force_login(fay)

    client.post(f"/staff/gifts/stripe/held/{held.pk}/", {"deed": "book", "fund": str(aid_fund.pk)})

    payment = Payment.objects.get()
    assert (payment.gross, payment.checkout) == (Money(1, "USD"), checkout)
    assert Checkout.objects.get().state == "paid"


def test_payment_of_nobody_we_know_needs_an_address(
    client: Client, stripe: Stripe, fay: User, aid_fund: Fund, legal_entity: object
) -> None:
    pay_otherwise(stripe, "of-another-database", 2000)
    stripe.deliver_new(client)
    held = HeldPayment.objects.get()
    client.force_login(fay)
    address = f"/staff/gifts/stripe/held/{held.pk}/"

    client.post(address, {"deed": "book", "fund": str(aid_fund.pk)})
    assert not Payment.objects.exists()
    client.post(address, {"deed": "book", "fund": str(aid_fund.pk), "email": "zora@example.org"})

    assert Payment.objects.get().donor.email == "zora@example.org"


def test_who_books_while_somebody_else_sends_it_back_books_that_too(
    client: Client,
    stripe: Stripe,
    held: HeldPayment,
    aid_fund: Fund,
    fay: User,
    monkeypatch: pytest.MonkeyPatch,
    now: Any,
) -> None:
    refunds_of = reading.refunds_of

    def refunds_of_a_moment_ago(intent_id: str) -> list[str]:
        found = refunds_of(intent_id)
        if not found:
            stripe.api.v1.refunds.create({"payment_intent": intent_id})
            # Its event finds no gift in the books: the transaction that books it is not done.
            stripe.new_events()
        return found

    monkeypatch.setattr(reading, "refunds_of", refunds_of_a_moment_ago)
    payment = deciding.book(held=held, fund=aid_fund, email="", by=fay, at=now)

    payment.refresh_from_db()
    assert payment.remaining == Money(0, "USD")
    assert Refund.objects.get().state == "succeeded"
    call_command("sync_stripe", "--check")
    assert list(proofs.broken()) == []
