"""Metadata as Stripe updates it: keys are merged, an empty value removes its key, an empty whole removes all."""

from typing import Any


def merged(old: dict[str, str], new: Any) -> dict[str, str]:
    if new == "":
        return {}
    return {key: value for key, value in (old | new).items() if value != ""}
