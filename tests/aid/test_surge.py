"""Surge handling: one click on, one click off, for those who work with cases; twice is once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from aid import surging, transitions
from aid.models import AidRequest, Surge
from aid.statuses import Status
from ledger.models import Fund
from organisation.models import AuditEvent, User
from tests.aid.conftest import sent_in

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]


@pytest.mark.parametrize("name", ["carl", "ada", "stella"])
def test_whoever_works_with_cases_switches_it_with_one_click(
    name: str, client: Client, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(name))
    home = reverse("wagtailadmin_home")

    before = client.get(home).content.decode()
    client.post(reverse("aid_surge_begin"))
    during = client.get(home).content.decode()
    client.post(reverse("aid_surge_end"))

    assert reverse("aid_surge_begin") in before
    assert "csrfmiddlewaretoken" in before
    assert "Surge handling is on." in during
    assert reverse("aid_surge_end") in during
    assert reverse("aid_surge_begin") in client.get(home).content.decode()


@pytest.mark.parametrize("name", ["tess", "adam", "fay", "edith"])
def test_nobody_else_switches_it(name: str, client: Client, request: pytest.FixtureRequest, now: datetime) -> None:
    who: User = request.getfixturevalue(name)
    client.force_login(who)

    assert client.post(reverse("aid_surge_begin")).status_code == 403
    assert reverse("aid_surge_begin") not in client.get(reverse("wagtailadmin_home")).content.decode()
    with pytest.raises(transitions.NotAllowed):
        surging.begin(by=who, at=now)
    assert not Surge.objects.exists()


def test_pressed_twice_it_begins_once_and_ends_once(client: Client, carl: User) -> None:
    client.force_login(carl)
    for name in ["aid_surge_begin", "aid_surge_begin", "aid_surge_end", "aid_surge_end"]:
        assert client.post(reverse(name)).status_code == 302

    assert Surge.objects.count() == 1
    assert list(AuditEvent.objects.filter(action__startswith="aid.surge").values_list("action", flat=True)) == [
        "aid.surge_began",
        "aid.surge_ended",
    ]


def test_what_comes_in_meanwhile_keeps_its_mark(aid_fund: Fund, carl: User, now: datetime) -> None:
    before = sent_in(at=now)
    surging.begin(by=carl, at=now)
    during = sent_in(at=now)
    surging.end(by=carl, at=now)
    after = sent_in(at=now)

    assert [request.case.came_in_surge for request in (before, during, after)] == [False, True, False]
    during.case.refresh_from_db()
    assert during.case.came_in_surge


@pytest.mark.parametrize(
    ("hours", "are_many"),
    [([1, 2, 3, 4, 5], True), ([1, 2, 3, 4, 30], False), ([1, 2, 3, 4] + [25] * 8, False), ([30] * 13, True)],
)
def test_unusually_many_are_five_in_a_day_or_thirteen_in_a_week(
    aid_fund: Fund, now: datetime, hours: list[int], are_many: bool
) -> None:
    for back in hours:
        sent_in(at=now - timedelta(hours=back))

    assert surging.are_unusually_many(at=now) is are_many


def test_the_button_leads_back_to_where_it_was_and_nowhere_else(client: Client, carl: User) -> None:
    client.force_login(carl)

    here = client.post(reverse("aid_surge_begin"), {"back": reverse("wagtailadmin_home")})
    elsewhere = client.post(reverse("aid_surge_end"), {"back": "https://evil.example/"})

    assert here.headers["Location"] == reverse("wagtailadmin_home")
    assert elsewhere.headers["Location"] == reverse("aid_cases")


def test_surge_does_not_change_what_was_decided(reach: Reach, carl: User, now: datetime) -> None:
    request = reach(Status.APPROVED)

    surging.begin(by=carl, at=now)

    request.refresh_from_db()
    assert request.status == Status.APPROVED
