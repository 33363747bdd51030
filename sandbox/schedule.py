"""What happens by itself when its time comes: renewals, retries, expiries, disputes, payouts."""

from dataclasses import dataclass

from sandbox.store import Transaction

RENEW_SUBSCRIPTION = "renew_subscription"
RETRY_INVOICE = "retry_invoice"
EXPIRE_CHECKOUT = "expire_checkout"
RESUME_COLLECTION = "resume_collection"
ANNOUNCE_TRIAL_END = "announce_trial_end"
DISPUTE_CHARGE = "dispute_charge"
DECIDE_DISPUTE = "decide_dispute"
WARN_OF_FRAUD = "warn_of_fraud"
PAY_OUT = "pay_out"
LIST_PAYOUT = "list_payout"
FINISH_PAYOUT = "finish_payout"
FINISH_DEBIT = "finish_debit"
FAIL_REFUND = "fail_refund"
FINISH_REFUND = "finish_refund"


@dataclass(frozen=True)
class Due:
    action: str
    object_id: str
    at: int


def plan(transaction: Transaction, action: str, object_id: str, at: int) -> None:
    """Do something with an object at a time; an earlier plan of the same kind is replaced."""
    transaction.connection.execute(
        "INSERT OR REPLACE INTO schedule (action, object, due_at) VALUES (?, ?, ?)", (action, object_id, at)
    )


def cancel(transaction: Transaction, action: str, object_id: str) -> None:
    transaction.connection.execute("DELETE FROM schedule WHERE action = ? AND object = ?", (action, object_id))


def take_next(transaction: Transaction, until: int) -> Due | None:
    """Take the earliest thing that is due off the schedule."""
    row = transaction.connection.execute(
        "SELECT action, object, due_at FROM schedule WHERE due_at <= ? ORDER BY due_at, rowid LIMIT 1", (until,)
    ).fetchone()
    if row is None:
        return None
    due = Due(*row)
    cancel(transaction, due.action, due.object_id)
    return due
