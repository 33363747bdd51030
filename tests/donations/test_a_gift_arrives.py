"""From the button to the receipt in the mail, for one-time and monthly gifts."""

import io
from datetime import timedelta

from django.test import Client
from moneyed import Money
from pypdf import PdfReader

from donations.models import Checkout, Donor, Payment, Receipt, ReceiptDocument, Subscription
from ledger import balances, posting
from ledger.models import Fund
from mail.models import OutgoingEmail
from tests.donations.giving_stage import Stripe, give


def test_one_time_gift_becomes_payment_booking_receipt_and_letter(
    visitor: Client, stripe: Stripe, aid_fund: Fund
) -> None:
    give(visitor, stripe, amount="50", interval="once")

    stripe.deliver_new(visitor)

    payment = Payment.objects.get()
    assert payment.gross == Money(50, "USD")
    assert payment.net == payment.gross - payment.fee
    assert payment.donor.email == "ann@example.org"
    assert balances.of(aid_fund).posted == payment.net
    posting.check_entries()
    receipt = Receipt.objects.get()
    assert receipt.number.startswith("TEST-RW-")
    assert receipt.number.endswith("-000001")
    letter = OutgoingEmail.objects.get(key=f"receipt:{receipt.number}")
    assert letter.recipient == "ann@example.org"
    assert "/giving/" in letter.text
    pdf = bytes(letter.attachments.get().content)
    assert pdf == ReceiptDocument.objects.get().content
    words = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    for word in ["$50.00", receipt.number, "Ann Example", "No goods or services were provided", "00-0000000", "Test"]:
        assert word in words


def test_first_payment_of_a_monthly_gift_is_booked_once_though_reported_twice(visitor: Client, stripe: Stripe) -> None:
    give(visitor, stripe)

    events = stripe.deliver_new(visitor)

    assert {"checkout.session.completed", "invoice.paid"} <= {event["type"] for event in events}
    assert Payment.objects.count() == Receipt.objects.count() == Subscription.objects.count() == 1
    assert Subscription.objects.get().state == "active"
    assert Checkout.objects.get().state == "paid"


def test_a_month_later_the_second_payment_comes_with_its_own_receipt(visitor: Client, stripe: Stripe) -> None:
    give(visitor, stripe)
    stripe.deliver_new(visitor)

    stripe.sandbox.clock(months=1)
    stripe.deliver_new(visitor)

    first, second = Payment.objects.order_by("occurred_at")
    assert second.occurred_at - first.occurred_at >= timedelta(days=28)
    assert second.subscription == first.subscription
    assert [receipt.sequence for receipt in Receipt.objects.order_by("pk")] in ([1, 2], [1, 1])
    assert OutgoingEmail.objects.filter(key__startswith="receipt:").count() == 2


def test_two_gifts_from_one_address_in_any_case_are_one_donor(visitor: Client, stripe: Stripe) -> None:
    give(visitor, stripe, interval="once", email="ann@example.org")
    give(visitor, stripe, interval="once", email="Ann@Example.org", name="Somebody Else")
    stripe.deliver_new(visitor)

    assert Payment.objects.count() == 2
    assert Donor.objects.get().name == "Ann Example"
    assert sorted(receipt.snapshot["donor"] for receipt in Receipt.objects.all()) == ["Ann Example", "Somebody Else"]
