"""Moves the sandbox's clock and lets happen what falls due on the way, in the order of time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox import checkout, clock, renewals, schedule
from sandbox.store import Store, Transaction

Json = dict[str, Any]

DEEDS: dict[str, Callable[[Transaction, str], None]] = {
    schedule.EXPIRE_CHECKOUT: checkout.expire_in_time,
    schedule.RENEW_SUBSCRIPTION: renewals.renew,
    schedule.RETRY_INVOICE: renewals.retry,
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
