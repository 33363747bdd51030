"""What supporters do with their recurring gifts on their own page: asked for here, done by Stripe, told by its webhook."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from moneyed import Money

from donations import standing, tasks
from donations.models import Payment, Subscription, SubscriptionChange
from mail.models import OutgoingEmail
from tests.donations.giving_stage import Stripe, give
from tests.donations.own_page_stage import form_token, open_page, post, words

Kind = SubscriptionChange.Kind


@pytest.fixture
def gift(visitor: Client, stripe: Stripe) -> Subscription:
    """Ann gives $25 every month, and her page is open."""
    give(visitor, stripe)
    stripe.deliver_new(visitor)
    open_page(visitor)
    return Subscription.objects.get()


def at(subscription: Subscription, deed: str) -> str:
    return f"/giving/gifts/{subscription.reference}/{deed}/"


def test_page_says_what_comes_when_and_from_which_card(visitor: Client, gift: Subscription) -> None:
    page = words(visitor.get("/giving/"))

    assert "$25 every month" in page
    assert f"Next payment {standing.day(gift.paid_until)}" in page
    assert "Visa •••• 4242" in page
    assert "$25.00" in page


def test_amount_changes_from_the_next_payment_on(visitor: Client, stripe: Stripe, gift: Subscription) -> None:
    answer = post(visitor, at(gift, "change"), amount="40", interval="month")
    asked = words(visitor.get("/giving/"))
    stripe.deliver_new(visitor)
    done = words(visitor.get("/giving/"))

    assert answer["Location"] == f"/giving/#gift-{gift.reference}"
    assert "$40 every month: asked for, and confirmed in a moment" in asked
    assert "$25 every month" in asked
    assert "$40 every month" in done
    assert "asked for" not in done
    stripe.sandbox.clock(months=1)
    stripe.deliver_new(visitor)
    given = [payment.given for payment in Payment.objects.order_by("pk")]
    assert given == [Money(25, "USD"), Money(40, "USD")]


def test_interval_changes_and_nothing_is_charged_before_the_next_day(
    visitor: Client, stripe: Stripe, gift: Subscription
) -> None:
    post(visitor, at(gift, "change"), amount="100", interval="year")
    stripe.deliver_new(visitor)
    now_yearly = Subscription.objects.get()
    stripe.sandbox.clock(months=1)
    stripe.deliver_new(visitor)
    open_page(visitor)

    assert (now_yearly.interval, now_yearly.amount, now_yearly.paid_until) == (
        "year",
        Money(100, "USD"),
        gift.paid_until,
    )
    assert [payment.given for payment in Payment.objects.order_by("pk")] == [Money(25, "USD"), Money(100, "USD")]
    assert "$100 every year" in words(visitor.get("/giving/"))


@pytest.mark.parametrize(
    ("amount", "says"),
    [
        ("", "Write the amount in figures"),
        ("lots", "Write the amount in figures"),
        ("-5", "Write the amount in figures"),
        ("0.01", "Write an amount from $1 to"),
        ("1000000", "Write an amount from $1 to"),
        ("30 €", "Write the amount in figures"),
        ("25", "This is what you give already"),
    ],
)
def test_unclear_amounts_change_nothing_and_stay_in_the_form(
    visitor: Client, gift: Subscription, amount: str, says: str
) -> None:
    answer = post(visitor, at(gift, "change"), amount=amount, interval="month")

    assert says in words(answer)
    assert not SubscriptionChange.objects.exists()
    assert not amount or f'value="{amount}"' in answer.content.decode()


def test_pause_until_a_day_lets_payments_pass_and_then_goes_on(
    visitor: Client, stripe: Stripe, gift: Subscription
) -> None:
    until = (gift.paid_until + timedelta(days=40)).date()

    post(visitor, at(gift, "pause"), until=until.isoformat())
    stripe.deliver_new(visitor)
    page = words(visitor.get("/giving/"))
    for _month in range(3):
        stripe.sandbox.clock(months=1)
        stripe.deliver_new(visitor)

    assert "Paused until" in page
    assert "Go on now" in page
    assert Payment.objects.count() == 2  # the first, and the third month's
    assert Subscription.objects.get().paused_until is None


@pytest.mark.parametrize(
    ("days", "says"),
    [(-400, "Choose a day to come"), (-10, "would change nothing"), (500, "A pause lasts a year at most")],
)
def test_pauses_that_make_no_sense_are_said_kindly(visitor: Client, gift: Subscription, days: int, says: str) -> None:
    until = (gift.paid_until + timedelta(days=days)).date()

    answer = post(visitor, at(gift, "pause"), until=until.isoformat())

    assert says in words(answer)
    assert not SubscriptionChange.objects.exists()


def test_one_payment_is_skipped_also_when_clicked_twice(visitor: Client, stripe: Stripe, gift: Subscription) -> None:
    path = at(gift, "pause")
    token = form_token(visitor, path)

    for _click in range(2):
        visitor.post(path, {"skip": "1", "form_token": token})
    stripe.deliver_new(visitor)
    page = words(visitor.get("/giving/"))
    for _month in range(2):
        stripe.sandbox.clock(months=1)
        stripe.deliver_new(visitor)

    assert "One payment is left out" in page
    assert Payment.objects.count() == 2


def test_pause_ends_when_asked(visitor: Client, stripe: Stripe, gift: Subscription) -> None:
    until = (gift.paid_until + timedelta(days=90)).date()
    post(visitor, at(gift, "pause"), until=until.isoformat())
    stripe.deliver_new(visitor)

    post(visitor, at(gift, "go-on"))
    stripe.deliver_new(visitor)
    page = words(visitor.get("/giving/"))
    stripe.sandbox.clock(months=1)
    stripe.deliver_new(visitor)

    assert "Paused" not in page
    assert Payment.objects.count() == 2


def test_gift_is_stopped_by_one_plain_confirmation(visitor: Client, stripe: Stripe, gift: Subscription) -> None:
    screen = words(visitor.get(at(gift, "stop")))
    answer = post(visitor, at(gift, "stop"))
    page = words(visitor.get(answer["Location"]))
    before = Subscription.objects.get().state
    stripe.deliver_new(visitor)

    assert "Stop giving $25 every month" in screen
    assert "Give a smaller amount" in screen
    assert "You have stopped this gift" in page
    assert before == "active"  # Only Stripe's word changes it.
    assert Subscription.objects.get().state == "canceled"
    assert OutgoingEmail.objects.filter(key__startswith="subscription-ended:").count() == 1
    stripe.sandbox.clock(months=2)
    stripe.deliver_new(visitor)
    assert Payment.objects.count() == 1


def test_second_tab_and_way_back_after_the_end_change_nothing(
    visitor: Client, stripe: Stripe, gift: Subscription
) -> None:
    tokens = {deed: form_token(visitor, at(gift, deed)) for deed in ("change", "pause", "stop", "card")}
    visitor.post(at(gift, "stop"), {"form_token": tokens["stop"]})

    answers = [
        visitor.post(at(gift, deed), {"form_token": token, "amount": "99", "interval": "month", "until": "2099-01-01"})
        for deed, token in tokens.items()
    ]

    assert {answer.status_code for answer in answers} == {409}
    assert "nothing left to change" in words(answers[0])
    assert [change.kind for change in SubscriptionChange.objects.all()] == [Kind.STOP]


@pytest.mark.parametrize("deed", ["change", "pause", "stop"])
def test_while_stripe_is_away_the_wish_is_kept_said_and_told_later(
    visitor: Client, stripe: Stripe, gift: Subscription, settings: Any, deed: str
) -> None:
    until = (gift.paid_until + timedelta(days=40)).date()
    fields = {"change": {"amount": "40", "interval": "month"}, "pause": {"until": until.isoformat()}, "stop": {}}
    there, settings.STRIPE_API_URL = settings.STRIPE_API_URL, "http://127.0.0.1:9"
    answer = post(visitor, at(gift, deed), **fields[deed])
    page = words(visitor.get("/giving/"))
    settings.STRIPE_API_URL = there
    stripe.sandbox.clock(seconds=300)

    tasks.tell_stripe()

    assert answer.status_code == 303
    assert "we have written this down" in page
    gift.refresh_from_db()
    expected = {
        "change": gift.amount == Money(40, "USD"),
        "pause": gift.paused_until is not None and gift.paused_until.date() == until,
        "stop": gift.state == "canceled",
    }
    assert expected[deed]


def test_refusal_is_said_and_nothing_changed(visitor: Client, stripe: Stripe, gift: Subscription) -> None:
    stripe.sandbox.call(
        "POST", "/_/faults", {"path": f"/v1/subscriptions/{gift.stripe_id}", "method": "POST", "status": 400}
    )

    post(visitor, at(gift, "change"), amount="40", interval="month")
    page = words(visitor.get("/giving/"))

    assert "$40 every month: the payment service refused this. Nothing has changed." in page
    assert "$25 every month" in page


def test_form_of_yesterday_asks_for_one_more_press(visitor: Client, gift: Subscription) -> None:
    answer = visitor.post(at(gift, "change"), {"amount": "40", "interval": "year", "form_token": "old"})

    assert answer.status_code == 403
    assert "press the button once more" in words(answer)
    assert 'value="40"' in answer.content.decode()
    assert not SubscriptionChange.objects.exists()


def test_other_sites_form_is_refused(visitor: Client, gift: Subscription) -> None:
    token = form_token(visitor, at(gift, "stop"))

    answer = visitor.post(at(gift, "stop"), {"form_token": token}, headers={"Origin": "https://elsewhere.example"})

    assert answer.status_code == 403
    assert not SubscriptionChange.objects.exists()


@pytest.mark.parametrize("deed", ["change", "pause", "go-on", "stop", "card", "pay"])
def test_somebody_elses_gift_is_not_there(visitor: Client, stripe: Stripe, gift: Subscription, deed: str) -> None:
    give(visitor, stripe, interval="once", email="bob@example.org", name="Bob")
    stripe.deliver_new(visitor)
    bob, stranger = open_page(Client(), "bob@example.org"), Client()
    token = form_token(visitor, at(gift, "stop"))

    assert bob.get(at(gift, deed)).status_code == 404
    assert bob.post(at(gift, deed), {"form_token": token}).status_code in {404, 405}
    assert stranger.post(at(gift, deed), {"form_token": token}).status_code in {403, 405}
    assert not SubscriptionChange.objects.exists()


def test_no_cache_keeps_these_pages(visitor: Client, gift: Subscription) -> None:
    for deed in ("change", "pause", "stop", "card"):
        assert "no-store" in visitor.get(at(gift, deed))["Cache-Control"]
