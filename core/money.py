"""Money as the field counts it: an amount with its currency, stored and sent in whole minor units."""

import re
from decimal import Decimal, InvalidOperation

from babel.numbers import get_currency_precision
from moneyed import Currency, CurrencyDoesNotExist, Money, get_currency
from moneyed.l10n import format_money as _format_money

__all__ = [
    "SIGNS",
    "AmountUnclear",
    "Currency",
    "Money",
    "currency_of",
    "format_money",
    "from_minor",
    "parse_amount",
    "to_minor",
]

# Stripe writes these with two decimals in its API although ISO 4217 (the first two) or daily use, which is what Babel
# knows, gives them none (docs.stripe.com/currencies#special-cases, #zero-decimal). Our minor units are Stripe's.
_TWO_DECIMALS_AT_STRIPE = {"ISK", "UGX", "AFN", "ALL", "LAK", "LBP", "MMK", "RSD", "SLL", "SOS", "STD", "YER"}
# Signs that people write beside an amount, and whose money they mean.
SIGNS = {"$": {"USD", "CAD", "AUD", "NZD", "MXN"}, "€": {"EUR"}, "£": {"GBP"}, "¥": {"JPY", "CNY"}, "₹": {"INR"}}


class AmountUnclear(ValueError):
    """What was typed is not an amount in this currency. ``reason`` is a word for the form: see ``parse_amount``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def currency_of(code: str) -> Currency:
    """Return the ISO 4217 currency; Stripe's lower case is accepted.

    :raises AmountUnclear: "currency", if there is no such currency
    """
    try:
        return get_currency(code.upper())
    except CurrencyDoesNotExist as error:
        raise AmountUnclear("currency") from error


def decimals(currency: Currency) -> int:
    """Return the number of decimals of the currency's minor unit, as Stripe's API counts it."""
    return 2 if currency.code in _TWO_DECIMALS_AT_STRIPE else int(get_currency_precision(currency.code))


def to_minor(money: Money) -> int:
    """Return the amount in whole minor units (cents for USD, yen for JPY).

    :raises AmountUnclear: "decimals", if it has a fraction of a minor unit
    """
    minor = money.amount.scaleb(decimals(money.currency))
    if minor != minor.to_integral_value():
        raise AmountUnclear("decimals")
    return int(minor)


def from_minor(minor: int, currency: str | Currency) -> Money:
    """Return Money from whole minor units."""
    unit = currency if isinstance(currency, Currency) else currency_of(currency)
    return Money(Decimal(minor).scaleb(-decimals(unit)), unit)


def parse_amount(typed: str, currency: str | Currency) -> Money:
    """Read what a person typed as an amount: ``25``, ``25.50``, ``$1,000``, ``25,50``.

    A last group of three digits after a comma counts as thousands, any other as decimals; after a point it is unclear.

    :raises AmountUnclear: with the reason "empty", "letters", "negative", "zero", "decimals" or "currency"
    """
    unit = currency if isinstance(currency, Currency) else currency_of(currency)
    text = typed.replace("\u00a0", "").replace(" ", "").strip()
    if any(sign in text and unit.code not in codes for sign, codes in SIGNS.items()):
        raise AmountUnclear("currency")
    text = text.strip("".join(SIGNS))
    if not text:
        raise AmountUnclear("empty")
    text = _with_a_point(text)
    if _is_thousands_with_a_point(text, unit):
        raise AmountUnclear("decimals")
    # Decimal would also read "NaN", "1e5" and other scripts' digits; a person who types those means something else.
    if not text.isascii() or not set(text) <= set("0123456789.-+"):
        raise AmountUnclear("letters")
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise AmountUnclear("letters") from error
    if amount < 0:
        raise AmountUnclear("negative")
    if amount == 0:
        raise AmountUnclear("zero")
    money = Money(amount, unit)
    to_minor(money)
    return money


def _with_a_point(text: str) -> str:
    """Return the amount without commas between thousands, and with a point for a comma before decimals."""
    if "," not in text:
        return text
    head, _, tail = text.rpartition(",")
    is_thousands = len(tail.partition(".")[0]) == 3 and tail[:3].isdecimal()
    return head.replace(",", "") + ("" if is_thousands else ".") + tail


def _is_thousands_with_a_point(text: str, unit: Currency) -> bool:
    """Return whether this is ``1.000``: a thousand to some and one to others, so that nobody should guess."""
    return decimals(unit) < len("000") and re.fullmatch(r"[0-9]+\.[0-9]{3}", text) is not None


def format_money(money: Money, language: str = "en", *, short: bool = False) -> str:
    """Write the amount as the language does: ``$25.00``; short leaves out the decimals of whole amounts: ``$25``."""
    locale = {"en": "en_US", "es": "es_US"}.get(language, language)
    if short and money.amount == money.amount.to_integral_value():
        return str(_format_money(money, format="¤#,##0", locale=locale, currency_digits=False))
    return str(_format_money(money, locale=locale))
