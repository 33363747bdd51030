"""How gifts arrive: who gives, what was asked for, what was paid, sent back, disputed, paid out and receipted."""

from donations.models.disputes import Dispute, DisputeMove, FraudWarning
from donations.models.failures import FailedRenewal
from donations.models.giving import Checkout, Donor
from donations.models.money import HeldPayment, Method, Payment, Refund
from donations.models.offline import OfflineBatch, OfflineGift
from donations.models.payouts import Payout
from donations.models.receipts import Duplicate, Paper, Receipt, ReceiptDetails, ReceiptDocument, ReceiptSeries
from donations.models.recurring import Subscription, SubscriptionChange
from donations.models.statements import Statement, StatementDocument, StatementRun, StatementTask
from donations.models.visits import GivingLink
from donations.models.words import WallEntry

__all__ = [
    "Checkout",
    "Dispute",
    "DisputeMove",
    "Donor",
    "Duplicate",
    "FailedRenewal",
    "FraudWarning",
    "GivingLink",
    "HeldPayment",
    "Method",
    "OfflineBatch",
    "OfflineGift",
    "Paper",
    "Payment",
    "Payout",
    "Receipt",
    "ReceiptDetails",
    "ReceiptDocument",
    "ReceiptSeries",
    "Refund",
    "Statement",
    "StatementDocument",
    "StatementRun",
    "StatementTask",
    "Subscription",
    "SubscriptionChange",
    "WallEntry",
]
