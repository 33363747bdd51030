"""Money that goes back, months that fail, gifts that end: the books and the receipts follow by themselves."""

from typing import Any

import pytest
from django.test import Client
from moneyed import Money

from core import clock
from donations import proofs, receipts, refunds, tasks
from donations.models import FailedRenewal, Payment, Receipt, Refund, Subscription
from ledger import balances, promises
from ledger.models import Fund
from mail.models import OutgoingEmail
from organisation.models import User
from tests.donations.giving_stage import Stripe, give
from tests.sandbox_process import FAILS_ON_RENEWAL_CARD

REFUND_FAILS_CARD = "4000000000005126"


@pytest.fixture
def payment(visitor: Client, stripe: Stripe) -> Payment:
    """Ann gave $50 once."""
    give(visitor, stripe, amount="50", interval="once")
    stripe.deliver_new(visitor)
    return Payment.objects.get()


def test_whole_refund_made_at_stripe_voids_the_receipt_and_takes_the_money_from_the_fund(
    visitor: Client, stripe: Stripe, payment: Payment, aid_fund: Fund
) -> None:
    stripe.api.v1.refunds.create({"payment_intent": str(payment.intent_id)})

    stripe.deliver_new(visitor)

    refund = Refund.objects.get()
    assert (refund.state, refund.amount, refund.reason) == ("succeeded", Money(50, "USD"), "stripe")
    assert Receipt.objects.get().state == "void"
    assert balances.of(aid_fund).posted == -payment.fee
    assert OutgoingEmail.objects.filter(key=f"receipt-void:{Receipt.objects.get().number}").count() == 1
    assert list(proofs.broken()) == []


def test_partial_refund_replaces_the_receipt_by_one_over_the_rest(
    visitor: Client, stripe: Stripe, payment: Payment
) -> None:
    stripe.api.v1.refunds.create({"payment_intent": str(payment.intent_id), "amount": 2000})

    events = stripe.deliver_new(visitor)
    for event in events:
        stripe.deliver(visitor, event)

    old, new = Receipt.objects.order_by("pk")
    assert (old.state, new.state) == ("replaced", "issued")
    assert new.amount == Money(30, "USD")
    assert new.replaces == old
    assert new.snapshot["replaces"] == old.number
    assert new.sequence == old.sequence + 1
    assert "cancels and replaces" in OutgoingEmail.objects.get(key=f"receipt:{new.number}").text
    assert list(proofs.broken()) == []


def test_fundraiser_sends_a_part_back_at_the_desk(client: Client, fay: User, stripe: Stripe, payment: Payment) -> None:
    client.force_login(fay)

    answer = client.post(f"/staff/gifts/gift/{payment.reference}/", {"amount": "20.00", "reason": "asked"})
    stripe.deliver_new(client)

    assert answer.status_code == 302
    refund = Refund.objects.get()
    assert (refund.state, refund.asked_by, refund.reason) == ("succeeded", fay, "asked")
    assert payment.receipts.get(state="issued").amount == Money(30, "USD")


def test_more_than_is_left_is_not_sent_back(client: Client, fay: User, stripe: Stripe, payment: Payment) -> None:
    refunds.ask(payment=payment, amount=Money(40, "USD"), reason=Refund.Reason.ASKED, by=fay, at=clock.now())
    client.force_login(fay)

    answer = client.post(f"/staff/gifts/gift/{payment.reference}/", {"amount": "20", "reason": "asked"})

    assert "Only $10.00 of this gift is left" in answer.content.decode()
    assert Refund.objects.count() == 1


def test_refund_asked_for_while_stripe_is_away_is_sent_later_and_once(
    client: Client, fay: User, stripe: Stripe, payment: Payment, settings: Any
) -> None:
    client.force_login(fay)
    there, settings.STRIPE_API_URL = settings.STRIPE_API_URL, "http://127.0.0.1:9"
    client.post(f"/staff/gifts/gift/{payment.reference}/", {"amount": "20", "reason": "mistake"})
    settings.STRIPE_API_URL = there
    stripe.sandbox.clock(seconds=300)

    tasks.tell_stripe()
    tasks.tell_stripe()
    stripe.deliver_new(client)

    assert Refund.objects.get().state == "succeeded"
    assert len(stripe.api.v1.refunds.list().data) == 1


def test_fundraiser_is_told_at_once_that_stripe_refuses(
    client: Client, fay: User, stripe: Stripe, payment: Payment
) -> None:
    client.force_login(fay)
    stripe.sandbox.call("POST", "/_/faults", {"path": "/v1/refunds", "status": 400})

    answer = client.post(f"/staff/gifts/gift/{payment.reference}/", {"amount": "20", "reason": "asked"}, follow=True)

    assert "Stripe refuses this refund. Nothing was sent back." in answer.content.decode()
    assert Refund.objects.get().state == "refused"
    assert "Up to $50.00." in answer.content.decode()


