"""Gifts at the desk: what is wrong first, this month's sums, and lists that narrow down to what a number counts."""

import html
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from moneyed import Money
from pytest_django import Settings

from donations import giving
from donations.models import Checkout, HeldPayment, Subscription
from ledger.models import Fund
from organisation.models import LegalEntity, User
from stripe_gateway.models import StripeEvent
from stripe_gateway.objects import BalanceMove, PaidCharge

pytestmark = pytest.mark.usefixtures("legal_entity")
# In New York, where the organisation is, this is the last evening of February and the first morning of March.
FEBRUARY = datetime(2026, 3, 1, 4, 30, tzinfo=UTC)
MARCH = datetime(2026, 3, 1, 5, 30, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _march(settings: Settings, tmp_path: Any) -> None:
    """The demo's clock, set to a day of March."""
    clock_file = tmp_path / "clock"
    clock_file.write_text(str(int((NOW - timezone.now()).total_seconds())))
    settings.CLOCK_FILE = str(clock_file)


@pytest.fixture
def desk(fay: User) -> Client:
    browser = Client()
    browser.force_login(fay)
    return browser


def give(number: int, *, fund: Fund, dollars: int, at: datetime, email: str = "ann@mail.example") -> None:
    amount, fee = Money(dollars, "USD"), Money(1, "USD")
    move = BalanceMove(f"txn_{number}", amount, fee, amount - fee, at)
    checkout = Checkout.objects.create(
        email=email, amount_minor=dollars * 100, currency="USD", interval="once", fund=fund, started_at=at
    )
    charge = PaidCharge(f"ch_{number}", f"pi_{number}", amount, livemode=False, balance=move)
    giving.record_payment(charge=charge, move=move, checkout=checkout, renewal=None, at=at)


@pytest.fixture
def _gifts(legal_entity: LegalEntity, aid_fund: Fund, general_fund: Fund) -> None:
    give(1, fund=aid_fund, dollars=90, at=FEBRUARY)
    give(2, fund=aid_fund, dollars=25, at=MARCH)
    give(3, fund=aid_fund, dollars=30, at=NOW, email="ben@mail.example")
    give(4, fund=general_fund, dollars=7, at=NOW)


def monthly_gift(number: int, *, fund: Fund, state: str, dollars: int, at: datetime) -> None:
    checkout = Checkout.objects.create(
        email="ann@mail.example", amount_minor=100, currency="USD", interval="month", fund=fund, started_at=at
    )
    Subscription.objects.create(
        stripe_id=f"sub_{number}",
        stripe_customer_id="cus_1",
        state=state,
        donor=giving.donor_of(checkout, at=at),
        checkout=checkout,
        amount_minor=dollars * 100,
        currency="USD",
        interval="month",
        fund=fund,
        started_at=at,
        paid_until=at,
        ended_at=at if state == "canceled" else None,
    )


def first_page(desk: Client) -> str:
    return " ".join(desk.get(reverse("wagtailadmin_home")).content.decode().split())


def rows(desk: Client, address: str) -> str:
    page = " ".join(desk.get(html.unescape(address)).content.decode().split())
    return page[page.index("<title>") : page.index("</title>") + 8] + page[page.index("<main") :]


@pytest.mark.usefixtures("_gifts")
def test_this_month_begins_where_the_organisation_is_and_leads_to_its_gifts(
    desk: Client, aid_fund: Fund, general_fund: Fund
) -> None:
    page = first_page(desk)

    for fund, gifts, given in [(aid_fund, 2, "$55.00"), (general_fund, 1, "$7.00")]:
        address = f"{reverse('donations_gifts')}?fund={fund.pk}&amp;since=2026-03-01"
        assert f'<a href="{address}">{gifts}</a>' in page
        assert f'<a href="{address}">{given}</a>' in page
        behind = rows(desk, address)
        assert behind.count('<th scope="row"') == gifts
        assert given in re.findall(r"<p>\d+ gifts?, (\$[\d.]+)", behind)


def test_without_gifts_the_page_says_so(desk: Client) -> None:
    assert "No gift has come this month yet." in first_page(desk)
    assert "No gift has come yet." in rows(desk, reverse("donations_gifts"))


@pytest.mark.usefixtures("_gifts")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"since": "2026-02-28", "until": "2026-02-28"}, {"$90.00"}),
        ({"until": "2026-03-01"}, {"$90.00", "$25.00"}),
        ({"q": "ben@"}, {"$30.00"}),
        ({"since": "nonsense"}, set()),
    ],
)
def test_gifts_are_narrowed_by_day_and_donor(wanted: dict[str, str], found: set[str], desk: Client) -> None:
    page = " ".join(desk.get(reverse("donations_gifts"), wanted).content.decode().split())

    amounts = re.findall(r'<td class="number">(\$[\d.]+)</td> <td class="number">\$1.00</td>', page)
    assert set(amounts) == found


