"""What waits for whom: the numbers on the first page are the rows behind them."""

import html
import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from aid import confirming
from aid.models import AidRequest
from aid.statuses import Status
from organisation.models import User

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]

_REVIEWING = {
    "overdue": 6,
    "not-arrived": 1,
    "received": 2,
    "in_review": 1,
    "mine": 0,
    "nobodys": 2,
    "to-decide": 2,
    "approved": 1,
}
NUMBERS = {
    "carl": _REVIEWING | {"mine": 1},
    "cora": _REVIEWING,
    "ada": {"overdue": 3, "not-arrived": 1, "to-decide": 2, "approved": 1},
    "tess": {"overdue": 1, "not-arrived": 1, "approved": 1},
    "stella": _REVIEWING,
}


@pytest.fixture
def _cases(reach: Reach, now: datetime) -> None:
    """Of spring 2026, so that what still waits is overdue long since."""
    for status in [
        Status.DRAFT,
        Status.RECEIVED,
        Status.RECEIVED,
        Status.IN_REVIEW,
        Status.RECOMMENDED_GRANT,
        Status.RECOMMENDED_DECLINE,
        Status.APPROVED,
        Status.DECLINED,
        Status.PAID,
        Status.CONFIRMED,
    ]:
        reach(status, amount=20)
    confirming.say_not_arrived(request_id=reach(Status.PAID, amount=20).pk, at=now)


def signed_in(who: User) -> Client:
    browser = Client()
    browser.force_login(who)
    return browser


def piles(browser: Client) -> dict[str, tuple[int, str]]:
    """Return, for each pile of the first page, its number and its address."""
    page = browser.get(reverse("wagtailadmin_home")).content.decode()
    found = re.findall(r'href="([^"]*\?status=([\w-]+))"><strong>(\d+)</strong>', page)
    return {slug: (int(number), html.unescape(address)) for address, slug, number in found}


@pytest.mark.usefixtures("_cases")
@pytest.mark.parametrize("name", NUMBERS)
def test_each_number_is_right_and_leads_to_its_rows(name: str, request: pytest.FixtureRequest) -> None:
    browser = signed_in(request.getfixturevalue(name))

    found = piles(browser)

    assert {slug: number for slug, (number, _address) in found.items()} == NUMBERS[name]
    for number, address in found.values():
        assert browser.get(address).content.decode().count('<th scope="row"><a') == number


def test_urgent_piles_are_shown_only_if_there_is_something_in_them(carl: User) -> None:
    assert set(piles(signed_in(carl))) == {"received", "in_review", "mine", "to-decide", "approved"}


@pytest.mark.usefixtures("_cases")
def test_no_pile_opens_rows_of_others(tess: User) -> None:
    browser = signed_in(tess)

    for slug in ("received", "in_review", "mine", "to-decide", "draft"):
        assert "Nothing waits here." in browser.get(reverse("aid_cases"), {"status": slug}).content.decode()


@pytest.mark.usefixtures("_cases")
def test_unknown_pile_shows_everything_that_waits(carl: User) -> None:
    page = signed_in(carl).get(reverse("aid_cases"), {"status": "nonsense"}).content.decode()

    # Six open ones, and the one whose money did not arrive.
    assert page.count('<th scope="row"><a') == 7


def test_case_says_where_one_is_and_leads_back_to_the_queue(reach: Reach, carl: User) -> None:
    request = reach(Status.IN_REVIEW)

    page = signed_in(carl).get(reverse("aid_case", args=[request.pk])).content.decode()

    assert f"<title>Case {request.case.short} - Cases - Raft Workers</title>" in " ".join(page.split())
    way = page[page.index('class="desk-way"') : page.index('class="desk-title')]
    assert f'href="{reverse("aid_cases")}"' in way
