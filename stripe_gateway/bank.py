"""What banks do, as Stripe tells it: gifts disputed, warnings of fraud, payouts. In our own types."""

from dataclasses import dataclass
from datetime import datetime

import stripe
from moneyed import Money

from core.money import from_minor
from stripe_gateway.objects import BalanceMove, UnexpectedShape, balance_move, id_of, moment


@dataclass(frozen=True)
class Dispute:
    """A dispute. ``state`` and ``reason`` are Stripe's words; ``moves`` are the lines by which money went and came back."""

    id: str
    state: str
    reason: str
    amount: Money
    charge_id: str
    intent_id: str
    livemode: bool
    respond_by: datetime | None
    began_at: datetime
    moves: tuple[BalanceMove, ...]


@dataclass(frozen=True)
class FraudWarning:
    """An early fraud warning. ``is_actionable``: the charge is neither refunded nor disputed yet."""

    id: str
    fraud_type: str
    is_actionable: bool
    charge_id: str
    intent_id: str
    livemode: bool
    warned_at: datetime


@dataclass(frozen=True)
class Payout:
    """A transfer to the bank. ``is_listed``: its lines can be read; ``failure`` is the line that brings it back."""

    id: str
    state: str
    amount: Money
    is_automatic: bool
    is_listed: bool
    livemode: bool
    made_at: datetime
    arrives_at: datetime
    balance: BalanceMove | None
    failure: BalanceMove | None


@dataclass(frozen=True)
class PayoutLine:
    """A line of the balance that a payout took along. ``intent_id``: the payment behind it; empty for Stripe's own fees."""

    move: BalanceMove
    type: str
    intent_id: str


def dispute(raw: stripe.Dispute) -> Dispute:
    due_by = raw.evidence_details.due_by
    moves = [balance_move(line) for line in raw.balance_transactions]
    return Dispute(
        id=raw.id,
        state=raw.status,
        reason=raw.reason,
        amount=from_minor(raw.amount, raw.currency),
        charge_id=id_of(raw.charge),
        intent_id=id_of(raw.payment_intent),
        livemode=raw.livemode,
        respond_by=moment(due_by) if due_by else None,
        began_at=moment(raw.created),
        moves=tuple(sorted((move for move in moves if move), key=lambda move: (move.at, move.gross, move.id))),
    )


def fraud_warning(raw: stripe.radar.EarlyFraudWarning) -> FraudWarning:
    return FraudWarning(
        id=raw.id,
        fraud_type=raw.fraud_type,
        is_actionable=raw.actionable,
        charge_id=id_of(raw.charge),
        intent_id=id_of(raw.payment_intent),
        livemode=raw.livemode,
        warned_at=moment(raw.created),
    )


def payout(raw: stripe.Payout) -> Payout:
    """Translate a payout retrieved with its balance transactions."""
    return Payout(
        id=raw.id,
        state=raw.status,
        amount=from_minor(raw.amount, raw.currency),
        is_automatic=raw.automatic,
        is_listed=raw.reconciliation_status == "completed",
        livemode=raw.livemode,
        made_at=moment(raw.created),
        arrives_at=moment(raw.arrival_date),
        balance=balance_move(raw.balance_transaction),
        failure=balance_move(raw.failure_balance_transaction),
    )


def payout_line(raw: stripe.BalanceTransaction) -> PayoutLine:
    """Translate a line of the balance listed with its source."""
    move = balance_move(raw)
    if move is None:
        raise UnexpectedShape("balance_transaction")
    source = None if isinstance(raw.source, str) else raw.source
    return PayoutLine(move, raw.type, id_of(getattr(source, "payment_intent", None)))
