"""The letter with a receipt says what the gift was, what goes on, and what became of money that had left."""

from datetime import datetime, timedelta

import pytest

from donations import proofs, receipts, tasks
from donations.models import Checkout, Dispute, DisputeMove, Payment, Receipt, Refund, Subscription
from ledger.models import Fund
from mail.models import OutgoingEmail
from organisation.models import LegalEntity
from tests.conftest import NOON
from tests.donations.letters_stage import Supporters, letters, pay, the_letter


@pytest.fixture
def supporters(aid_fund: Fund, legal_entity: LegalEntity) -> Supporters:
    return Supporters(aid_fund)


def test_thanks_name_the_interval_the_next_payment_and_the_honoured(supporters: Supporters, now: datetime) -> None:
    ann = supporters(interval="quarter")
    Checkout.objects.update(honouree="Grandma Rosa")

    pay(Subscription.objects.get(pk=ann.pk), now)
    tasks.render_due()

    letter = the_letter("receipt:")
    for said in (letter.text, letter.html):
        assert "You give $25.00 every three months for “Mutual aid”. The next payment is on April 10, 2026." in said
        assert "Grandma Rosa" in said
    assert list(proofs.broken()) == []


def test_employer_is_named_once_with_what_its_form_asks_for(supporters: Supporters, now: datetime) -> None:
    ann = supporters(employer="Acme & Sons")

    pay(ann, now)
    pay(ann, now + timedelta(days=31))
    tasks.render_due()

    first, second = letters("receipt:")
    assert "You named Acme & Sons as your employer." in first.text
    assert "Acme &amp; Sons" in first.html
    assert "Raft Workers Inc., 00-0000000" in first.text
    assert "employer" not in second.text


@pytest.mark.parametrize("facts", [{"state": "canceled", "ended_at": NOON}, {"state": "past_due"}])
def test_receipt_of_a_gift_that_ended_or_fails_promises_no_next_payment(
    supporters: Supporters, now: datetime, facts: dict[str, object]
) -> None:
    pay(supporters(), now)
    Subscription.objects.update(**facts)

    tasks.render_due()

    assert "The next payment" not in the_letter("receipt:").text


def test_a_part_sent_back_a_refund_that_failed_and_a_dispute_won_are_told_apart(
    supporters: Supporters, now: datetime
) -> None:
    refunded, disputed = pay(supporters(), now), pay(supporters("ben@example.org"), now)
    tasks.render_due()
    refund = Refund.objects.create(
        payment=refunded,
        state="succeeded",
        amount_minor=1000,
        currency="USD",
        reason="asked",
        asked_at=now,
        ledger_transaction=refunded.ledger_transaction,
    )
    dispute = Dispute.objects.create(
        payment=disputed,
        stripe_id="dp_1",
        state="needs_response",
        reason="fraudulent",
        amount_minor=2500,
        currency="USD",
        began_at=now,
        noted_at=now,
    )
    _move(dispute, disputed.ledger_transaction_id, is_withdrawal=True)
    _follow(now + timedelta(days=1))
    refund.state, refund.failure_transaction = "failed", disputed.ledger_transaction
    refund.save()
    _move(dispute, refunded.ledger_transaction_id, is_withdrawal=False)
    _follow(now + timedelta(days=2))

    said = [letter.text for letter in letters("receipt:") if letter.subject.startswith("Your corrected receipt")]
    part, failed, won = said
    assert "A part of your gift for “Mutual aid” went back to you. $15.00 of it stay with us." in part
    assert "did not arrive and came back to us: your gift of $25.00 for “Mutual aid” stands." in failed
    assert "Your bank has given the money back to us that it took: your gift of $25.00" in won
    assert Receipt.objects.filter(state="issued").count() == 2


def _move(dispute: Dispute, transaction: int, *, is_withdrawal: bool) -> None:
    DisputeMove.objects.create(
        dispute=dispute,
        balance_transaction_id=f"txn_dispute_{is_withdrawal}",
        is_withdrawal=is_withdrawal,
        ledger_transaction_id=transaction,
    )


def _follow(at: datetime) -> None:
    for payment in Payment.objects.order_by("pk"):
        receipts.bring_up_to_date(payment=payment, at=at)
    tasks.render_due()


def test_letters_come_in_the_donors_language(supporters: Supporters, now: datetime) -> None:
    pay(supporters(language="es"), now)
    tasks.render_due()

    letter = OutgoingEmail.objects.get(key__startswith="receipt:")
    assert letter.language == "es"
    assert "/es/giving/" in letter.text
    assert '<html lang="es">' in letter.html