@pytest.mark.parametrize("status", [401, 403])
def test_wrong_key_of_ours_lets_a_refund_wait_until_it_is_mended(
    status: int, client: Client, fay: User, stripe: Stripe, payment: Payment
) -> None:
    client.force_login(fay)
    stripe.sandbox.call("POST", "/_/faults", {"path": "/v1/refunds", "status": status})

    answer = client.post(f"/staff/gifts/gift/{payment.reference}/", {"amount": "20", "reason": "asked"}, follow=True)
    assert "Stripe does not answer. The refund is written down" in answer.content.decode()
    stripe.sandbox.clock(seconds=300)
    tasks.tell_stripe()
    stripe.deliver_new(client)

    assert Refund.objects.get().state == "succeeded"


def test_refund_that_fails_brings_the_gift_and_a_valid_receipt_back(
    visitor: Client, stripe: Stripe, aid_fund: Fund, fay: User
) -> None:
    give(visitor, stripe, card=REFUND_FAILS_CARD, amount="50", interval="once")
    stripe.deliver_new(visitor)
    payment = Payment.objects.get()
    stripe.api.v1.refunds.create({"payment_intent": str(payment.intent_id)})
    stripe.deliver_new(visitor)
    assert Refund.objects.get().state == "succeeded"
    stripe.sandbox.clock(seconds=6 * 86400)

    for event in stripe.deliver_new(visitor):
        stripe.deliver(visitor, event)

    refund = Refund.objects.get()
    assert refund.state == "failed"
    assert refund.failure_transaction
    letters = [letter for letter in OutgoingEmail.objects.all() if letter.key.startswith("refund-failed:")]
    assert [letter.recipient for letter in letters] == [fay.email]
    assert balances.of(aid_fund).posted == payment.net
    void, valid = Receipt.objects.order_by("pk")
    assert (void.state, valid.state, valid.amount) == ("replaced", "issued", Money(50, "USD"))
    assert list(proofs.broken()) == []


def test_failed_renewal_is_told_once_and_the_last_failure_ends_the_gift(visitor: Client, stripe: Stripe) -> None:
    give(visitor, stripe, card=FAILS_ON_RENEWAL_CARD)
    stripe.deliver_new(visitor)

    stripe.sandbox.clock(months=1)
    events = stripe.deliver_new(visitor)
    for event in events:
        stripe.deliver(visitor, event)

    assert Subscription.objects.get().state == "past_due"
    assert FailedRenewal.objects.count() == 1
    letter = OutgoingEmail.objects.get(key__startswith="payment-failed:")
    assert "The next try is on" in letter.text
    stripe.sandbox.clock(months=1)
    stripe.deliver_new(visitor)
    subscription = Subscription.objects.get()
    assert subscription.state == "canceled"
    assert subscription.ended_at
    assert OutgoingEmail.objects.filter(key__startswith="subscription-ended:").count() == 1
    assert Payment.objects.count() == 1


def test_receipt_that_is_right_already_is_left_alone(payment: Payment) -> None:
    receipts.bring_up_to_date(payment=payment, at=clock.now())

    assert Receipt.objects.count() == 1


def test_treasurer_is_told_once_when_a_refund_takes_what_was_promised(
    visitor: Client, stripe: Stripe, payment: Payment, aid_fund: Fund, tess: User, otto: User
) -> None:
    promises.promise(fund=aid_fund, amount=Money(40, "USD"), reference="aid-request:1", at=clock.now())
    stripe.api.v1.refunds.create({"payment_intent": str(payment.intent_id)})

    for event in stripe.deliver_new(visitor):
        stripe.deliver(visitor, event)

    letter = OutgoingEmail.objects.get(key__startswith="fund-overdrawn:")
    assert letter.recipient == tess.email
    assert "has -$1.75 now and has promised $40.00" in letter.text
    with pytest.raises(balances.FundTooLow):
        promises.promise(fund=aid_fund, amount=Money(1, "USD"), reference="aid-request:2", at=clock.now())


def test_refund_that_the_fund_can_bear_alarms_nobody(
    visitor: Client, stripe: Stripe, payment: Payment, tess: User
) -> None:
    stripe.api.v1.refunds.create({"payment_intent": str(payment.intent_id), "amount": 2000})

    stripe.deliver_new(visitor)

    assert not OutgoingEmail.objects.filter(key__startswith="fund-overdrawn:").exists()
