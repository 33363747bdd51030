"""Turns a line of the Stripe balance into a transaction of the ledger."""

from datetime import datetime

from donations.models import Payment
from ledger import posting
from ledger.models import Account, Fund, Kind, Transaction
from ledger.posting import Line
from stripe_gateway.objects import BalanceMove


def book(*, kind: Kind, move: BalanceMove, fund: Fund, at: datetime) -> Transaction:
    """Book money that came to, or went from, the Stripe balance; the money's date is Stripe's.

    :param move: for a refund its amounts are negative, so that the same lines turn round
    :raises posting.AlreadyPosted: if this line is in the books already
    """
    return posting.post(
        kind=kind,
        reference=f"stripe:{move.id}",
        lines=[
            Line(Account.STRIPE, fund, move.net),
            Line(Account.FEES, fund, move.fee),
            Line(Account.GIFTS, fund, -move.gross),
        ],
        occurred_at=move.at,
        at=at,
    )


def reference(payment: Payment) -> str:
    """Return the reference under which a gift stands in the books."""
    return f"stripe:{payment.balance_transaction_id}" if payment.is_online else f"offline:{payment.reference}"
