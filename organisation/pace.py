"""Makes an answer take as long whether or not there was something to find."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def at_least(*, seconds: float) -> Iterator[None]:
    """Let the block take at least this long. For rare, throttled deeds only: a thread waits meanwhile."""
    end = time.monotonic() + seconds
    try:
        yield
    finally:
        time.sleep(max(0.0, end - time.monotonic()))
