"""A donor's bank takes a gift back, or asks, and decides: each step is in the books, and the receipt follows."""

from typing import Any

import pytest
from django.test import Client
from moneyed import Money

from core import clock
from core.money import from_minor
from donations import proofs, refunds, tasks
from donations.models import Dispute, DisputeMove, Payment, Receipt, Refund, Subscription
from ledger import balances, promises
from ledger import proofs as ledger_proofs
from ledger.models import Account, Entry, Fund, Transaction
from mail.models import OutgoingEmail
from organisation.models import User
from stripe_gateway import tasks as stripe_tasks
from stripe_gateway.models import StripeEvent
from tests.donations.giving_stage import Stripe, give

DISPUTE_FEE = Money(15, "USD")


@pytest.fixture
def payment(visitor: Client, stripe: Stripe) -> Payment:
    """Ann gave $50 once."""
    give(visitor, stripe, amount="50", interval="once")
    stripe.deliver_new(visitor)
    return Payment.objects.get()


def dispute(stripe: Stripe, payment: Payment, **wish: Any) -> Any:
    return stripe.sandbox.call("POST", f"/_/charges/{payment.charge_id}/dispute", wish)


def are_clean() -> bool:
    assert [*proofs.broken(), *ledger_proofs.broken()] == []
    assert not StripeEvent.objects.filter(state="failed").exists()
    return True


def letters_to(address: str) -> list[str]:
    """Why each letter was sent to somebody."""
    letters = OutgoingEmail.objects.order_by("pk")
    return [letter.key.split(":")[0] for letter in letters if letter.recipient == address]


def booked(account: Account) -> Money:
    return from_minor(sum(entry.amount_minor for entry in Entry.objects.filter(account=account)), "USD")


def test_disputed_gift_leaves_the_books_with_the_fee_and_its_receipt_is_void(
    visitor: Client, stripe: Stripe, payment: Payment, aid_fund: Fund, fay: User
) -> None:
    dispute(stripe, payment, reason="fraudulent")

    stripe.deliver_new(visitor)

    found = Dispute.objects.get()
    assert (found.state, found.reason, found.amount) == ("needs_response", "fraudulent", Money(50, "USD"))
    assert found.moves.get().ledger_transaction.kind == "dispute"
    assert balances.of(aid_fund).posted == -payment.fee - DISPUTE_FEE
    assert booked(Account.GIFTS) == Money(0, "USD")
    assert payment.remaining == Money(0, "USD")
    assert Receipt.objects.get().state == "void"
    assert letters_to(fay.email) == ["dispute-opened"]
    # The donor asked the bank, not us: no letter says that we send anything back.
    assert letters_to("ann@example.org") == ["receipt"]
    assert are_clean()


@pytest.mark.parametrize("return_fee", [False, True])
def test_won_dispute_brings_the_gift_and_a_valid_receipt_back(
    visitor: Client, stripe: Stripe, payment: Payment, aid_fund: Fund, return_fee: bool
) -> None:
    made = dispute(stripe, payment)
    stripe.deliver_new(visitor)
    stripe.sandbox.call("POST", f"/_/disputes/{made['id']}/win", {"return_fee": return_fee})

    stripe.deliver_new(visitor)

    assert Dispute.objects.get().state == "won"
    assert [move.is_withdrawal for move in DisputeMove.objects.order_by("pk")] == [True, False]
    assert balances.of(aid_fund).posted == payment.net - (Money(0, "USD") if return_fee else DISPUTE_FEE)
    void, valid = Receipt.objects.order_by("pk")
    assert (void.state, valid.state, valid.amount, valid.replaces) == ("replaced", "issued", Money(50, "USD"), void)
    assert are_clean()


def test_lost_dispute_changes_nothing_more(visitor: Client, stripe: Stripe, payment: Payment) -> None:
    made = dispute(stripe, payment)
    stripe.deliver_new(visitor)
    before = Transaction.objects.count()
    stripe.sandbox.call("POST", f"/_/disputes/{made['id']}/lose")

    stripe.deliver_new(visitor)

    assert Dispute.objects.get().state == "lost"
    assert Transaction.objects.count() == before
    assert are_clean()


def test_inquiry_takes_nothing_until_it_becomes_a_dispute(
    visitor: Client, stripe: Stripe, payment: Payment, aid_fund: Fund, fay: User
) -> None:
    made = dispute(stripe, payment, inquiry=True)
    stripe.deliver_new(visitor)
    assert Dispute.objects.get().state == "warning_needs_response"
    assert balances.of(aid_fund).posted == payment.net
    assert Receipt.objects.get().is_valid
    stripe.sandbox.call("POST", f"/_/disputes/{made['id']}/escalate")

    stripe.deliver_new(visitor)

    assert Dispute.objects.get().state == "needs_response"
    assert Receipt.objects.get().state == "void"
    assert letters_to(fay.email) == ["dispute-asked", "dispute-opened"]
    assert are_clean()


