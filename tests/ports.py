"""Free ports for the programs that tests start."""

import random

from supervisor.ports import is_free


def free_port() -> int:
    """Return a port that nobody uses, below those that the kernel hands out: none of its connections takes it meanwhile."""
    return neighbours(1)


def neighbours(count: int) -> int:
    """Return the first of so many free ports in a row."""
    while True:
        first = random.randrange(10_000, 30_000)
        if all(is_free(first + step) for step in range(count)):
            return first
