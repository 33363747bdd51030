"""Funds on the desk's first page: what is available and what is promised."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from moneyed import Money

from ledger import posting, promises
from ledger.models import Account, Fund, Kind
from ledger.posting import Line
from organisation.models import AuditEvent, User

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


def test_available_and_promised_lead_to_the_funds(tess: User, aid_fund: Fund, now: datetime) -> None:
    give(aid_fund, 100, at=now)
    promises.promise(fund=aid_fund, amount=Money(30, "USD"), reference="test:1", at=now)

    panel = funds_panel(tess)

    address = reverse("ledger_funds")
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


NEW = {"name": "Strike fund", "slug": "strike", "description": "For lean weeks.", "currency": "usd", "is_public": "on"}


def test_treasurer_opens_a_fund_and_it_is_audited(client: Client, tess: User) -> None:
    client.force_login(tess)

    client.post(reverse("ledger_fund_add"), NEW)

    fund = Fund.objects.get(slug="strike")
    assert (fund.currency, fund.is_public, fund.pays_aid) == ("USD", True, False)
    assert AuditEvent.objects.get(action="ledger.fund_opened").actor_id == tess.pk
    assert "Strike fund" in client.get("/books/").content.decode()


def test_wrong_currency_is_said_beside_the_field_and_nothing_is_lost(client: Client, tess: User) -> None:
    client.force_login(tess)

    page = client.post(reverse("ledger_fund_add"), NEW | {"currency": "XXY"}).content.decode()

    assert "There is no currency of this code." in page
    assert "Strike fund" in page
    assert not Fund.objects.exists()


def test_change_leaves_address_and_currency_as_they_are(client: Client, tess: User, aid_fund: Fund) -> None:
    client.force_login(tess)

    client.post(reverse("ledger_fund", args=["aid"]), NEW | {"currency": "EUR", "pays_aid": "on"})

    fund = Fund.objects.get(pk=aid_fund.pk)
    assert (fund.name, fund.slug, fund.currency) == ("Strike fund", "aid", "USD")


def test_fundraiser_sees_the_funds_and_changes_none(client: Client, fay: User, aid_fund: Fund) -> None:
    client.force_login(fay)

    assert "Mutual aid" in client.get(reverse("ledger_funds")).content.decode()
    assert client.post(reverse("ledger_fund", args=["aid"]), NEW).status_code == 403
    assert Fund.objects.get(pk=aid_fund.pk).name == "Mutual aid"
