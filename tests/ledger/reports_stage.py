"""Books with everything in them that there can be, in several currencies, booked in a few lines."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from core.money import from_minor
from ledger import posting
from ledger.models import Account, Fund, Kind, Proposal, Transaction
from ledger.posting import Line
from organisation.models import User

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


def pass_on(
    asset: Account, minor: int, *, from_: Fund, to: Fund, day: date, memo: str = "Rent of the office"
) -> Transaction:
    """Transfer an amount between funds, as two people have agreed on it."""
    moved = [
        (asset, from_, -minor),
        (Account.BETWEEN_FUNDS, from_, minor),
        (asset, to, minor),
        (Account.BETWEEN_FUNDS, to, -minor),
    ]
    booked = book(Kind.TRANSFER, "proposal:1", day, moved, memo=memo)
    one, other = (User.objects.create_user(name, f"{name}@raft.example") for name in ("one", "other"))
    Proposal.objects.create(
        kind=Proposal.Kind.TRANSFER,
        fund=from_,
        to_fund=to,
        asset=asset,
        amount_minor=minor,
        currency=from_.currency,
        on=day,
        memo=memo,
        state=Proposal.State.BOOKED,
        proposed_by=one,
        proposed_at=noon(day),
        decided_by=other,
        decided_at=noon(day),
        transaction=booked,
    )
    return booked
