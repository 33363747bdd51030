"""How gifts arrive: who gives, what was asked for, what was paid, sent back and receipted."""

from donations.models.giving import Checkout, Donor, Subscription
from donations.models.money import FailedRenewal, HeldPayment, Payment, Refund
from donations.models.receipts import Receipt, ReceiptDocument, ReceiptSeries

__all__ = [
    "Checkout",
    "Donor",
    "FailedRenewal",
    "HeldPayment",
    "Payment",
    "Receipt",
    "ReceiptDocument",
    "ReceiptSeries",
    "Refund",
    "Subscription",
]
