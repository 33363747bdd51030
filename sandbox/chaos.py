"""Chaos on delivery: webhooks come twice, in another order, days late, or not at all."""

import json
import random
from dataclasses import asdict, dataclass
from typing import Any

from sandbox import wishes
from sandbox.refusals import Refused
from sandbox.store import Transaction

Json = dict[str, Any]

MOST_DAYS = 365
NEVER = 1e12  # a moment (by the wall clock) that does not come


@dataclass(frozen=True)
class Chaos:
    """How deliveries go wrong. The same seed and the same events give the same fates.

    :ivar duplicate: the share of events that come twice, at the same moment
    :ivar drop: the share of events that are lost at their first delivery
    :ivar delay_days: by the sandbox's clock
    """

    duplicate: float = 0.0
    drop: float = 0.0
    shuffle: bool = False
    delay_days: int = 0
    seed: int = 0

    def drops(self, position: int) -> bool:
        return self._dice(position, "drop") < self.drop

    def duplicates(self, position: int) -> bool:
        return self._dice(position, "duplicate") < self.duplicate

    def place(self, position: int) -> float:
        """Where in the queue an event stands."""
        return self._dice(position, "shuffle") if self.shuffle else float(position)

    def _dice(self, position: int, what: str) -> float:
        return random.Random(f"{self.seed}:{position}:{what}").random()


def current(transaction: Transaction) -> Chaos:
    return Chaos(**json.loads(transaction.note("chaos", "{}")))


def change(transaction: Transaction, wish: Json, _: str) -> Json:
    """From now on; what is not named is off.

    :raises Refused: if the wish cannot be understood
    """
    days = wishes.number(wish, "delay_days") or 0
    if not 0 <= days <= MOST_DAYS:
        raise Refused(f"delay_days is between 0 and {MOST_DAYS}.", param="delay_days")
    chaos = Chaos(
        duplicate=wishes.share(wish, "duplicate"),
        drop=wishes.share(wish, "drop"),
        shuffle=wishes.is_wished(wish, "shuffle"),
        delay_days=days,
        seed=wishes.number(wish, "seed") or 0,
    )
    transaction.write_note("chaos", json.dumps(asdict(chaos)))
    return asdict(chaos)


def read(transaction: Transaction, wish: Json, _: str) -> Json:
    return asdict(current(transaction))


def end(transaction: Transaction, wish: Json, _: str) -> Json:
    return change(transaction, {}, "")


CONTROLS = {("POST", "/_/chaos"): change, ("GET", "/_/chaos"): read, ("DELETE", "/_/chaos"): end}
