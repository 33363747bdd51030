"""The public form: no cookie, what is wrong is said beside the field, what was typed is kept."""

import re
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client

from donations.models import Checkout
from ledger.models import Fund
from tests.donations.giving_stage import Stripe, begin

pytestmark = pytest.mark.django_db

FIGURES = "Write the amount in figures"
MORE_THAN_ZERO = "The amount must be more than zero"
ONLY_DOLLARS = "We can take gifts in US dollars only"


def page(client: Client, **query: str) -> str:
    answer = client.get("/donate/", query)
    assert answer.status_code == 200
    assert not answer.cookies
    return answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("0", MORE_THAN_ZERO),
        ("0.00", MORE_THAN_ZERO),
        ("-5", MORE_THAN_ZERO),
        ("10001", "up to $10,000"),
        ("99999999999999999999", "up to $10,000"),
        ("0.50", "The least we can take is $1"),
        ("ten", FIGURES),
        ("1e3", FIGURES),
        ("NaN", FIGURES),
        ("٢٥", FIGURES),
        ("25..5", FIGURES),
        ("<script>", FIGURES),
        ("12.345", "at most 2 figures after the point"),
        ("€25", ONLY_DOLLARS),
        ("25 EUR", ONLY_DOLLARS),
        ("£25", ONLY_DOLLARS),
        ("", "Choose an amount, or type another one"),
        ("9" * 50, "Write the amount in figures"),
    ],
)
def test_odd_amount_gets_a_sentence_beside_the_field_and_stays(visitor: Client, typed: str, sentence: str) -> None:
    words = page(visitor, other=typed, amount="", interval="month", fund="aid")

    assert sentence in words
    assert "form_token" not in words
    field = re.search(r'<input[^>]*name="other"[^>]*>', words)
    assert field
    if typed and "<" not in typed:
        assert f'value="{typed}"' in field[0]
        assert 'aria-invalid="true"' in field[0]
    assert re.search(r'value="month"[^>]*checked', words)


@pytest.mark.parametrize(
    ("typed", "button"),
    [
        ("25", "Give $25 every month"),
        ("25.5", "Give $25.50 every month"),
        ("$1,000", "Give $1,000 every month"),
        ("25,50", "Give $25.50 every month"),
        (" 25 USD ", "Give $25 every month"),
        ("10000", "Give $10,000 every month"),
        ("1", "Give $1 every month"),
    ],
)
def test_button_says_exactly_what_will_happen(visitor: Client, typed: str, button: str) -> None:
    assert re.search(rf"<button[^>]*>{re.escape(button)}</button>", page(visitor, amount=typed, interval="month"))


def test_button_of_a_one_time_gift(visitor: Client) -> None:
    assert ">Give $25 once</button>" in page(visitor, amount="25", interval="once", fund="aid")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"amount": "25", "other": "", "fund": "aid"}, "Choose how often you give"),
        ({"amount": "25", "interval": "weekly", "fund": "aid"}, "Choose how often you give"),
        ({"amount": "25", "interval": "month", "fund": "nobody"}, "There is no such fund"),
        ({"amount": "25", "interval": "month", "currency": "eur"}, ONLY_DOLLARS),
    ],
)
def test_odd_choice_gets_a_sentence_and_the_amount_stays(visitor: Client, query: dict[str, str], sentence: str) -> None:
    words = page(visitor, **query)

    assert sentence in words
    assert re.search(r'value="25"[^>]*checked', words)


def test_nothing_is_ticked_beforehand(visitor: Client) -> None:
    words = page(visitor)

    assert "checked" not in words
    assert "Something needs another look" not in words


def test_form_for_pages_carries_no_token_and_leads_to_the_second_screen(visitor: Client, aid_fund: Fund) -> None:
    template = '{% load donations %}{% donation_form fund=fund campaign="spring" levels=levels %}'

    words = Template(template).render(Context({"fund": aid_fund, "levels": [(50, "one reinstatement")]}))

    assert 'method="get" action="/donate/"' in words
    assert "form_token" not in words
    assert "checked" not in words
    assert 'value="50"' in words
    assert "one reinstatement" in words
    assert ">Give $50 once</button>" in page(
        visitor, amount="50", other="", interval="once", fund="aid", campaign="spring"
    )


def test_choice_is_kept_when_somebody_comes_back_from_the_payment_page(visitor: Client) -> None:
    words = page(visitor, amount="25", interval="month", fund="aid", back="1")

    assert "You came back from the payment page. Nothing was charged." in words
    assert "Give $25 every month" in words


def test_choice_can_be_changed(visitor: Client) -> None:
    words = page(visitor, amount="37", interval="once", fund="aid", change="1")

    assert 'value="37"' in words
    assert re.search(r'value="once"[^>]*checked', words)
    assert "form_token" not in words


