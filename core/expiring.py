"""What a package erases when its time is over. A package says it as a list ``EXPIRING``; ``config.keeping`` does it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Expiring:
    """One kind of thing that is not kept for ever.

    :param label: how it is named to an operator, in the plural
    :param due: how many of them are to be erased at this moment, by a name in the plural
    :param erase: erases them, a commit each or a few at once, and yields how many went with each commit. May be
        stopped between any two, and begun again.
    """

    label: str
    due: Callable[[datetime], dict[str, int]]
    erase: Callable[[datetime], Iterator[int]]
