"""What the control page and the tests can let happen, as JSON under `/_/`; each in the module of its trade.

Each answers `(transaction, wish, id)` with JSON; the id is the one in the path, or empty.
"""

from collections.abc import Callable
from typing import Any

from sandbox import chaos, declines, disputes, exchange, faults, fraud_warnings, payouts, refunds, retries
from sandbox.store import Transaction

Json = dict[str, Any]

CONTROLS: dict[tuple[str, str], Callable[[Transaction, Json, str], Json]] = {
    **chaos.CONTROLS,
    **declines.CONTROLS,
    **disputes.CONTROLS,
    **exchange.CONTROLS,
    **faults.CONTROLS,
    **fraud_warnings.CONTROLS,
    **payouts.CONTROLS,
    **refunds.CONTROLS,
    **retries.CONTROLS,
}
