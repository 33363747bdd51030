"""A new card and payments that did not go through: mended from the supporter's own page."""

from typing import Any

import pytest
from django.test import Client

from donations import proofs, tasks
from donations.models import Payment, Subscription, SubscriptionChange
from tests.donations.giving_stage import Stripe, give
from tests.donations.own_page_stage import open_page, post, words
from tests.sandbox_process import DECLINED_CARD, FAILS_ON_RENEWAL_CARD

Kind = SubscriptionChange.Kind
OTHER_CARD = "5555555555554444"


@pytest.fixture
def failing(visitor: Client, stripe: Stripe) -> Subscription:
    """Ann's second payment did not go through, and her page is open."""
    give(visitor, stripe, card=FAILS_ON_RENEWAL_CARD)
    stripe.deliver_new(visitor)
    stripe.sandbox.clock(months=1)
    stripe.deliver_new(visitor)
    open_page(visitor)
    return Subscription.objects.get()


def leave_card(client: Client, stripe: Stripe, subscription: Subscription, card: str = OTHER_CARD) -> Any:
    """Go to Stripe's page from ours, and type a card there."""
    answer = post(client, f"/giving/gifts/{subscription.reference}/card/")
    assert answer.status_code == 303
    return stripe.sandbox.leave_card(answer["Location"], card)


def test_new_card_is_charged_from_the_next_payment_on(visitor: Client, stripe: Stripe) -> None:
    give(visitor, stripe)
    stripe.deliver_new(visitor)
    open_page(visitor)
    subscription = Subscription.objects.get()

    back = leave_card(visitor, stripe, subscription)
    stripe.deliver_new(visitor)
    stripe.deliver_new(visitor)

    assert back.location == "http://localhost:8000/giving/?card"
    assert "Mastercard •••• 4444" in words(visitor.get("/giving/"))
    assert Payment.objects.count() == 1
    stripe.sandbox.clock(months=1)
    stripe.deliver_new(visitor)
    assert Payment.objects.count() == 2


def test_new_card_pays_at_once_what_did_not_go_through(visitor: Client, stripe: Stripe, failing: Subscription) -> None:
    before = words(visitor.get("/giving/"))

    leave_card(visitor, stripe, failing)
    stripe.deliver_new(visitor)
    stripe.deliver_new(visitor)

    assert "Pay now" in before
    assert "The last payment did not go through" in before
    assert Payment.objects.count() == 2
    assert Subscription.objects.get().state == "active"
    assert "Pay now" not in words(visitor.get("/giving/"))
    assert list(proofs.broken()) == []


def test_back_from_stripes_page_nobody_is_led_to_pay_twice(
    visitor: Client, stripe: Stripe, failing: Subscription
) -> None:
    back = leave_card(visitor, stripe, failing)

    page = words(visitor.get(back.location.removeprefix("http://localhost:8000")))

    assert "Pay now" in page  # Stripe's word is not here yet.
    assert "a payment that did not go through is tried with it: you need not do anything more" in page
    assert "You are back from Stripe" not in words(visitor.get("/giving/"))


def test_page_of_a_failing_gift_has_one_thing_to_do(visitor: Client, failing: Subscription) -> None:
    page = visitor.get("/giving/").content.decode()
    change = words(visitor.get(f"/giving/gifts/{failing.reference}/change/"))

    assert page.count("button-primary") == 1
    assert "The payment that did not go through is still tried" in change


def test_new_card_is_told_once_however_often_stripe_repeats_itself(
    visitor: Client, stripe: Stripe, failing: Subscription
) -> None:
    leave_card(visitor, stripe, failing)
    events = stripe.deliver_new(visitor)
    for event in events:
        stripe.deliver(visitor, event)
    tasks.tell_cards()
    stripe.deliver_new(visitor)

    assert SubscriptionChange.objects.filter(kind=Kind.CARD).count() == 1
    assert Payment.objects.count() == 2


def test_new_card_that_the_bank_refuses_changes_nothing_in_the_books(
    visitor: Client, stripe: Stripe, failing: Subscription
) -> None:
    leave_card(visitor, stripe, failing, FAILS_ON_RENEWAL_CARD)
    stripe.deliver_new(visitor)
    stripe.deliver_new(visitor)

    change = SubscriptionChange.objects.get(kind=Kind.CARD)
    assert (change.heard_at is None, change.refused_at) == (False, None)
    assert Payment.objects.count() == 1
    assert "Pay now" in words(visitor.get("/giving/"))


def test_news_of_a_card_that_stripe_cannot_be_told_of_is_told_by_the_sweep(
    visitor: Client, stripe: Stripe, failing: Subscription
) -> None:
    leave_card(visitor, stripe, failing)
    path = f"/v1/subscriptions/{failing.stripe_id}"
    stripe.sandbox.call("POST", "/_/faults", {"path": path, "method": "POST", "status": 500, "times": 9})
    stripe.deliver_new(visitor)
    assert SubscriptionChange.objects.get().heard_at is None
    stripe.sandbox.call("DELETE", "/_/faults")
    stripe.sandbox.clock(seconds=300)

    tasks.tell_stripe()
    stripe.deliver_new(visitor)

    assert SubscriptionChange.objects.get().heard_at
    assert Payment.objects.count() == 2


def test_failed_payment_is_paid_by_hand_on_stripes_page(visitor: Client, stripe: Stripe, failing: Subscription) -> None:
    answer = visitor.get(f"/giving/gifts/{failing.reference}/pay/")
    refused = stripe.sandbox.pay(answer["Location"], DECLINED_CARD)
    stripe.sandbox.pay(answer["Location"], OTHER_CARD)
    stripe.deliver_new(visitor)

    assert "/invoice/" in answer["Location"]
    assert refused.status == 402
    assert Payment.objects.count() == 2
    again = visitor.get(f"/giving/gifts/{failing.reference}/pay/")
    assert "Nothing is left to be paid" in words(again)


def test_payment_that_the_bank_wants_confirmed_is_confirmed_by_hand(visitor: Client, stripe: Stripe) -> None:
    give(visitor, stripe, card="4000002760003184")
    stripe.deliver_new(visitor)
    stripe.sandbox.clock(months=1)
    stripe.deliver_new(visitor)
    open_page(visitor)
    subscription = Subscription.objects.get()
    page = words(visitor.get("/giving/"))

    answer = visitor.get(f"/giving/gifts/{subscription.reference}/pay/")
    stripe.sandbox.pay(answer["Location"], "4000002760003184")
    stripe.deliver_new(visitor)

    assert "Your bank wants you to confirm" in page
    assert Payment.objects.count() == 2


@pytest.mark.parametrize("deed", ["card", "pay"])
def test_stripe_out_of_reach_is_said_plainly(
    visitor: Client, stripe: Stripe, failing: Subscription, settings: Any, deed: str
) -> None:
    settings.STRIPE_API_URL = "http://127.0.0.1:9"
    path = f"/giving/gifts/{failing.reference}/{deed}/"

    answer = post(visitor, path) if deed == "card" else visitor.get(path)

    assert "does not answer at the moment. Nothing has changed" in words(answer)
