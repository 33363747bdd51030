"""Books with everything in them that there can be, in several currencies, booked in a few lines."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from core.money import from_minor
from ledger import posting
from ledger.models import Account, Fund, Kind, Transaction
from ledger.posting import Line

Moved = Sequence[tuple[Account, Fund, int]]


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def book(kind: Kind, reference: str, day: date, moved: Moved, *, memo: str = "") -> Transaction:
    """Post amounts in minor units, debit positive, on a day."""
    lines = [Line(account, fund, from_minor(minor, fund.currency)) for account, fund, minor in moved]
    at = noon(day)
    return posting.post(kind=kind, reference=reference, lines=lines, occurred_at=at, at=at, memo=memo, on=day)


def gift(fund: Fund, minor: int, day: date, *, fee: int = 0, reference: str) -> Transaction:
    moved = [(Account.STRIPE, fund, minor - fee), (Account.FEES, fund, fee), (Account.GIFTS, fund, -minor)]
    return book(Kind.GIFT, reference, day, moved)
