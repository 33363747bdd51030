"""The letters that gifts cause. Queued in the transaction of what they tell."""

import uuid
from datetime import date, datetime

from donations import access
from donations.models import Donor, FailedRenewal, Receipt, Refund, Subscription
from ledger.balances import Balance
from mail import outbox
from organisation import roles


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


def fund_overdrawn(*, refund: Refund, balance: Balance, at: datetime) -> None:
    """Tell every treasurer that what went back took a fund below what it has promised."""
    for treasurer in roles.holders("treasurer").exclude(email=""):
        outbox.queue(
            key=f"fund-overdrawn:{refund.pk}:{treasurer.pk}",
            to=treasurer.email,
            template="donations/fund_overdrawn",
            context={"refund": refund, "balance": balance, "name": str(treasurer)},
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
