"""What goes to the bank: each fund's share goes with it, to the cent, and comes back if the bank refuses."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from moneyed import Money
from pytest_django import Settings

from core import clock
from core.money import from_minor
from donations import proofs, stripe_events
from donations.models import HeldPayment, Payment, Payout
from ledger import balances
from ledger import proofs as ledger_proofs
from ledger.models import Account, Entry, Fund, Transaction
from mail.models import OutgoingEmail
from organisation.models import User
from stripe_gateway import inbox
from stripe_gateway import tasks as stripe_tasks
from stripe_gateway.models import StripeEvent
from tests.donations.giving_stage import Stripe, give

Shares = dict[tuple[str, str], Money]


def pay_out(stripe: Stripe, **wish: Any) -> Any:
    """Send to the bank what has become available; an hour later Stripe says what the payout holds."""
    stripe.sandbox.clock(seconds=3 * 86400)
    made = stripe.sandbox.call("POST", "/_/payouts", wish)["payouts"]
    stripe.sandbox.clock(seconds=3700)
    return made


def standing() -> Shares:
    """What each fund has at Stripe and at the bank."""
    found: dict[tuple[str, str], int] = {}
    for entry in Entry.objects.filter(account__in=[Account.STRIPE, Account.BANK]).select_related("fund"):
        key = (entry.fund.slug, str(entry.account))
        found[key] = found.get(key, 0) + entry.amount_minor
    return {key: from_minor(minor, "USD") for key, minor in found.items()}


def assert_clean() -> None:
    assert [*proofs.broken(), *ledger_proofs.broken()] == []
    assert not StripeEvent.objects.filter(state="failed").exists()


def test_payout_takes_each_funds_share_to_the_bank(
    visitor: Client, stripe: Stripe, aid_fund: Fund, general_fund: Fund
) -> None:
    give(visitor, stripe, amount="50", interval="once", fund="aid")
    give(visitor, stripe, amount="20", interval="once", fund="general")
    stripe.deliver_new(visitor)
    aid, general = Payment.objects.get(fund=aid_fund), Payment.objects.get(fund=general_fund)
    stripe.api.v1.refunds.create({"payment_intent": str(aid.intent_id), "amount": 1000})
    made = pay_out(stripe)

    for event in stripe.deliver_new(visitor):
        stripe.deliver(visitor, event | {"id": f"{event['id']}_again"})
    stripe_tasks.process_due()

    payout = Payout.objects.get()
    assert (payout.stripe_id, payout.state, payout.is_automatic) == (made[0]["id"], "in_transit", True)
    assert payout.ledger_transaction
    assert payout.ledger_transaction.kind == "payout"
    assert payout.amount == aid.net - Money(10, "USD") + general.net
    nothing = Money(0, "USD")
    assert standing() == {
        ("aid", "stripe"): nothing,
        ("aid", "bank"): aid.net - Money(10, "USD"),
        ("general", "stripe"): nothing,
        ("general", "bank"): general.net,
    }
    stripe.sandbox.clock(seconds=3 * 86400)
    stripe.deliver_new(visitor)
    assert Payout.objects.get().state == "paid"
    assert_clean()


def test_payout_that_the_bank_refuses_comes_back_and_goes_with_the_next(
    visitor: Client, stripe: Stripe, aid_fund: Fund, tess: User
) -> None:
    give(visitor, stripe, amount="50", interval="once")
    made = pay_out(stripe)
    stripe.deliver_new(visitor)
    net = Payment.objects.get().net
    assert standing()["aid", "bank"] == net
    stripe.sandbox.call("POST", f"/_/payouts/{made[0]['id']}/fail", {"code": "account_closed"})

    for event in stripe.deliver_new(visitor):
        stripe.deliver(visitor, event)

    payout = Payout.objects.get()
    assert payout.state == "failed"
    assert payout.failure_transaction
    assert payout.failure_transaction.kind == "payout_failed"
    assert standing() == {("aid", "stripe"): net, ("aid", "bank"): Money(0, "USD")}
    letters = [letter for letter in OutgoingEmail.objects.all() if letter.key.startswith("payout-failed:")]
    assert [letter.recipient for letter in letters] == [tess.email]
    pay_out(stripe)
    stripe.deliver_new(visitor)
    assert standing() == {("aid", "stripe"): Money(0, "USD"), ("aid", "bank"): net}
    assert_clean()


def test_dispute_that_a_later_payout_bears_makes_that_funds_share_negative(
    visitor: Client, stripe: Stripe, aid_fund: Fund, general_fund: Fund, fay: User
) -> None:
    give(visitor, stripe, amount="50", interval="once")
    pay_out(stripe)
    stripe.deliver_new(visitor)
    payment = Payment.objects.get()
    stripe.sandbox.call("POST", f"/_/charges/{payment.charge_id}/dispute", {})
    give(visitor, stripe, amount="200", interval="once", fund="general")
    pay_out(stripe)

    stripe.deliver_new(visitor)

    visitor.force_login(fay)
    listed = visitor.get("/staff/gifts/payouts/").content.decode()
    newest = Payout.objects.latest("pk")
    assert f"/staff/gifts/payouts/{newest.stripe_id}/" in listed
    page = visitor.get(f"/staff/gifts/payouts/{newest.stripe_id}/").content.decode()
    assert "Bank account" in page
    assert "General" in page
    shares = standing()
    assert shares["aid", "stripe"] == shares["general", "stripe"] == Money(0, "USD")
    assert shares["aid", "bank"] == -payment.fee - Money(15, "USD")
    assert_clean()


def test_payout_waits_for_a_gift_whose_event_is_late(visitor: Client, stripe: Stripe, aid_fund: Fund) -> None:
    give(visitor, stripe, amount="50", interval="once")
    pay_out(stripe)
    events = stripe.new_events()
    early = [event for event in events if event["type"].startswith("payout.")]
    late = [event for event in events if event not in early]
    for event in early:
        stripe.deliver(visitor, event)
    stripe_tasks.process_due()
    assert Payout.objects.filter(ledger_transaction__isnull=False).count() == 0
    assert set(StripeEvent.objects.filter(state="failed").values_list("error", flat=True)) == {"NotBookedYet"}
    for event in late:
        stripe.deliver(visitor, event)
    stripe_tasks.process_due()

    stripe.sandbox.clock(seconds=3600)
    stripe_tasks.process_due()

    assert standing() == {("aid", "stripe"): Money(0, "USD"), ("aid", "bank"): Payment.objects.get().net}
    assert_clean()


def test_others_sales_on_the_account_are_fees_of_the_general_fund_with_their_sign(
    visitor: Client, stripe: Stripe, aid_fund: Fund, general_fund: Fund
) -> None:
    give(visitor, stripe, amount="50", interval="once")
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
    pay_out(stripe)

    stripe.deliver_new(visitor)

    payout, payment = Payout.objects.get(), Payment.objects.get()
    mug = payout.amount - payment.net
    assert standing()["general", "bank"] == mug
    assert balances.of(aid_fund).posted == payment.net
    assert Transaction.objects.get(memo="Stripe: charge").entries.get(account="fees").amount == -mug
    assert_clean()


def test_held_payment_keeps_its_payout_waiting_until_a_person_has_decided(
    visitor: Client, stripe: Stripe, aid_fund: Fund, fay: User
) -> None:
    checkout = give(visitor, stripe, amount="50", interval="once")
    session = stripe.api.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "line_items": [
                {"price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": "x"}}, "quantity": 1}
            ],
            "success_url": "http://localhost:8000/",
            "payment_intent_data": {"metadata": {"liferaft_checkout": checkout.reference}},
        }
    )
    stripe.sandbox.pay(str(session.url))
    pay_out(stripe)
    stripe.deliver_new(visitor)
    assert HeldPayment.objects.count() == 1
    assert not Payout.objects.filter(ledger_transaction__isnull=False).exists()
    HeldPayment.objects.update(closed_at=clock.now(), closed_by=fay)

    stripe.sandbox.clock(seconds=3600)
    stripe_tasks.process_due()

    assert Payout.objects.get().ledger_transaction
    assert_clean()


def test_test_payout_is_not_booked_in_live_books(
    visitor: Client, stripe: Stripe, aid_fund: Fund, settings: Settings
) -> None:
    give(visitor, stripe, amount="50", interval="once")
    payout = pay_out(stripe)[0]
    stripe.deliver_new(visitor)
    before = Transaction.objects.count()
    stripe.sandbox.call("POST", f"/_/payouts/{payout['id']}/fail", {})
    settings.STRIPE_LIVEMODE = True

    with pytest.raises(inbox.OtherMode), transaction.atomic():
        stripe_events.refresh_payout(payout["id"], at=clock.now())

    assert Transaction.objects.count() == before
    assert Payout.objects.get().state == "in_transit"