@pytest.mark.parametrize(
    ("email", "name", "sentence"),
    [
        ("", "Ann", "Write your e-mail address"),
        ("ann", "Ann", "This does not look like an e-mail address"),
        ("ann@example.org", "", "Write the name"),
        ("ann@example.org", "Win at https://casino.example", "A name has no web address in it"),
        ("a" * 250 + "@example.org", "Ann", "254"),
    ],
)
def test_odd_donor_gets_a_sentence_and_everything_stays(visitor: Client, email: str, name: str, sentence: str) -> None:
    answer = begin(visitor, email=email, name=name)
    words = answer.content.decode()

    assert sentence in words
    assert name in words
    assert "Give $25 every month" in words
    assert not Checkout.objects.exists()


def test_post_without_our_token_asks_no_money(visitor: Client) -> None:
    fields = {"amount": "25", "interval": "month", "fund": "aid", "email": "ann@example.org", "name": "Ann"}

    answer = visitor.post("/donate/", fields)

    assert answer.status_code == 403
    assert "Nothing was charged" in answer.content.decode()
    assert 'value="ann@example.org"' in answer.content.decode()
    assert not Checkout.objects.exists()


def test_post_from_another_site_asks_no_money(visitor: Client) -> None:
    token = re.search(r'form_token" value="([^"]+)', page(visitor, amount="25", interval="month"))
    assert token
    fields = {"amount": "25", "interval": "month", "fund": "aid", "email": "ann@example.org", "name": "Ann"}

    answer = visitor.post("/donate/", fields | {"form_token": token[1]}, headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403
    assert not Checkout.objects.exists()


def test_posted_amount_is_checked_again(visitor: Client) -> None:
    fields = {"amount": "-25", "interval": "month", "fund": "aid", "email": "ann@example.org", "name": "Ann"}

    answer = visitor.post("/donate/", fields)

    assert MORE_THAN_ZERO in answer.content.decode()
    assert not Checkout.objects.exists()


def test_stripe_out_of_reach_loses_nothing(visitor: Client, settings: Any) -> None:
    settings.STRIPE_API_URL = "http://127.0.0.1:9"

    answer = begin(visitor)
    words = answer.content.decode()

    assert answer.status_code == 503
    assert "Nothing was charged and what you typed is still here" in words
    assert 'value="ann@example.org"' in words
    assert "Give $25 every month" in words
    assert Checkout.objects.get().state == "started"


def test_without_a_legal_entity_no_money_is_asked_for(client: Client, liferaft: Any, aid_fund: Fund) -> None:
    answer = begin(client)

    assert "We cannot take gifts yet" in answer.content.decode()
    assert not Checkout.objects.exists()


def test_swarm_of_tries_from_one_place_is_stopped(visitor: Client, stripe: Stripe) -> None:
    statuses = [begin(visitor, email="same@example.org").status_code for _ in range(11)]

    assert statuses == [303] * 10 + [429]
    assert Checkout.objects.count() == 10


def test_way_to_stripe_sets_no_cookie_and_goes_by_303(visitor: Client, stripe: Stripe) -> None:
    answer = begin(visitor)

    assert answer.status_code == 303
    assert answer["Location"].startswith(f"{stripe.sandbox.api_url}/checkout/pay/cs_")
    assert not answer.cookies
    assert stripe.sandbox.api_url in answer["Content-Security-Policy"].split("form-action")[1].split(";")[0]
    assert not visitor.get("/donate/thanks/?session=cs_test_1").cookies
    assert not visitor.cookies


def test_thanks_page_proves_and_shows_nothing(visitor: Client, stripe: Stripe) -> None:
    begin(visitor)
    session = str(Checkout.objects.get().stripe_session_id)

    words = visitor.get("/donate/thanks/", {"session": session}).content.decode()

    assert "your receipt comes by mail" in words
    assert "From a bank account it takes some days" in words
    assert "ann@example.org" not in words
    assert session not in words


def test_spanish_visitor_stays_in_spanish(visitor: Client, stripe: Stripe) -> None:
    words = visitor.get("/es/donate/", {"amount": "25", "interval": "month", "fund": "aid"}).content.decode()

    assert 'action="/es/donate/"' in words
    assert '<html lang="es">' in words


@pytest.mark.parametrize(
    "address",
    [
        "/giving/nonsense/receipts/RW-2026-000001.pdf",
        "/receipts/verify/NOSUCHCODE/",
    ],
)
def test_unknown_link_is_not_found(visitor: Client, address: str) -> None:
    assert visitor.get(address).status_code == 404
