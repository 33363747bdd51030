"""The first page of the desk: each person finds what concerns them, and nothing that does not."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ledger.models import Fund
from mail import outbox
from mail.models import OutgoingEmail
from organisation.models import Organisation, User

pytestmark = pytest.mark.usefixtures("liferaft")

PANELS = {
    "edith": set(),
    "fay": {"gifts", "funds"},
    "carl": {"cases"},
    "ada": {"cases"},
    "tess": {"cases", "gifts", "funds"},
    "stella": {"cases", "letters"},
    "adam": {"gifts", "funds", "letters"},
}


def first_page(who: User) -> str:
    browser = Client()
    browser.force_login(who)
    return browser.get(reverse("wagtailadmin_home")).content.decode()


@pytest.fixture
def _failed_letter(now: datetime, liferaft: Organisation) -> None:
    outbox.queue_ready(key="test:1", to="ann@mail.example", subject="Hello", text="Hello", at=now)
    OutgoingEmail.objects.update(state=OutgoingEmail.State.FAILED)


@pytest.mark.usefixtures("_failed_letter")
@pytest.mark.parametrize("name", PANELS)
def test_everybody_sees_the_panels_of_their_roles_only(name: str, request: pytest.FixtureRequest) -> None:
    page = first_page(request.getfixturevalue(name))

    assert set(re.findall(r'id="(cases|gifts|funds|letters)-section"', page)) == PANELS[name]


def test_who_has_no_role_does_not_come_in(otto: User) -> None:
    browser = Client()
    browser.force_login(otto)

    assert browser.get(reverse("wagtailadmin_home")).status_code == 403


@pytest.mark.parametrize("name", PANELS)
def test_only_who_has_pages_can_search_them(name: str, request: pytest.FixtureRequest) -> None:
    page = first_page(request.getfixturevalue(name))

    assert ("Search all pages" in page) == (name == "edith")
    assert ("w-summary" in page) == (name == "edith")


@pytest.mark.parametrize("name", PANELS)
def test_nothing_is_wagtails_news_and_nothing_wears_a_badge(name: str, request: pytest.FixtureRequest) -> None:
    page = first_page(request.getfixturevalue(name))

    assert "whats-new" not in page
    assert "data-wagtail-dismissible-id" not in page
    assert "keyboard-shortcuts-trigger" in page
    assert ("guide.wagtail.org" in page or "/editor-guide" in page) == (name == "edith")


def test_name_stands_where_only_the_user_name_stood(adam: User, now: datetime, person: Any) -> None:
    browser = Client()
    browser.force_login(adam)
    User.objects.filter(pk=adam.pk).update(name="Adam Archer")
    browser.post(reverse("organisation_person", args=[person("nell").pk]), {"roles": ["editor"]})

    assert "<td>Adam Archer</td>" in browser.get(reverse("organisation_trail")).content.decode()


@pytest.mark.parametrize(
    ("address", "arguments", "title"),
    [
        ("organisation_people", [], "People"),
        ("organisation_person_add", [], "Add a person - People"),
        ("organisation_trail", [], "Audit trail"),
        ("donations_gifts", [], "Gifts"),
        ("donations_recurring", [], "Recurring gifts"),
        ("donations_receipts", [], "Receipts"),
        ("donations_stripe", [], "From Stripe"),
        ("mail_letters", [], "Letters"),
    ],
)
def test_screen_says_where_one_is_and_leads_back(address: str, arguments: list[Any], title: str, adam: User) -> None:
    browser = Client()
    browser.force_login(adam)

    page = browser.get(reverse(address, args=arguments)).content.decode()

    assert f"<title>{title} - Raft Workers</title>" in " ".join(page.split())
    way = page[page.index('class="desk-way"') : page.index('class="desk-title')]
    assert f'href="{reverse("wagtailadmin_home")}"' in way


def test_first_page_takes_the_same_few_queries_however_many_funds_there_are(
    tess: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        Fund.objects.create(slug=f"fund-{number}", name=f"Fund {number}")
    browser = Client()
    browser.force_login(tess)
    browser.get(reverse("wagtailadmin_home"))

    with django_assert_max_num_queries(30):
        browser.get(reverse("wagtailadmin_home"))