def test_part_that_is_disputed_leaves_a_receipt_over_the_rest(
    visitor: Client, stripe: Stripe, payment: Payment
) -> None:
    dispute(stripe, payment, amount=2000)

    stripe.deliver_new(visitor)

    assert payment.remaining == Money(30, "USD")
    assert [r.amount for r in Receipt.objects.filter(state="issued")] == [Money(30, "USD")]
    assert are_clean()


def test_fee_may_exceed_the_gift_and_treasurers_hear_that_the_fund_is_overdrawn(
    visitor: Client, stripe: Stripe, aid_fund: Fund, tess: User
) -> None:
    give(visitor, stripe, amount="5", interval="once")
    stripe.deliver_new(visitor)
    payment = Payment.objects.get()
    dispute(stripe, payment)

    for event in stripe.deliver_new(visitor):
        stripe.deliver(visitor, event)

    assert balances.of(aid_fund).posted == -payment.fee - DISPUTE_FEE
    letter = OutgoingEmail.objects.get(key__startswith="fund-overdrawn:")
    assert letter.recipient == tess.email
    assert "Stripe took $20.00 from the fund “Mutual aid” (Dispute)" in letter.text
    with pytest.raises(balances.FundTooLow):
        promises.promise(fund=aid_fund, amount=Money(1, "USD"), reference="aid-request:1", at=clock.now())
    assert are_clean()


@pytest.mark.parametrize("order", [1, -1])
def test_dispute_that_is_heard_of_before_its_gift_books_both(
    visitor: Client, stripe: Stripe, order: int, aid_fund: Fund
) -> None:
    give(visitor, stripe, amount="50", interval="once")
    charge = stripe.api.v1.charges.list().data[0]
    stripe.sandbox.call("POST", f"/_/charges/{charge.id}/dispute", {})

    for event in sorted(stripe.new_events(), key=lambda event: "dispute" not in event["type"])[::order]:
        stripe.deliver(visitor, event)
        stripe.deliver(visitor, event | {"id": f"{event['id']}_again"})
    stripe_tasks.process_due()

    assert Payment.objects.count() == Dispute.objects.count() == DisputeMove.objects.count() == 1
    assert balances.of(aid_fund).posted == -Payment.objects.get().fee - DISPUTE_FEE
    assert are_clean()


def test_recurring_gift_whose_payment_the_bank_took_is_stopped_at_stripe(visitor: Client, stripe: Stripe) -> None:
    give(visitor, stripe, amount="50")
    stripe.deliver_new(visitor)
    dispute(stripe, Payment.objects.get())
    stripe.deliver_new(visitor)
    assert Subscription.objects.waiting_to_stop().exists()
    stripe.sandbox.clock(seconds=300)

    tasks.tell_stripe()
    stripe.deliver_new(visitor)

    assert Subscription.objects.get().state == "canceled"
    stripe.sandbox.clock(months=2)
    stripe.deliver_new(visitor)
    assert Payment.objects.count() == 1
    assert are_clean()


def test_inquiry_does_not_stop_a_recurring_gift(visitor: Client, stripe: Stripe) -> None:
    give(visitor, stripe, amount="50")
    stripe.deliver_new(visitor)
    dispute(stripe, Payment.objects.get(), inquiry=True)

    stripe.deliver_new(visitor)

    assert not Subscription.objects.waiting_to_stop().exists()


def test_nothing_of_a_gift_that_the_bank_has_can_be_sent_back(
    visitor: Client, stripe: Stripe, payment: Payment, fay: User
) -> None:
    dispute(stripe, payment)
    stripe.deliver_new(visitor)

    with pytest.raises(refunds.MoreThanIsLeft):
        refunds.ask(payment=payment, amount=Money(1, "USD"), reason=Refund.Reason.ASKED, by=fay, at=clock.now())


def test_dispute_about_somebody_elses_payment_is_left_alone(visitor: Client, stripe: Stripe) -> None:
    session = stripe.api.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "line_items": [
                {"price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Mug"}}, "quantity": 1}
            ],
            "success_url": "http://localhost:8000/",
        }
    )
    stripe.sandbox.pay(str(session.url))
    charge = stripe.api.v1.charges.list().data[0]
    stripe.sandbox.call("POST", f"/_/charges/{charge.id}/dispute", {})

    stripe.deliver_new(visitor)

    assert not Dispute.objects.exists()
    assert are_clean()


def test_desk_shows_what_a_dispute_moved_and_until_when_to_answer(
    client: Client, stripe: Stripe, payment: Payment, fay: User
) -> None:
    dispute(stripe, payment)
    stripe.deliver_new(client)
    client.force_login(fay)

    listed = client.get("/staff/gifts/disputes/").content.decode()
    found = Dispute.objects.get()
    page = client.get(f"/staff/gifts/disputes/{found.stripe_id}/").content.decode()

    assert f"/staff/gifts/disputes/{found.stripe_id}/" in listed
    assert "Answer it at Stripe" in page
    for amount in ["-$65.00", "$15.00", "$50.00"]:
        assert amount in page
