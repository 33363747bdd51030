"""Amounts are read as people write them, and kept in whole minor units."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import AmountUnclear, Money, currency_of, format_money, from_minor, parse_amount, to_minor

CURRENCIES = ["USD", "EUR", "JPY", "KWD", "ISK", "UGX", "CAD"]


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("25", 2500),
        ("25.50", 2550),
        ("25.5", 2550),
        ("25,50", 2550),
        ("$25", 2500),
        ("25 $", 2500),
        (" 25 ", 2500),
        ("1,000", 100_000),
        ("$1,000.00", 100_000),
        ("1,234,567", 123_456_700),
        ("0.01", 1),
        ("+5", 500),
        ("1 000", 100_000),
        ("1\u00a0000", 100_000),
    ],
)
def test_amount_is_read_as_it_is_written(typed: str, cents: int) -> None:
    assert to_minor(parse_amount(typed, "USD")) == cents


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("$", "empty"),
        ("abc", "letters"),
        ("1e5", "letters"),
        ("NaN", "letters"),
        ("Infinity", "letters"),
        ("٢٥", "letters"),
        ("25 USD", "letters"),
        ("1.2.3", "letters"),
        ("--5", "letters"),
        ("-5", "negative"),
        ("0", "zero"),
        ("0.00", "zero"),
        ("-0", "zero"),
        ("1.005", "decimals"),
        ("1.000", "decimals"),
        ("$25.000", "decimals"),
        ("€5", "currency"),
        ("5 £", "currency"),
    ],
)
def test_what_is_no_amount_is_named(typed: str, reason: str) -> None:
    with pytest.raises(AmountUnclear) as unclear:
        parse_amount(typed, "USD")

    assert unclear.value.reason == reason


@given(st.integers(1, 10**12), st.sampled_from(CURRENCIES))
def test_amount_comes_back_from_minor_units_and_from_its_own_writing(minor: int, code: str) -> None:
    money = from_minor(minor, code)

    assert to_minor(money) == minor
    assert parse_amount(f"{money.amount:f}", code) == money


@given(st.text(max_size=20))
def test_reading_never_fails_otherwise(typed: str) -> None:
    try:
        money = parse_amount(typed, "USD")
    except AmountUnclear:
        return
    assert money.amount > 0


@pytest.mark.parametrize(
    ("code", "minor"), [("USD", 100), ("JPY", 1), ("KWD", 1000), ("ISK", 100), ("UGX", 100), ("RSD", 100)]
)
def test_minor_units_are_those_of_stripe(code: str, minor: int) -> None:
    assert to_minor(Money(Decimal(1), code)) == minor


def test_fraction_of_a_cent_is_refused() -> None:
    with pytest.raises(AmountUnclear, match="decimals"):
        to_minor(Money(Decimal("0.005"), "USD"))


def test_unknown_currency_is_refused() -> None:
    with pytest.raises(AmountUnclear, match="currency"):
        currency_of("ZZZ")


@pytest.mark.parametrize(
    ("amount", "short", "written"), [("25", False, "$25.00"), ("25", True, "$25"), ("25.5", True, "$25.50")]
)
def test_amount_is_written_as_people_do(amount: str, short: bool, written: str) -> None:
    assert format_money(Money(Decimal(amount), "USD"), "en", short=short) == written
