"""Who gives again and again hears of a payment that failed: why, what helps, and no more often than it helps."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from donations import declines, dunning, subscriptions, tasks
from donations.models import Dispute, DisputeMove, Donor, FailedRenewal, Payment, Subscription, SubscriptionChange
from ledger.models import Fund
from mail.models import OutgoingEmail
from organisation.models import LegalEntity, User
from stripe_gateway.objects import Subscription as StripeSubscription
from tests.conftest import NOON
from tests.donations.giving_stage import Stripe, give
from tests.donations.letters_stage import Supporters, invoice, letters, pay, the_letter
from tests.sandbox_process import FAILS_ON_RENEWAL_CARD

ASKS_EACH_TIME = "4000002760003184"


@pytest.fixture
def supporters(aid_fund: Fund, legal_entity: LegalEntity) -> Supporters:
    return Supporters(aid_fund)


def _fail(subscription: Subscription, at: datetime, attempts: int = 1, failure: str = "insufficient_funds") -> None:
    Subscription.objects.filter(pk=subscription.pk).update(state="past_due")
    subscription.refresh_from_db()
    stated = invoice(subscription, attempts=attempts, failure=failure, next_attempt_at=at + timedelta(days=3))
    subscriptions.note_failed_renewal(subscription=subscription, invoice=stated, at=at)


def test_first_failure_names_amount_interval_fund_reason_and_next_try(supporters: Supporters, now: datetime) -> None:
    _fail(supporters(interval="quarter"), now)

    letter = the_letter("payment-failed:")
    assert letter.subject == "Your gift of $25.00 every three months did not go through"
    assert letter.recipient == "ann@example.org"
    for said in (letter.text, letter.html):
        assert "This time your gift of $25.00 every three months for “Mutual aid” did not go through." in said
        assert "there was not enough money for it" in said
        assert "The next try is on March 13, 2026." in said
        assert "http://localhost:8000/giving/" in said


def test_later_tries_are_silent_unless_something_else_helps_now(supporters: Supporters, now: datetime) -> None:
    ann = supporters()

    _fail(ann, now, 1)
    _fail(ann, now, 1)
    _fail(ann, now, 2)
    _fail(ann, now, 3, "withdrawal_count_limit_exceeded")
    assert len(letters("payment-failed:")) == 1
    _fail(ann, now, 4, "expired_card")
    _fail(ann, now, 5, "insufficient_funds")

    assert FailedRenewal.objects.count() == 5
    _first, second = letters("payment-failed:")
    assert "The card has expired." in second.text


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("expired_card", "The card has expired."),
        ("lost_card", "Your bank no longer accepts this card."),
        ("stolen_card", "Your bank no longer accepts this card."),
        ("do_not_honor", "does not tell us why"),
        ("generic_decline", "does not tell us why"),
        ("processing_error", "something went wrong there"),
        ("incorrect_cvc", "what was typed for the card is not right"),
        ("stop_payment_order", "let no more of these payments through"),
        ("transaction_not_allowed", "does not allow this kind of payment"),
        ("a_word_of_next_year", "does not tell us why"),
        ("", "does not tell us why"),
    ],
)
def test_each_reason_has_its_words(supporters: Supporters, now: datetime, word: str, said: str) -> None:
    _fail(supporters(), now, failure=word)

    letter = the_letter("payment-failed:")
    assert said in letter.text
    assert said in letter.html
    assert "stolen" not in letter.text
    assert "lost" not in letter.text


@pytest.mark.parametrize("word", ["lost_card", "stop_payment_order"])
def test_no_further_try_is_promised_that_stripe_does_not_make(supporters: Supporters, now: datetime, word: str) -> None:
    _fail(supporters(), now, failure=word)

    letter = the_letter("payment-failed:")
    assert "It is not tried again by itself." in letter.text
    assert "The next try" not in letter.text


def test_every_word_of_the_table_stands_in_it_once() -> None:
    words = [word for words in declines._ADVICE.values() for word in words.split()]

    assert sorted(words) == sorted(set(words))


def test_authentication_has_a_letter_of_its_own_that_leads_to_the_bank(supporters: Supporters, now: datetime) -> None:
    _fail(supporters(), now, failure="authentication_required")

    letter = the_letter("payment-failed:")
    assert letter.subject == "Please confirm your gift of $25.00 every month with your bank"
    assert "https://invoice.example/i/1" in letter.text
    assert 'href="https://invoice.example/i/1"' in letter.html
    assert "/giving/" in letter.text


def test_card_that_must_be_authenticated_is_told_once_and_its_payment_thanked_for(
    visitor: Client, stripe: Stripe
) -> None:
    give(visitor, stripe, card=ASKS_EACH_TIME)
    stripe.deliver_new(visitor)

    stripe.sandbox.clock(months=1)
    for event in stripe.deliver_new(visitor):
        stripe.deliver(visitor, event)

    letter = the_letter("payment-failed:")
    assert "Your bank wants you to confirm this payment: your gift of $25.00 every month" in letter.text


def test_a_stopped_gift_that_fails_is_not_bemoaned(supporters: Supporters, now: datetime) -> None:
    ann = supporters()
    SubscriptionChange.objects.create(subscription=ann, kind="stop", asked_at=now)

    _fail(ann, now)

    assert not letters("payment-failed:")


def test_a_gift_that_never_began_has_no_failed_renewal(supporters: Supporters, now: datetime) -> None:
    ann = supporters(state="incomplete")

    subscriptions.note_failed_renewal(subscription=ann, invoice=invoice(ann), at=now)

    assert not FailedRenewal.objects.exists()
    assert not OutgoingEmail.objects.exists()


def test_nobody_is_written_to_without_an_address(supporters: Supporters, now: datetime) -> None:
    nobody = supporters("", "Otto Offline")
    erased = supporters("gone@example.org")
    Donor.objects.filter(pk=erased.donor_id).update(email="", name="", erased_at=now)

    for subscription in (nobody, erased):
        _fail(Subscription.objects.get(pk=subscription.pk), now - timedelta(days=11))
    tasks.write_letters()

    assert FailedRenewal.objects.count() == 2
    assert not OutgoingEmail.objects.exists()


def test_last_notice_comes_once_after_ten_days_of_failing(supporters: Supporters, now: datetime) -> None:
    ann = supporters()
    _fail(ann, now, 1)
    _fail(ann, now + timedelta(days=3), 2)
    _fail(ann, now + timedelta(days=8), 3, "expired_card")

    assert dunning.send_last_notices(at=now + timedelta(days=9)) == 0
    assert dunning.send_last_notices(at=now + timedelta(days=10)) == 1
    assert dunning.send_last_notices(at=now + timedelta(days=11)) == 0

    letter = the_letter("last-notice:")
    assert letter.subject == "Last notice: your gift of $25.00 every month is about to end"
    assert "has not gone through since March 10, 2026. It was tried 3 times." in letter.text
    assert "The card has expired." in letter.text
    assert "The next try is on March 21, 2026." in letter.text


def test_last_notice_names_no_day_that_has_passed(supporters: Supporters, now: datetime) -> None:
    _fail(supporters(), now, failure="processing_error")

    dunning.send_last_notices(at=now + timedelta(days=10))

    letter = the_letter("last-notice:")
    assert "The next try is on" not in letter.text
    assert "need not do anything before the next try" not in letter.text
    assert "so does another card" in letter.text


@pytest.mark.parametrize("facts", [{"state": "active"}, {"state": "canceled", "ended_at": NOON}])
def test_no_last_notice_once_it_worked_or_ended(
    supporters: Supporters, now: datetime, facts: dict[str, object]
) -> None:
    ann = supporters()
    _fail(ann, now)
    Subscription.objects.filter(pk=ann.pk).update(**facts)

    assert dunning.send_last_notices(at=now + timedelta(days=12)) == 0


def test_the_receipt_says_that_it_worked_after_all(supporters: Supporters, now: datetime) -> None:
    ann = supporters()
    _fail(ann, now)

    pay(ann, now + timedelta(days=3), invoice_id=invoice(ann).id)
    pay(ann, now + timedelta(days=33))
    tasks.render_due()

    rescued, usual = letters("receipt:")
    assert "did not go through before has worked now" in rescued.text
    assert "worked now" not in usual.text


def test_end_after_failures_says_so(visitor: Client, stripe: Stripe) -> None:
    give(visitor, stripe, card=FAILS_ON_RENEWAL_CARD)
    stripe.deliver_new(visitor)

    stripe.sandbox.clock(months=2)
    stripe.deliver_new(visitor)

    assert Subscription.objects.get().state == "canceled"
    letter = the_letter("subscription-ended:")
    assert "its last payment did not go through, though it was tried several times" in letter.text
    assert "Nothing more will be charged." in letter.text


@pytest.mark.parametrize(
    ("stopped_by", "because", "said"),
    [
        ("donor", "cancellation_requested", "You have stopped your gift of $25.00 every month for “Mutual aid”."),
        ("fay", "cancellation_requested", "We have stopped your gift of $25.00 every month for “Mutual aid” for you."),
        ("bank", "cancellation_requested", "your bank took a payment of it back"),
        ("", "payment_disputed", "your bank took a payment of it back"),
        ("", "payment_failed", "did not go through, though it was tried several times"),
        ("", "cancellation_requested", "has ended. If you did not want that, please answer this letter."),
    ],
)
def test_an_end_is_told_with_its_reason(
    supporters: Supporters, fay: User, now: datetime, stopped_by: str, because: str, said: str
) -> None:
    ann = supporters()
    if stopped_by == "bank":
        _take_back(pay(ann, now), now)
    if stopped_by:
        by = fay if stopped_by == "fay" else None
        SubscriptionChange.objects.create(subscription=ann, kind="stop", asked_at=now, asked_by=by)

    for _twice in range(2):
        subscriptions.apply(_ended(ann, now, because), at=now)

    letter = the_letter("subscription-ended:")
    assert letter.subject == "Your gift of $25.00 every month has ended"
    assert said in letter.text


def test_an_end_of_long_ago_is_no_news(supporters: Supporters, now: datetime) -> None:
    subscriptions.apply(_ended(supporters(), now - timedelta(days=90), "payment_failed"), at=now)

    assert not letters("subscription-ended:")


def _take_back(payment: Payment, at: datetime) -> None:
    dispute = Dispute.objects.create(
        payment=payment,
        stripe_id="dp_1",
        state="needs_response",
        reason="fraudulent",
        amount_minor=2500,
        currency="USD",
        began_at=at,
        noted_at=at,
    )
    DisputeMove.objects.create(
        dispute=dispute,
        balance_transaction_id="txn_dispute",
        is_withdrawal=True,
        ledger_transaction=payment.ledger_transaction,
    )


def _ended(subscription: Subscription, at: datetime, because: str) -> StripeSubscription:
    return StripeSubscription(
        id=subscription.stripe_id,
        state="canceled",
        customer_id=subscription.stripe_customer_id,
        item_id="si_1",
        product_id="prod_1",
        amount=subscription.amount,
        months=1,
        metadata={"liferaft_checkout": subscription.checkout.reference},
        started_at=subscription.started_at,
        paid_until=subscription.paid_until,
        paused_until=None,
        ended_at=at,
        ends_at_period_end=False,
        ended_because=because,
        card=None,
    )
