"""What must not go wrong unseen is told to those who can do something about it, once."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from core.money import to_minor
from donations import letters
from donations.models import Dispute, FraudWarning, Payment, Payout
from mail.models import OutgoingEmail
from organisation.models import User
from tests.donations.giving_stage import Stripe, give


@pytest.fixture
def payment(visitor: Client, stripe: Stripe) -> Payment:
    """Ann gave $50 once."""
    give(visitor, stripe, amount="50", interval="once")
    stripe.deliver_new(visitor)
    return Payment.objects.get()


def _dispute(payment: Payment, now: datetime, state: str = "needs_response") -> Dispute:
    return Dispute.objects.create(
        payment=payment,
        stripe_id="dp_1",
        state=state,
        reason="fraudulent",
        amount_minor=payment.given_minor,
        currency=payment.given_currency,
        respond_by=now + timedelta(days=9),
        began_at=now,
        noted_at=now,
    )


def test_fundraisers_hear_of_a_dispute_once_and_until_when_to_answer(
    payment: Payment, fay: User, otto: User, now: datetime
) -> None:
    dispute = _dispute(payment, now)

    letters.dispute_opened(dispute=dispute, at=now)
    letters.dispute_opened(dispute=dispute, at=now)

    letter = OutgoingEmail.objects.get(key__startswith="dispute-")
    assert letter.recipient == fay.email
    assert letter.subject == "A bank takes back a gift of $50.00"
    assert "March 19, 2026, noon" in letter.text
    assert "fraudulent" in letter.text
    assert f"/staff/gifts/disputes/{dispute.stripe_id}/" in letter.text
    assert "Ann" not in letter.text


def test_an_inquiry_is_told_as_the_question_that_it_is(payment: Payment, fay: User, now: datetime) -> None:
    letters.dispute_opened(dispute=_dispute(payment, now, "warning_needs_response"), at=now)

    letter = OutgoingEmail.objects.get(key__startswith="dispute-")
    assert letter.subject == "A bank asks about a gift of $50.00"
    assert "No money has been taken" in letter.text


def test_fraud_warning_says_that_sending_back_is_cheaper(payment: Payment, fay: User, now: datetime) -> None:
    warning = FraudWarning.objects.create(
        payment=payment, stripe_id="issfr_1", fraud_type="card_never_received", is_actionable=True, warned_at=now
    )

    letters.fraud_warning(warning=warning, at=now)

    letter = OutgoingEmail.objects.get(key__startswith="fraud-warning:")
    assert letter.recipient == fay.email
    assert "Sending it back now is cheaper than a dispute" in letter.text
    assert "Sending it back now is cheaper than a dispute" in letter.html


def test_treasurers_hear_of_a_failed_payout(payment: Payment, tess: User, fay: User, now: datetime) -> None:
    payout = Payout.objects.create(
        stripe_id="po_1",
        state=Payout.State.FAILED,
        amount_minor=to_minor(payment.gross),
        currency="USD",
        is_automatic=True,
        made_at=now,
        arrives_at=now,
    )

    letters.payout_failed(payout=payout, at=now)

    letter = OutgoingEmail.objects.get(key__startswith="payout-failed:")
    assert letter.recipient == tess.email
    assert "The money is back in the Stripe balance" in letter.text


def test_where_nobody_holds_the_role_administrators_hear_of_it(payment: Payment, adam: User, now: datetime) -> None:
    letters.dispute_opened(dispute=_dispute(payment, now), at=now)

    assert OutgoingEmail.objects.get(key__startswith="dispute-opened:").recipient == adam.email
