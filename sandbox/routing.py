"""Which function answers which address of the API."""

import re
from collections.abc import Callable, Iterable
from typing import Any

Json = dict[str, Any]


class Route:
    """One address of the API.

    :param answer: called with the transaction, the checked parameters and the ids in the path
    :param schema: the SDK's typed parameters for it
    :param understood: those the sandbox acts on (see `parameters.check`)
    """

    def __init__(
        self, method: str, path: str, answer: Callable[..., Json], schema: type, understood: Iterable[str] = ()
    ) -> None:
        self.method = method
        self.path = path
        self.answer = answer
        self.schema = schema
        self.understood = frozenset(understood)
        self._pattern = re.compile(re.sub(r"\\{id\\}", "([^/]+)", re.escape(path)))

    def match(self, method: str, path: str) -> tuple[str, ...] | None:
        """The ids in the path, or None if this route is not meant."""
        found = self._pattern.fullmatch(path) if method == self.method else None
        return found.groups() if found else None
