"""What somebody wishes of the control page: JSON says numbers and truth values, a form only texts."""

from typing import Any

from sandbox.refusals import Refused

Json = dict[str, Any]


def number(wish: Json, name: str) -> int | None:
    """
    :raises Refused: if it is given and no whole number
    """
    value = wish.get(name)
    if value in (None, ""):
        return None
    try:
        return int(str(value))
    except ValueError as problem:
        raise Refused(f"{name} must be a whole number, not {value!r}.", param=name) from problem


def share(wish: Json, name: str) -> float:
    """A probability; 0 if nothing is said.

    :raises Refused: if it is not between 0 and 1
    """
    value = wish.get(name)
    try:
        found = float(str(value)) if value not in (None, "") else 0.0
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise Refused(f"{name} must be a number from 0 to 1, not {value!r}.", param=name)
    return found


def is_wished(wish: Json, name: str) -> bool:
    return str(wish.get(name, "")).lower() in ("1", "true", "on", "yes")


def one_of(wish: Json, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
    """
    :raises Refused: if it is something else, or missing without a default
    """
    value = wish.get(name) or default
    if value not in allowed:
        raise Refused(f"{name} must be one of {', '.join(allowed)}, not {wish.get(name)!r}.", param=name)
    return str(value)
