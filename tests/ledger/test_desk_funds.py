"""Funds on the desk's first page: what is available and what is promised."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from moneyed import Money

from ledger import posting, promises
from ledger.models import Account, Fund, Kind
from ledger.posting import Line
from organisation.models import User

pytestmark = pytest.mark.usefixtures("liferaft")


def funds_panel(who: User) -> str:
    browser = Client()
    browser.force_login(who)
    page = " ".join(browser.get(reverse("wagtailadmin_home")).content.decode().split())
    return page[page.index('id="funds-section"') :]


def give(fund: Fund, dollars: int, *, at: datetime) -> None:
    money = Money(dollars, "USD")
    posting.post(
        kind=Kind.GIFT,
        reference=f"test:{fund.slug}:{dollars}",
        lines=[Line(Account.STRIPE, fund, money), Line(Account.GIFTS, fund, -money)],
        occurred_at=at,
        at=at,
    )


def test_available_and_promised_lead_to_the_books(tess: User, aid_fund: Fund, now: datetime) -> None:
    give(aid_fund, 100, at=now)
    promises.promise(fund=aid_fund, amount=Money(30, "USD"), reference="test:1", at=now)

    panel = funds_panel(tess)

    address = f"{reverse('ledger:books')}#books-table"
    assert f'<a href="{address}">$70.00</a>' in panel
    assert f'<a href="{address}">$30.00</a>' in panel


def test_fund_below_zero_says_so_in_words(tess: User, aid_fund: Fund, now: datetime) -> None:
    give(aid_fund, -5, at=now)

    assert "below zero" in funds_panel(tess)


def test_fund_that_is_not_public_is_shown_and_named_so(tess: User) -> None:
    Fund.objects.create(slug="reserve", name="Reserve", is_public=False)

    assert "Reserve (not in the public books)" in funds_panel(tess)


def test_without_funds_the_panel_says_so(tess: User) -> None:
    assert "There is no fund yet." in funds_panel(tess)
