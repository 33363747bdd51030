"""Books money: every movement once, balanced, for ever. Corrections are reversals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from moneyed import Money

from core.money import to_minor
from ledger.balances import FundTooLow, overdraws
from ledger.models import Account, Entry, Fund, Kind, Transaction


class AlreadyPosted(Exception):
    """This reference is in the books already. The transaction that holds it is ``args[0]``."""


@dataclass(frozen=True)
class Line:
    """One side of a movement. ``amount``: debit positive, credit negative; lines of zero are left out."""

    account: Account
    fund: Fund
    amount: Money


@transaction.atomic
def post(  # noqa: PLR0913 - a booking has this many parts
    *,
    kind: Kind,
    reference: str,
    lines: Sequence[Line],
    occurred_at: datetime,
    at: datetime,
    memo: str = "",
    reverses: Transaction | None = None,
) -> Transaction:
    """Add one balanced transaction to the books.

    :param reference: what is booked, for example ``stripe:txn_1``; the same reference is booked once
    :param occurred_at: when the money moved, as the outside world dates it
    :param at: now
    :raises AlreadyPosted: if the reference is in the books; nothing is changed then
    :raises FundTooLow: if a disbursement asks for more than the fund has available
    """
    # The fund's lock comes first and in one order, so that two bookings wait for each other and never deadlock.
    funds = {line.fund.pk for line in lines}
    list(Fund.objects.select_for_update().filter(pk__in=funds).order_by("pk"))
    row, is_new = Transaction.objects.get_or_create(
        reference=reference,
        defaults={"kind": kind, "occurred_at": occurred_at, "recorded_at": at, "memo": memo, "reverses": reverses},
    )
    if not is_new:
        raise AlreadyPosted(row)
    Entry.objects.bulk_create(
        Entry(
            transaction=row,
            fund=line.fund,
            account=line.account,
            amount_minor=to_minor(line.amount),
            currency=line.amount.currency.code,
        )
        for line in lines
        if line.amount
    )
    return row


def check_entries() -> None:
    """Let the database check the balance of what was posted now instead of at the commit.

    :raises FundTooLow: if a payment or promise of this transaction overdraws a fund
    """
    try:
        with transaction.atomic(), transaction.get_connection().cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            # Back to normal: the next booking in this transaction needs its entries' time again.
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as error:
        if overdraws(error):
            raise FundTooLow from error
        raise


@transaction.atomic
def reverse(*, original: Transaction, occurred_at: datetime, at: datetime, memo: str = "") -> Transaction:
    """Book the opposite of a transaction, the only way to correct one.

    :raises AlreadyPosted: if it is reversed already
    """
    lines = [
        Line(Account(e.account), e.fund, -e.amount) for e in original.entries.select_related("fund").order_by("pk")
    ]
    return post(
        kind=Kind.REVERSAL,
        reference=f"reversal:{original.reference}",
        lines=lines,
        occurred_at=occurred_at,
        at=at,
        memo=memo,
        reverses=original,
    )
