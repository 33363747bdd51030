"""The letters that gifts cause. Queued in the transaction of what they tell."""

import uuid
from datetime import date, datetime

from moneyed import Money

from donations import access, letterhead
from donations.models import Dispute, Donor, FailedRenewal, FraudWarning, Payout, Receipt, Refund, Subscription
from ledger.balances import Balance
from ledger.models import Transaction
from mail import outbox


def receipt(*, receipt: Receipt, pdf: bytes, at: datetime) -> None:
    """Thank for a gift and enclose its receipt."""
    payment = receipt.payment
    outbox.queue(
        key=f"receipt:{receipt.number}",
        to=payment.donor.email,
        template="donations/receipt",
        context={
            "receipt": receipt,
            "payment": payment,
            "given_on": date.fromisoformat(receipt.snapshot["given_on"]),
            "subscription": payment.subscription,
            "name": payment.name,
            "giving_link": access.link(payment.donor),
        },
        at=at,
        language=payment.language,
        enclosures=[outbox.Enclosure(f"{receipt.number}.pdf", "application/pdf", pdf)],
    )


def gift_sent_back(*, refund: Refund, void: Receipt, at: datetime) -> None:
    """Say that a whole gift went back and that its receipt is void."""
    donor = refund.payment.donor
    outbox.queue(
        key=f"receipt-void:{void.number}",
        to=donor.email,
        template="donations/gift_sent_back",
        context={
            "refund": refund,
            "payment": refund.payment,
            "receipt": void,
            "name": refund.payment.name,
            "giving_link": access.link(donor),
        },
        at=at,
        language=refund.payment.language,
    )


def fund_overdrawn(*, moved: Transaction, lost: Money, balance: Balance, at: datetime) -> None:
    """Tell every treasurer that what Stripe or a bank took brought a fund below what it has promised."""
    letterhead.to_staff(
        "treasurer",
        key=f"fund-overdrawn:{moved.reference}",
        template="fund_overdrawn",
        context={"moved": moved, "lost": lost, "balance": balance},
        at=at,
    )


def dispute_opened(*, dispute: Dispute, at: datetime) -> None:
    """Tell every fundraiser that a donor's bank wants a gift back, or asks about it, and until when to answer."""
    # Stripe names the states of an inquiry so; it takes no money.
    is_inquiry = dispute.state.startswith("warning")
    letterhead.to_staff(
        "fundraiser",
        key=f"dispute-{'asked' if is_inquiry else 'opened'}:{dispute.stripe_id}",
        template="dispute_opened",
        context={"dispute": dispute, "payment": dispute.payment, "is_inquiry": is_inquiry},
        at=at,
    )


def fraud_warning(*, warning: FraudWarning, at: datetime) -> None:
    """Tell every fundraiser that a gift will probably be disputed, while sending it back is still the cheaper way."""
    letterhead.to_staff(
        "fundraiser",
        key=f"fraud-warning:{warning.stripe_id}",
        template="fraud_warning",
        context={"warning": warning, "payment": warning.payment},
        at=at,
    )


def payout_failed(*, payout: Payout, at: datetime) -> None:
    """Tell every treasurer that the bank refused a transfer and that the money is back at Stripe."""
    letterhead.to_staff(
        "treasurer",
        key=f"payout-failed:{payout.stripe_id}",
        template="payout_failed",
        context={"payout": payout},
        at=at,
    )


def payment_failed(*, failure: FailedRenewal, at: datetime) -> None:
    """Say that a month's payment did not go through, when it is tried again, and how to stop."""
    subscription = failure.subscription
    outbox.queue(
        key=f"payment-failed:{failure.invoice_id}:{failure.attempt}",
        to=subscription.donor.email,
        template="donations/payment_failed",
        context={
            "failure": failure,
            "subscription": subscription,
            "name": subscription.checkout.name,
            "giving_link": access.link(subscription.donor),
        },
        at=at,
        language=subscription.checkout.language,
    )


def subscription_ended(*, subscription: Subscription, at: datetime) -> None:
    """Say that the monthly gift has ended and nothing more will be charged."""
    outbox.queue(
        key=f"subscription-ended:{subscription.stripe_id}",
        to=subscription.donor.email,
        template="donations/subscription_ended",
        context={
            "subscription": subscription,
            "name": subscription.checkout.name,
            "giving_link": access.link(subscription.donor),
        },
        at=at,
        language=subscription.checkout.language,
    )


def giving_link(*, donor: Donor, at: datetime) -> None:
    """Send the link to the donor's own page, because somebody who knows their address asked for it."""
    outbox.queue(
        key=f"giving-link:{uuid.uuid4()}",
        to=donor.email,
        template="donations/giving_link",
        context={"giving_link": access.link(donor)},
        at=at,
        language=donor.language,
    )
