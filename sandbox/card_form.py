"""The fields in which a card is typed, the same on every page of the sandbox."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from starlette.requests import Request

from sandbox import cards
from sandbox.cards import TestCard

UNKNOWN_CARD = "That is not one of the sandbox's test cards. Use one of the numbers listed below; never a real card."
EMPTY = {"card": "", "expiry": "", "name": ""}


class WrongFields(Exception):
    """What was typed cannot be used.

    :param errors: a sentence for each field's name
    """

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


@dataclass(frozen=True)
class TypedCard:
    card: TestCard
    expiry: tuple[int, int]  # month, year
    name: str


def read(typed: dict[str, str], now: int, errors: dict[str, str] | None = None) -> TypedCard:
    """
    :param errors: what is wrong with the fields beside the card's
    :raises WrongFields: with a sentence for each wrong field
    """
    errors = dict(errors or {})
    number = _digits(typed.get("card", ""))
    card = cards.CARDS.get(number)
    if card is None:
        errors["card"] = UNKNOWN_CARD if number else "Enter a card number."
    expiry = _read_expiry(typed.get("expiry", ""))
    if expiry is None:
        errors["expiry"] = "Enter month and year, like 12 / 34."
    elif (expiry[1], expiry[0]) < _year_and_month(now):
        errors["expiry"] = "That date has passed."
    if not re.fullmatch(r"[0-9]{3,4}", typed.get("cvc", "").strip(), re.ASCII):
        errors["cvc"] = "Enter the three or four digits."
    name = " ".join(typed.get("name", "").split())
    if not name:
        errors["name"] = "Enter the name on the card."
    if errors or card is None or expiry is None:
        raise WrongFields(errors)
    return TypedCard(card, expiry, name[:200])


def _digits(text: str) -> str:
    return re.sub(r"[\s-]", "", text)


def _read_expiry(text: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"\s*([0-9]{1,2})\s*/?\s*((?:20)?[0-9]{2})\s*", text)
    if found is None or not 1 <= int(found[1]) <= 12:
        return None
    return int(found[1]), 2000 + int(found[2]) % 100


def _year_and_month(now: int) -> tuple[int, int]:
    today = datetime.fromtimestamp(now, UTC)
    return today.year, today.month


def kept(typed: dict[str, str]) -> dict[str, str]:
    """What is shown again after an error; a security code is typed anew."""
    return EMPTY | {name: value for name, value in typed.items() if name in EMPTY}


async def typed_in(request: Request) -> dict[str, str]:
    body = (await request.body()).decode("utf-8", "replace")
    return dict(parse_qsl(body, keep_blank_values=True))
