"""Books money: every movement once, balanced, for ever. Corrections are reversals."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from moneyed import Money

from core.money import to_minor
from ledger.balances import FundTooLow, overdraws, refused_by
from ledger.models import ASSETS, Account, Closing, Entry, Fund, Kind, Transaction
from organisation.models import Organisation


class AlreadyPosted(Exception):
    """This reference is in the books already. The transaction that holds it is ``args[0]``."""


class MonthClosed(Exception):
    """What is booked by hand cannot count for a day (``args[0]``) that is closed."""


@dataclass(frozen=True)
class Line:
    """One side of a movement. ``amount``: debit positive, credit negative; lines of zero are left out."""

    account: Account
    fund: Fund
    amount: Money

    @property
    def credit(self) -> Money:
        return -self.amount


def post(  # noqa: PLR0913 - a booking has this many parts
    *,
    kind: Kind,
    reference: str,
    lines: Sequence[Line],
    occurred_at: datetime,
    at: datetime,
    memo: str = "",
    reverses: Transaction | None = None,
    on: date | None = None,
) -> Transaction:
    """Add one balanced transaction to the books.

    It counts for the day on which it occurred, where the organisation is; if that month is closed, for the first open
    day. What is booked by hand is refused then.

    :param reference: what is booked, for example ``stripe:txn_1``; the same reference is booked once
    :param occurred_at: when the money moved, as the outside world dates it
    :param at: now
    :param on: the day it is to count for, if another one than that of ``occurred_at``
    :raises AlreadyPosted: if the reference is in the books; nothing is changed then
    :raises FundTooLow: if a disbursement asks for more than the fund has available
    :raises MonthClosed: if it is booked by hand for a day that is closed
    """
    # Within a transaction that one is enough: a savepoint for every gift costs more than it is worth.
    with nullcontext() if connection.in_atomic_block else transaction.atomic():
        # Whoever takes money from a fund locks it first, and the one that gets it, in one order: two of them wait for
        # each other and never deadlock. Gifts only add to a fund and need not wait.
        moved = [line for line in lines if line.account in ASSETS]
        if any(line.amount.amount < 0 for line in moved):
            funds = {line.fund.pk for line in moved}
            list(Fund.objects.select_for_update(no_key=True).filter(pk__in=funds).order_by("pk").values_list("pk"))
        row = _insert(
            Transaction(
                kind=kind,
                reference=reference,
                occurred_at=occurred_at,
                recorded_at=at,
                booked_on=on or day_of(occurred_at),
                memo=memo,
                reverses=reverses,
            )
        )
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


# By hand: get_or_create needs a savepoint and three more statements, and this is done for every gift.
_INSERT = """
    INSERT INTO ledger_transaction (kind, reference, occurred_at, recorded_at, booked_on, reverses_id, memo)
    VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (reference) DO NOTHING RETURNING id, booked_on
"""


def _insert(row: Transaction) -> Transaction:
    """
    :raises AlreadyPosted: if its reference is in the books
    :raises MonthClosed: see ``post``
    """
    values: list[Any] = [
        row.kind,
        row.reference,
        row.occurred_at,
        row.recorded_at,
        row.booked_on,
        row.reverses_id,
        row.memo,
    ]
    try:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, values)
            inserted = cursor.fetchone()
    except IntegrityError as error:
        if refused_by(error) == "ledger_closed_month_takes_nothing":
            raise MonthClosed(row.booked_on) from error
        raise
    if inserted is None:
        raise AlreadyPosted(Transaction.objects.get(reference=row.reference))
    (row.pk, row.booked_on), row._state.adding = inserted, False
    return row


def day_of(moment: datetime) -> date:
    """Return the day of a moment where the organisation is: by it, not by UTC, a gift belongs to a month and a year."""
    return moment.astimezone(ZoneInfo(Organisation.current().time_zone)).date()


def closed_until() -> date | None:
    """Return the last day for which nothing more can be booked by hand; none, if no month was ever closed."""
    found: date | None = Closing.objects.aggregate(last=Max("until"))["last"]
    return found


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
