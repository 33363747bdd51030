"""Swarms of card testers end at the form; who gives once or twice gets through, and nothing that was typed is lost."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from donations import card_testing
from donations.models import Checkout
from ledger.models import Fund
from tests.donations.giving_stage import begin

pytestmark = pytest.mark.django_db

SENTENCE = "We cannot lead you to the payment page at the moment. Nothing was charged"


@pytest.fixture(autouse=True)
def _nobody_at_stripe(settings: Any) -> None:
    settings.STRIPE_API_URL = "http://127.0.0.1:9"
    settings.STRIPE_SECRET_KEY = "sk_test_swarm"


def tries(at: datetime, number: int, **who: str) -> int:
    """Try so often, each time from another place and address unless ``who`` says so; return how many went on."""
    return sum(
        card_testing.may_try(
            **{"address": f"198.51.{n}.7", "email": f"{n}@example.org", "campaign": "", "at": at} | who  # type: ignore[arg-type]  # at is the only datetime
        )
        for n in range(number)
    )


def pages(fund: Fund, number: int, *, paid: int, at: datetime) -> None:
    """So many people were at the payment page, and some of them gave."""
    Checkout.objects.bulk_create(
        Checkout(
            reference=f"{at:%H%M}-{n}", state="paid" if n < paid else "open", email="a@example.org", amount_minor=100,
            currency="USD", interval="once", fund=fund, started_at=at,
        )
        for n in range(number)
    )  # fmt: skip


def test_one_place_has_its_budget(liferaft: Any, now: datetime) -> None:
    assert tries(now, 40, address="203.0.113.9") == 30
    assert tries(now, 1) == 1


def test_one_mail_address_has_its_budget(liferaft: Any, now: datetime) -> None:
    assert tries(now, 20, email="same@example.org") == 10
    assert tries(now, 1, email="SAME@example.org") == 0


def test_attacked_campaign_leaves_half_to_the_others(liferaft: Any, now: datetime, settings: Any) -> None:
    settings.CHECKOUTS_PER_HOUR = 20

    assert tries(now, 40, campaign="spring") == 10
    assert tries(now, 5, campaign="autumn") == 5


def test_everybody_together_has_a_ceiling(liferaft: Any, now: datetime, settings: Any) -> None:
    settings.CHECKOUTS_PER_HOUR = 20

    went_on = sum(tries(now, 5, campaign=f"c{n}") for n in range(10))

    assert went_on == 20


@pytest.mark.parametrize(
    ("number", "paid", "minutes_ago", "is_swarm"),
    [
        (100, 0, 30, True),
        (100, 4, 30, True),
        (100, 20, 30, False),
        (30, 0, 30, False),  # a quiet night proves nothing
        (100, 0, 5, False),  # people are still typing
        (100, 0, 300, False),  # long ago
    ],
)
def test_breaker_looks_at_how_many_pages_end_in_a_gift(
    aid_fund: Fund, now: datetime, number: int, paid: int, minutes_ago: int, is_swarm: bool
) -> None:
    pages(aid_fund, number, paid=paid, at=now - timedelta(minutes=minutes_ago))

    assert card_testing.is_swarm(at=now) is is_swarm


def test_in_a_swarm_who_gives_once_gets_through_and_a_place_does_not(
    liferaft: Any, aid_fund: Fund, now: datetime
) -> None:
    pages(aid_fund, 100, paid=0, at=now - timedelta(minutes=30))

    assert tries(now, 20, address="203.0.113.9") == 6
    assert tries(now, 20, email="same@example.org") == 2
    assert tries(now, 20) == 20


def test_refusal_is_generic_and_keeps_what_was_typed(visitor: Client, settings: Any) -> None:
    settings.CHECKOUTS_PER_HOUR = 2  # half of it for one campaign
    first = begin(visitor)

    answer = begin(visitor, email="olga@example.org", name="Olga")

    assert first.status_code == 503  # nobody at Stripe
    assert answer.status_code == 429
    words = answer.content.decode()
    assert SENTENCE in words
    assert 'value="olga@example.org"' in words
    assert "Give $25 every month" in words
    assert Checkout.objects.count() == 1
