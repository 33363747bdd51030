"""The dashboard: what each number says is what the list behind it has."""

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

from donations import trends
from ledger.models import Fund
from organisation.models import LegalEntity, User
from tests.donations.desk_stage import FEBRUARY, MARCH, NOW, begin, fail, give, page, renew, rows

pytestmark = pytest.mark.usefixtures("legal_entity")
JANUARY = datetime(2026, 1, 15, 12, tzinfo=UTC)


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


@pytest.fixture
def _a_spring(legal_entity: LegalEntity, aid_fund: Fund, general_fund: Fund) -> None:
    """Some months of giving."""
    give(1, fund=aid_fund, amount=Money(90, "USD"), at=FEBRUARY)
    give(2, fund=aid_fund, amount=Money(25, "USD"), at=MARCH)
    give(3, fund=general_fund, amount=Money(30, "EUR"), at=NOW)
    begin(1, fund=aid_fund, at=JANUARY, state="canceled", ended_at=MARCH)
    runs = begin(2, fund=aid_fund, at=FEBRUARY)
    begin(3, fund=aid_fund, at=MARCH, interval="year")
    begin(4, fund=aid_fund, at=MARCH, state="incomplete_expired")
    fail(runs, invoice="in_1", at=FEBRUARY)
    fail(runs, invoice="in_1", attempt=2, at=MARCH)
    renew(4, runs, invoice="in_1", at=NOW)
    fail(runs, invoice="in_2", at=NOW)


def table(shown: str, key: str) -> dict[str, list[tuple[str, str]]]:
    """The numbers of a plot's table with their addresses, by month."""
    figure = shown[shown.index(f'id="{key}"') :]
    body = figure[figure.index("<tbody>") : figure.index("</tbody>")]
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", body):
        month = re.search(r'<th scope="row" class="whole">([^<]+)<', row)
        assert month
        found[month[1]] = [
            (text, html.unescape(url)) for url, text in re.findall(r'<a href="([^"]+)">([^<]+)</a>', row)
        ]
    return found


@pytest.mark.usefixtures("_a_spring")
@pytest.mark.parametrize(
    ("key", "february", "march"),
    [
        ("income-usd", ["$90.00", "$0.00", "$90.00"], ["$35.00", "$30.00", "$65.00"]),
        ("running", ["2", "0"], ["1", "1"]),
        ("new-and-lost", ["1", "0"], ["1", "1"]),
        ("failed-and-rescued", ["1", "1"], ["1", "0"]),
    ],
)
def test_numbers_are_those_of_the_months(key: str, february: list[str], march: list[str], desk: Client) -> None:
    shown = table(page(desk, reverse("donations_dashboard")), key)

    assert len(shown) == 12
    assert [text for text, _url in shown["February 2026"]] == february
    assert [text for text, _url in shown["March 2026"]] == march


@pytest.mark.usefixtures("_a_spring")
@pytest.mark.parametrize("key", ["running", "new-and-lost", "failed-and-rescued"])
def test_every_count_leads_to_so_many_rows(key: str, desk: Client) -> None:
    for numbers in table(page(desk, reverse("donations_dashboard")), key).values():
        for text, url in numbers[-12:]:
            if text != "0":
                assert rows(page(desk, url)) == int(text), url


@pytest.mark.usefixtures("_a_spring")
def test_every_sum_leads_to_gifts_of_that_sum(desk: Client) -> None:
    for numbers in table(page(desk, reverse("donations_dashboard")), "income-usd").values():
        for text, url in numbers:
            if text != "$0.00":
                assert re.search(rf"<p>\d+ gifts?, {re.escape(text)}", page(desk, url)), url


def test_two_currencies_of_the_books_are_two_plots(desk: Client, aid_fund: Fund) -> None:
    euros = Fund.objects.create(slug="europa", name="Europa", currency="EUR")
    give(1, fund=aid_fund, amount=Money(90, "USD"))
    give(2, fund=euros, amount=Money(20, "EUR"))

    shown = page(desk, reverse("donations_dashboard"))

    assert [text for text, _url in table(shown, "income-usd")["March 2026"]] == ["$90.00", "$90.00"]
    europe = table(shown, "income-eur")["March 2026"]
    assert [text for text, _url in europe] == ["€20.00", "€20.00"]
    assert rows(page(desk, europe[-1][1])) == 1


def test_longer_span_goes_further_back(desk: Client, aid_fund: Fund) -> None:
    shown = page(desk, reverse("donations_dashboard"), months="24")

    assert next(iter(table(shown, "running"))) == "April 2024"


def test_before_the_first_gift_the_dashboard_is_empty_and_well(desk: Client) -> None:
    assert "How giving goes" in page(desk, reverse("donations_dashboard"))


@pytest.mark.usefixtures("_a_spring")
def test_dashboard_takes_a_few_queries_for_any_span(desk: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(24):
        page(desk, reverse("donations_dashboard"), months="24")


@pytest.mark.usefixtures("liferaft")
def test_months_are_whole_and_follow_each_other() -> None:
    months = trends.months(14, at=datetime(2026, 1, 1, 3, tzinfo=UTC))

    # In New York it is still December.
    assert (months[-1].first.isoformat(), months[-1].last.isoformat()) == ("2025-12-01", "2025-12-31")
    assert [month.until for month in months[:-1]] == [month.since for month in months[1:]]
