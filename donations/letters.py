"""The letters that single gifts cause, to donors and to staff. Queued in the transaction of what they tell.

Those about gifts that come again are in ``recurring_letters``.
"""

from datetime import date, datetime

from moneyed import Money

from donations import letterhead, schedule
from donations.models import Dispute, FailedRenewal, FraudWarning, Payment, Payout, Receipt, Refund, Subscription
from ledger.balances import Balance
from ledger.models import Transaction
from mail import outbox


def receipt(*, receipt: Receipt, pdf: bytes, at: datetime) -> None:
    """Thank for a gift and enclose its receipt, or enclose the one that replaces it."""
    payment, replaces, entity = receipt.payment, receipt.replaces, receipt.snapshot["entity"]
    subscription = _running(payment)
    letterhead.to_donor(
        payment.donor,
        key=f"receipt:{receipt.number}",
        template="receipt",
        context={
            "receipt": receipt,
            "replaces": replaces,
            "came_back": _came_back(payment) if replaces and _may_have_come_back(receipt, replaces) else "",
            "had_failed": _had_failed(payment),
            "payment": payment,
            "given_on": date.fromisoformat(receipt.snapshot["given_on"]),
            "honouree": receipt.snapshot["honouree"],
            "employer": "" if replaces else _employer(payment),
            "entity": ", ".join(filter(None, [entity["name"], entity["tax_number"]])),
            "subscription": subscription,
            "next_on": schedule.next_payment(subscription) if subscription and not subscription.is_failing else None,
            "name": payment.name,
        },
        at=at,
        language=payment.language,
        enclosures=[outbox.Enclosure(f"{receipt.number}.pdf", "application/pdf", pdf)],
    )


def _running(payment: Payment) -> Subscription | None:
    """Return the recurring gift that a payment belongs to, if it goes on."""
    subscription = payment.subscription
    return None if subscription is None or subscription.has_ended or subscription.stop_asked_at else subscription


def _may_have_come_back(receipt: Receipt, replaces: Receipt) -> bool:
    """Return whether money that came back can be why a receipt replaces another one."""
    return receipt.amount_minor >= replaces.amount_minor and replaces.ended_because != Receipt.Ended.CORRECTED


def _came_back(payment: Payment) -> str:
    """Return by what money of a gift that had left came back: a "dispute" that was won, a "refund" that failed."""
    if payment.disputes.filter(moves__is_withdrawal=False).exists():
        return "dispute"
    return "refund" if payment.refunds.filter(failure_transaction__isnull=False).exists() else ""


def _had_failed(payment: Payment) -> bool:
    """Return whether the donor was told that this payment did not go through: it has now."""
    return bool(payment.invoice_id) and FailedRenewal.objects.filter(invoice_id=payment.invoice_id).exists()


def _employer(payment: Payment) -> str:
    """Return the employer that may match a gift; of a recurring one only with its first payment."""
    if payment.checkout is None or not payment.checkout.employer:
        return ""
    earlier = Payment.objects.filter(checkout=payment.checkout, pk__lt=payment.pk)
    return "" if earlier.exists() else payment.checkout.employer


def receipt_again(*, receipt: Receipt, pdf: bytes, key: str, at: datetime) -> None:
    """Send the second print of a receipt.

    :param key: names the receipt and the day, so that it is sent once on it
    """
    payment = receipt.payment
    letterhead.to_donor(
        payment.donor,
        key=key,
        template="receipt_again",
        context={"receipt": receipt, "payment": payment, "name": payment.name},
        at=at,
        language=payment.language,
        enclosures=[outbox.Enclosure(f"{receipt.number}-duplicate.pdf", "application/pdf", pdf)],
    )


def receipt_voided(*, receipt: Receipt, at: datetime) -> None:
    """Say that a receipt is void, though the gift stays."""
    payment = receipt.payment
    letterhead.to_donor(
        payment.donor,
        key=f"receipt-voided:{receipt.number}",
        template="receipt_voided",
        context={"receipt": receipt, "payment": payment, "name": payment.name},
        at=at,
        language=payment.language,
    )


def gift_sent_back(*, refund: Refund, void: Receipt, at: datetime) -> None:
    """Say that a whole gift went back and that its receipt is void."""
    payment = refund.payment
    letterhead.to_donor(
        payment.donor,
        key=f"receipt-void:{void.number}",
        template="gift_sent_back",
        context={
            "refund": refund,
            "payment": payment,
            "receipt": void,
            "subscription": _running(payment),
            "name": payment.name,
        },
        at=at,
        language=payment.language,
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


def refund_failed(*, refund: Refund, at: datetime) -> None:
    """Tell every fundraiser that a bank did not take a refund, so that the donor still waits for the money."""
    letterhead.to_staff(
        "fundraiser",
        key=f"refund-failed:{refund.pk}",
        template="refund_failed",
        context={"refund": refund},
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
