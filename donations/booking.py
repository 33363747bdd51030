"""Turns a line of the Stripe balance into a transaction of the ledger."""

from collections.abc import Sequence
from datetime import datetime

from core.money import from_minor
from donations import letters
from donations.models import Payment
from ledger import balances, posting
from ledger.models import ASSETS, Account, Fund, Kind, Transaction
from ledger.posting import Line
from stripe_gateway.objects import BalanceMove


class NoFundInThisCurrency(Exception):
    """No fund counts in the currency of the money that moved. ``args[0]`` is its code."""


def book(*, kind: Kind, move: BalanceMove, fund: Fund, at: datetime) -> Transaction:
    """Book money that came to, or went from, the Stripe balance; the money's date is Stripe's.

    :param move: for a refund its amounts are negative, so that the same lines turn round
    :raises posting.AlreadyPosted: if this line is in the books already
    """
    lines = [
        Line(Account.STRIPE, fund, move.net),
        Line(Account.FEES, fund, move.fee),
        Line(Account.GIFTS, fund, -move.gross),
    ]
    return book_lines(kind=kind, move=move, lines=lines, at=at)


def book_lines(*, kind: Kind, move: BalanceMove, lines: Sequence[Line], at: datetime, memo: str = "") -> Transaction:
    """Book what Stripe or a bank did. It is booked even if a fund has less than nothing then; treasurers are told.

    :param lines: what the line of the balance means for the funds
    :raises posting.AlreadyPosted: if this line is in the books already
    """
    booked = posting.post(kind=kind, reference=line_reference(move), lines=lines, occurred_at=move.at, at=at, memo=memo)
    for fund in {line.fund for line in lines}:
        change = sum(
            (line.amount for line in lines if line.fund == fund and line.account in ASSETS),
            from_minor(0, fund.currency),
        )
        if change.amount < 0 and (balance := balances.of(fund)).is_overdrawn:
            letters.fund_overdrawn(moved=booked, lost=-change, balance=balance, at=at)
    return booked


def general_fund(currency: str) -> Fund:
    """Return the fund that bears what belongs to no gift: the first unrestricted one in that currency, else the first.

    :raises NoFundInThisCurrency: if there is none at all
    """
    fund = Fund.objects.filter(currency=currency).order_by("is_restricted", "pk").first()
    if fund is None:
        raise NoFundInThisCurrency(currency)
    return fund


def line_reference(move: BalanceMove) -> str:
    """Return the reference under which a line of the Stripe balance stands in the books, once."""
    return f"stripe:{move.id}"


def reference(payment: Payment) -> str:
    """Return the reference under which a gift stands in the books."""
    return f"stripe:{payment.balance_transaction_id}" if payment.is_online else f"offline:{payment.reference}"
