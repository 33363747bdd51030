"""Amounts in words, as people write them on a cheque."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moneyed import Money

from donations.paper import words


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("25", "USD", "Twenty-five US dollars and 00/100"),
        ("1", "USD", "One US dollar and 00/100"),
        ("0.05", "EUR", "Zero euros and 05/100"),
        ("1234.50", "CAD", "One thousand two hundred thirty-four Canadian dollars and 50/100"),
        ("500", "JPY", "Five hundred Japanese yen"),
        ("21.005", "KWD", "Twenty-one Kuwaiti dinars and 005/1000"),
        ("100", "ISK", "One hundred Icelandic krónur"),
    ],
)
def test_english(amount: str, currency: str, said: str) -> None:
    assert words.spell(Money(amount, currency), language="en") == said


@pytest.mark.parametrize(
    ("amount", "currency", "begins"),
    [
        ("21", "USD", "Veintiún dólares estadounidenses"),
        ("1", "USD", "Un dólar estadounidense"),
        ("31", "EUR", "Treinta y un euros"),
        ("21", "GBP", "Veintiuna libras esterlinas"),
        ("1000000", "USD", "Un millón de dólares estadounidenses"),
        ("2000001", "USD", "Dos millones un dólares estadounidenses"),
        ("101", "JPY", "Ciento un yenes japoneses"),
    ],
)
def test_spanish_counts_things_not_numbers(amount: str, currency: str, begins: str) -> None:
    assert words.spell(Money(amount, currency), language="es").startswith(begins)


@given(minor=st.integers(min_value=1, max_value=10**11), language=st.sampled_from(["en", "es"]))
def test_the_part_is_what_the_whole_leaves(minor: int, language: str) -> None:
    said = words.spell(Money(Decimal(minor) / 100, "USD"), language=language)

    assert said.endswith(f"{minor % 100:02}/100")
    assert not any(letter.isdecimal() for letter in said.removesuffix(f"{minor % 100:02}/100"))


def test_a_language_that_nobody_counts_in_says_nothing() -> None:
    assert words.spell(Money(1, "USD"), language="tlh") == ""
