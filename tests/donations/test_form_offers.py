"""What one may give: four intervals, several currencies, round amounts in each; all of it can stand in an address."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.template import Context, Template
from django.test import Client

from core.money import currency_of, to_minor
from donations import offers
from donations.models import Checkout
from ledger.models import Fund
from organisation.models import LegalEntity, Organisation
from tests.donations.giving_stage import Stripe, begin

pytestmark = pytest.mark.django_db

# docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, as of November 2026.
STRIPES_LEAST = {
    "USD": "0.50", "AED": "2", "AUD": "0.50", "BGN": "1", "BRL": "0.50", "CAD": "0.50", "CHF": "0.50", "CZK": "15",
    "DKK": "2.50", "EUR": "0.50", "GBP": "0.30", "HKD": "4", "HUF": "175", "INR": "0.50", "JPY": "50", "MXN": "10",
    "MYR": "2", "NOK": "3", "NZD": "0.50", "PLN": "2", "RON": "2", "SEK": "3", "SGD": "0.50", "THB": "10",
}  # fmt: skip


@pytest.fixture
def many_currencies(open_for_gifts: LegalEntity) -> Organisation:
    """An organisation that counts in dollars and takes five more currencies."""
    organisation = Organisation.current()
    organisation.gift_currencies = "EUR JPY KWD ISK VES"
    organisation.save()
    return organisation


def page(client: Client, path: str = "/donate/", **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


def presets(words: str) -> list[str]:
    return re.findall(r'type="radio" name="amount" value="([^"]*)"', words)


def ticked(words: str) -> list[str]:
    return re.findall(r'type="radio" name="\w+" value="([^"]*)"[^>]* checked', words)


@pytest.mark.parametrize(
    ("interval", "button", "sentence"),
    [
        ("once", "Give $25 once", "It does not come again."),
        ("month", "Give $25 every month", "again on the same day of every month"),
        ("quarter", "Give $25 every three months", "again every three months on the same day"),
        ("year", "Give $25 every year", "again on the same day of every year"),
    ],
)
def test_each_interval_is_named_on_the_button_and_explained(
    visitor: Client, interval: str, button: str, sentence: str
) -> None:
    words = page(visitor, amount="25", interval=interval)

    assert f">{button}</button>" in words
    assert sentence in words


@pytest.mark.parametrize(
    ("currency", "first", "button"),
    [
        ("", "10", "Give $25 every month"),
        ("usd", "10", "Give $25 every month"),
        ("eur", "10", "Give €25 every month"),
        ("EUR", "10", "Give €25 every month"),
    ],
)
def test_currency_comes_from_the_address(
    visitor: Client, many_currencies: Organisation, currency: str, first: str, button: str
) -> None:
    assert presets(page(visitor, currency=currency))[0] == first
    assert f">{button}</button>" in page(visitor, amount="25", interval="month", currency=currency)


def test_presets_are_round_in_each_currency(visitor: Client, many_currencies: Organisation) -> None:
    assert presets(page(visitor, currency="jpy")) == ["1000", "2500", "5000", "10000"]
    assert "¥1,000" in page(visitor, currency="jpy")
    assert presets(page(visitor, currency="kwd")) == ["3", "8", "15", "30"]


def test_currency_without_figures_of_ours_has_the_free_amount_alone(
    visitor: Client, many_currencies: Organisation
) -> None:
    words = page(visitor, currency="ves")

    assert not presets(words)
    assert 'name="other"' in words
    assert "#id_other" in page(visitor, other="", interval="once", currency="ves")
    assert ">Give VES300 once<" in page(visitor, amount="300", interval="once", currency="ves")


@pytest.mark.parametrize(
    ("currency", "typed", "sentence"),
    [
        ("jpy", "1000.5", "Write a whole number"),
        ("jpy", "99", "The least we can take is ¥100"),
        ("jpy", "1000001", "up to ¥1,000,000"),
        ("isk", "1000.50", "Write a whole number"),
        ("kwd", "3.125", "at most 2 figures after the point"),
        ("kwd", "0.20", "The least we can take is"),
        ("eur", "10.999", "at most 2 figures after the point"),
        ("eur", "$25", "This form is in euros now"),
        ("usd", "25 EUR", "This form is in US dollars now"),
        ("usd", "£25", "only. Write the amount in that."),
        ("gbp", "25", "only. Write the amount in that."),
    ],
)
def test_odd_amount_in_a_currency_gets_a_sentence_and_stays(
    visitor: Client, many_currencies: Organisation, currency: str, typed: str, sentence: str
) -> None:
    words = page(visitor, other=typed, interval="month", currency=currency)

    assert sentence in words
    assert "form_token" not in words
    assert f'value="{typed}"' in words
    assert ticked(words)[-1] == "month"


def test_refused_currency_does_not_stick(visitor: Client, many_currencies: Organisation) -> None:
    words = page(visitor, amount="25", interval="month", currency="gbp")

    assert 'name="currency" value="usd"' in words


def test_yen_are_never_divided(visitor: Client, many_currencies: Organisation, stripe: Stripe) -> None:
    answer = begin(visitor, amount="2500", interval="once", currency="jpy")

    assert answer.status_code == 303
    checkout = Checkout.objects.get()
    assert (checkout.amount_minor, checkout.currency, checkout.fund.currency) == (2500, "JPY", "USD")


@pytest.mark.parametrize("interval", ["quarter", "year"])
def test_interval_reaches_the_wish(visitor: Client, stripe: Stripe, interval: str) -> None:
    begin(visitor, interval=interval)

    assert Checkout.objects.get().interval == interval


def test_second_screen_says_when_stripe_converts(visitor: Client, many_currencies: Organisation) -> None:
    sentence = "Our books count in US dollars"

    assert sentence in page(visitor, amount="25", interval="once", currency="eur")
    assert sentence not in page(visitor, amount="25", interval="once", currency="usd")


def test_link_ticks_what_it_names_and_asks_for_the_rest_without_blame(visitor: Client, general_fund: Fund) -> None:
    words = page(visitor, interval="quarter", amount="", fund="general", campaign="spring")

    assert "Something needs another look" not in page(visitor, interval="quarter")
    assert ticked(page(visitor, interval="quarter")) == ["quarter"]
    assert ticked(page(visitor, amount="50")) == ["50"]
    assert "Something needs another look" not in page(visitor, amount="37")
    assert 'value="37"' in page(visitor, amount="37")
    assert 'name="campaign" value="spring"' in words


def test_other_currencies_are_links_that_keep_fund_and_interval(
    visitor: Client, many_currencies: Organisation, general_fund: Fund
) -> None:
    words = page(visitor, fund="general", interval="year", campaign="spring")

    assert "?interval=year&fund=general&campaign=spring&currency=jpy" in unescape(words)
    assert "currency=usd" not in words


def test_form_of_a_page_offers_the_same_and_is_cached_whole(
    visitor: Client, many_currencies: Organisation, aid_fund: Fund
) -> None:
    template = '{% load donations %}{% donation_form fund=fund campaign="spring" %}'

    words = Template(template).render(Context({"fund": aid_fund}))

    assert re.findall(r'name="interval" value="(\w+)"', words) == ["once", "month", "quarter", "year"]
    assert "/donate/?fund=aid&campaign=spring&currency=eur" in unescape(words)
    assert "checked" not in words


def test_without_other_currencies_none_is_spoken_of(visitor: Client) -> None:
    assert "In another currency" not in page(visitor)


def test_what_we_offer_is_within_what_stripe_takes() -> None:
    for code, least in STRIPES_LEAST.items():
        assert offers.scale(currency_of(code)).least >= Decimal(least), code
    for codes in offers._ROUND.values():  # the table itself: a code that does not exist would never be noticed
        for code in codes.split():
            unit = currency_of(code)
            scale = offers.scale(unit)
            assert list(scale.presets) == sorted(set(scale.presets))
            for amount in (*scale.presets, scale.least, scale.most):
                assert amount % offers.step(unit) == 0, code
                assert to_minor(offers.read(f"{amount:f}", unit)) <= 99_999_999, code
