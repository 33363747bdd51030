"""Who began to give and did not pay is forgotten after some months; who paid is not."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from core import clock
from donations import forgetting, tasks
from donations.models import Checkout, HeldPayment, WallEntry
from ledger.models import Fund
from tests.donations.desk_stage import begin
from tests.donations.giving_stage import forget_throttles


@pytest.fixture(autouse=True)
def _nothing_counted(legal_entity: object) -> None:
    forget_throttles()


@pytest.fixture
def then() -> datetime:
    return clock.now() - timedelta(days=91)


def wish(fund: Fund, at: datetime, state: str = "expired") -> Checkout:
    checkout = Checkout.objects.create(
        state=state,
        email="ann@example.org",
        name="Ann",
        honouree="Zelda",
        employer="Acme",
        amount_minor=100,
        currency="USD",
        interval="once",
        fund=fund,
        started_at=at,
    )
    WallEntry.objects.create(checkout=checkout, name="Ann")
    return checkout


@pytest.mark.parametrize("state", ["started", "expired", "failed"])
def test_old_unpaid_wish_loses_its_person(aid_fund: Fund, then: datetime, state: str) -> None:
    wish(aid_fund, then, state)

    tasks.sweep()

    left = Checkout.objects.get()
    assert (left.email, left.name, left.honouree, left.employer) == ("", "", "", "")
    assert (left.amount_minor, left.state) == (100, state)
    assert not WallEntry.objects.exists()


@pytest.mark.parametrize(("state", "days"), [("expired", 89), ("open", 91), ("paid", 91)])
def test_young_open_and_paid_wishes_stay(aid_fund: Fund, state: str, days: int) -> None:
    wish(aid_fund, clock.now() - timedelta(days=days), state)

    tasks.sweep()

    assert Checkout.objects.get().email == "ann@example.org"
    assert WallEntry.objects.exists()


def test_wish_with_money_behind_it_stays(aid_fund: Fund, then: datetime) -> None:
    held = wish(aid_fund, then)
    HeldPayment.objects.create(
        intent_id="pi_1", reason="amount", checkout=held, came_minor=1, came_currency="USD", held_at=then
    )
    begin(1, fund=aid_fund, at=then, state="incomplete")

    tasks.sweep()

    assert not Checkout.objects.filter(email="").exists()


def test_each_minute_looks_at_a_few_and_in_time_at_all(
    aid_fund: Fund, then: datetime, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    for _number in range(5):
        wish(aid_fund, then)
    left = []

    for _minute in range(3):
        with django_assert_max_num_queries(12):
            tasks.forget_unpaid()
        left.append(Checkout.objects.exclude(email="").count())
    wish(aid_fund, then)  # Written late, and older than its neighbours.
    for _minute in range(4):
        tasks.forget_unpaid()

    assert left == [3, 1, 0]
    assert not Checkout.objects.exclude(email="").exists()
