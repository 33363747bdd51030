"""A bank debit takes days: the gift is in the books when the money is there, and the supporter hears if it is not."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from moneyed import Money

from donations import proofs
from donations.models import Checkout, Payment, Receipt
from mail.models import OutgoingEmail
from tests.donations.giving_stage import Stripe, begin

PAYS, TOO_LITTLE = "000123456789", "000222222227"
DAYS = 86400


def give_from_bank(visitor: Client, stripe: Stripe, account: str) -> Checkout:
    answer = begin(visitor, interval="once", amount="50")
    stripe.sandbox.pay_by_bank(answer["Location"], account)
    return Checkout.objects.get()


def test_gift_from_a_bank_account_is_booked_when_the_money_is_there(visitor: Client, stripe: Stripe) -> None:
    give_from_bank(visitor, stripe, PAYS)
    events = stripe.deliver_new(visitor)
    assert "checkout.session.completed" in {event["type"] for event in events}
    assert Checkout.objects.get().state == "open"
    assert not Payment.objects.exists()

    stripe.sandbox.clock(seconds=5 * DAYS)
    stripe.deliver_new(visitor)

    assert Checkout.objects.get().state == "paid"
    assert Payment.objects.get().gross == Money(50, "USD")
    assert Receipt.objects.count() == 1
    assert list(proofs.broken()) == []


def test_supporter_hears_once_that_their_bank_did_not_pay_and_where_to_try_again(
    visitor: Client, stripe: Stripe
) -> None:
    give_from_bank(visitor, stripe, TOO_LITTLE)
    first = stripe.deliver_new(visitor)
    stripe.sandbox.clock(seconds=5 * DAYS)

    for event in [*stripe.deliver_new(visitor), *first]:
        stripe.deliver(visitor, event | {"id": f"{event['id']}_again"})
    call_command("sync_stripe", "--check")

    assert Checkout.objects.get().state == "failed"
    assert not Payment.objects.exists()
    letter = OutgoingEmail.objects.get()
    assert letter.recipient == "ann@example.org"
    assert "Your gift of $50.00" in letter.subject
    assert "/donate/?amount=50&interval=once&fund=aid" in letter.text


@pytest.mark.parametrize(("account", "state"), [(PAYS, "paid"), (TOO_LITTLE, "failed")])
def test_sync_finds_out_what_became_of_a_bank_debit_without_any_event(
    visitor: Client, stripe: Stripe, account: str, state: str
) -> None:
    give_from_bank(visitor, stripe, account)
    call_command("sync_stripe", "--check")
    stripe.sandbox.clock(seconds=5 * DAYS)
    with pytest.raises(CommandError):
        call_command("sync_stripe", "--check")

    call_command("sync_stripe")

    assert Checkout.objects.get().state == state
    call_command("sync_stripe", "--check")
