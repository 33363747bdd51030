"""How a failure is logged: where it happened and of which kind, but not what it says, which may quote a name or address."""

import logging
import traceback


def report(log: logging.Logger, what: str, error: Exception) -> None:
    """Log that something failed.

    :param what: names the row by its key, for example ``receipt 7``
    """
    log.error("%s failed: %s\n%s", what, type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