def test_problems_come_first_and_lead_to_their_rows(desk: Client, aid_fund: Fund) -> None:
    for number in (1, 2):
        HeldPayment.objects.create(
            intent_id=f"pi_held{number}", reason="amount", came_minor=100, came_currency="USD", held_at=NOW
        )
    StripeEvent.objects.create(
        event_id="evt_1",
        type="invoice.paid",
        object_id="in_1",
        livemode=False,
        created_at=NOW,
        received_at=NOW,
        state="failed",
        error="UnknownDonor",
    )
    monthly_gift(1, fund=aid_fund, state="past_due", dollars=11, at=NOW)
    monthly_gift(2, fund=aid_fund, state="active", dollars=12, at=NOW)

    page = first_page(desk)

    problems = re.findall(r'<li class="urgent"><a href="([^"]+)"><strong>(\d+)</strong>', page)
    stripe, monthly = reverse("donations_stripe"), reverse("donations_recurring")
    assert problems == [(f"{stripe}#held", "2"), (f"{stripe}#failed", "1"), (f"{monthly}?state=failing", "1")]
    assert page.index('class="urgent"') < page.index("No gift has come this month")
    assert "1 gift runs every month: $12.00" in page
    from_stripe = rows(desk, stripe)
    held = from_stripe[from_stripe.index('id="held"') : from_stripe.index('id="failed"')]
    assert held.count('<th scope="row"') == 2
    failing = rows(desk, f"{monthly}?state=failing")
    assert "$11.00" in failing
    assert "$12.00" not in failing


def test_where_nothing_is_wrong_no_problem_is_shown(desk: Client, aid_fund: Fund) -> None:
    monthly_gift(1, fund=aid_fund, state="active", dollars=12, at=NOW)

    page = first_page(desk)

    assert 'class="urgent"' not in page


@pytest.mark.parametrize(
    ("state", "found"),
    [("", {"$11.00", "$12.00", "$13.00"}), ("active", {"$12.00"}), ("failing", {"$11.00"}), ("ended", {"$13.00"})],
)
def test_monthly_gifts_are_narrowed_by_state(state: str, found: set[str], desk: Client, aid_fund: Fund) -> None:
    monthly_gift(1, fund=aid_fund, state="unpaid", dollars=11, at=NOW)
    monthly_gift(2, fund=aid_fund, state="active", dollars=12, at=NOW)
    monthly_gift(3, fund=aid_fund, state="canceled", dollars=13, at=NOW)

    page = desk.get(reverse("donations_recurring"), {"state": state}).content.decode()

    assert set(re.findall(r'<td class="number">(\$[\d.]+)</td>', page)) == found


def test_held_payment_that_was_dealt_with_leaves_the_waiting_ones(desk: Client, fay: User) -> None:
    held = HeldPayment.objects.create(
        intent_id="pi_held", reason="amount", came_minor=100, came_currency="USD", held_at=NOW
    )

    desk.post(reverse("donations_close_held", args=[held.pk]))

    page = rows(desk, reverse("donations_stripe"))
    assert "No payment is held." in page
    assert "dealt with by Fay" in page


@pytest.mark.usefixtures("_gifts")
def test_gift_says_whose_it_is_and_leads_back_to_the_gifts(desk: Client) -> None:
    page = rows(desk, f"{reverse('donations_gifts')}?q=ben@")
    address = re.search(r'href="([^"]+/gift/[^"]+)"', page)
    assert address

    gift = rows(desk, address[1])

    assert "<title>Gift of $30.00 from ben@mail.example - Gifts - Raft Workers</title>" in gift
    assert f'href="{reverse("donations_gifts")}"' in gift[gift.index('class="desk-way"') : gift.index("desk-title")]
