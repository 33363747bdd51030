"""Moves the sandbox's clock and lets happen what falls due on the way, in the order of time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox import (
    bank_debits,
    checkout,
    clock,
    collecting,
    disputes,
    fraud_warnings,
    payouts,
    refunds,
    renewals,
    schedule,
    subscription_changes,
)
from sandbox.refusals import Refused
from sandbox.store import Store, Transaction

Json = dict[str, Any]

MOST_MONTHS_AGO = 120

DEEDS: dict[str, Callable[[Transaction, str], None]] = {
    schedule.DECIDE_DISPUTE: disputes.decide_in_time,
    schedule.DISPUTE_CHARGE: disputes.by_card,
    schedule.FAIL_REFUND: refunds.fail_in_time,
    schedule.FINISH_DEBIT: bank_debits.finish_in_time,
    schedule.FINISH_PAYOUT: payouts.finish_in_time,
    schedule.FINISH_REFUND: refunds.finish_in_time,
    schedule.LIST_PAYOUT: payouts.list_in_time,
    schedule.PAY_OUT: payouts.pay_out_in_time,
    schedule.WARN_OF_FRAUD: fraud_warnings.by_card,
    schedule.EXPIRE_CHECKOUT: checkout.expire_in_time,
    schedule.RENEW_SUBSCRIPTION: renewals.renew,
    schedule.RETRY_INVOICE: collecting.retry,
    schedule.RESUME_COLLECTION: subscription_changes.resume_collection,
    schedule.ANNOUNCE_TRIAL_END: renewals.announce_trial_end,
}


def move(
    store: Store,
    clock_file: Path,
    *,
    seconds: int | None = None,
    months: int | None = None,
    to: int | str | None = None,
) -> Json:
    """Move the clock forward; all that happens on the way is one transaction.

    The clock file is written before the transaction ends, so before the first webhook goes out.

    :raises Refused: if that would be backward or cannot be understood
    """
    with store.transaction() as transaction:
        start = transaction.now
        target = clock.target(start, seconds=seconds, months=months, to=to)
        happened = _catch_up(transaction, target)
        offset = clock.offset(transaction) + target - start
        clock.set_offset(transaction, offset)
        clock.write_file(clock_file, offset)
    return {"now": target, "offset": offset, "happened": happened, "events": transaction.recorded_events}


def begin(store: Store, clock_file: Path, *, months_ago: int) -> Json:
    """Let time begin some months ago, so that a past can be played through. Only while nothing has happened yet.

    :raises Refused: if there is anything that would then be from the future
    """
    with store.transaction() as transaction:
        if not 1 <= months_ago <= MOST_MONTHS_AGO:
            raise Refused(f"The clock can begin 1 to {MOST_MONTHS_AGO} months ago.")
        if transaction.connection.execute("SELECT EXISTS (SELECT 1 FROM objects)").fetchone()[0]:
            raise Refused("Something has happened already; only an empty sandbox can begin in the past.")
        start = clock.add_months(transaction.now, -months_ago, anchor=transaction.now)
        offset = clock.offset(transaction) + start - transaction.now
        clock.set_offset(transaction, offset)
        clock.write_file(clock_file, offset)
    return {"now": start, "offset": offset}


def catch_up(store: Store) -> None:
    """Let happen what has fallen due while the clock simply ran."""
    with store.transaction() as transaction:
        _catch_up(transaction, transaction.now)


def _catch_up(transaction: Transaction, until: int) -> int:
    happened = 0
    while due := schedule.take_next(transaction, until):
        transaction.now = due.at
        DEEDS[due.action](transaction, due.object_id)
        happened += 1
    transaction.now = until
    return happened
