"""When a failed renewal is tried again, and what becomes of the gift after the last try."""

import json
from dataclasses import dataclass
from typing import Any

from sandbox import wishes
from sandbox.refusals import Refused
from sandbox.store import Transaction

Json = dict[str, Any]

MOST_TRIES, MOST_DAYS = 8, 60


@dataclass(frozen=True)
class Policy:
    """What an organisation chooses in Stripe's dashboard.

    :ivar days: after each failure until the next try
    :ivar outcome: `cancel`, `unpaid` or `past_due`
    """

    days: tuple[int, ...] = (3, 5, 7)
    outcome: str = "cancel"

    def shown(self) -> Json:
        return {"days": list(self.days), "outcome": self.outcome}


OUTCOMES = ("cancel", "past_due", "unpaid")


def policy(transaction: Transaction) -> Policy:
    chosen = json.loads(transaction.note("retries", "{}"))
    return Policy(tuple(chosen["days"]), chosen["outcome"]) if chosen else Policy()


def choose(transaction: Transaction, wish: Json, _: str) -> Json:
    """Take what is wished; the rest stays as it is."""
    now = policy(transaction)
    chosen = Policy(_days(wish["days"]) if "days" in wish else now.days, _outcome(wish, now))
    transaction.write_note("retries", json.dumps(chosen.shown()))
    return chosen.shown()


def _outcome(wish: Json, now: Policy) -> str:
    return wishes.one_of(wish, "outcome", OUTCOMES, now.outcome)


def _days(given: Any) -> tuple[int, ...]:
    """Days as a JSON list, or as a form writes them: `3, 5, 7`."""
    listed = given if isinstance(given, list) else str(given).replace(",", " ").split()
    try:
        days = tuple(int(str(each)) for each in listed)
    except ValueError as problem:
        raise Refused(f"days must be whole numbers, not {given!r}.", param="days") from problem
    if len(days) > MOST_TRIES or any(not 1 <= each <= MOST_DAYS for each in days):
        raise Refused(f"days can be at most {MOST_TRIES} numbers from 1 to {MOST_DAYS}.", param="days")
    return days


CONTROLS = {
    ("GET", "/_/retries"): lambda transaction, wish, _: policy(transaction).shown(),
    ("POST", "/_/retries"): choose,
}
