"""Names and messages for the thank-you wall: nothing is public before a person has read it."""

import pytest
from django.test import Client
from django.urls import reverse
from moneyed import Money

from donations.models import WallEntry
from ledger.models import Fund
from organisation.models import AuditEvent, User
from tests.donations.desk_stage import give, page, rows

pytestmark = pytest.mark.usefixtures("legal_entity")


@pytest.fixture
def desk(fay: User) -> Client:
    browser = Client()
    browser.force_login(fay)
    return browser


@pytest.fixture
def words(legal_entity: object, aid_fund: Fund) -> WallEntry:
    gift = give(1, fund=aid_fund, amount=Money(25, "USD"))
    assert gift.checkout
    return WallEntry.objects.create(checkout=gift.checkout, name="Ann", message="Hold on <b>together</b>")


def test_what_waits_is_read_with_its_gift_and_no_markup(desk: Client, words: WallEntry) -> None:
    shown = page(desk, reverse("donations_wall"))

    assert "Hold on &lt;b&gt;together&lt;/b&gt;" in shown
    assert "$25.00" in shown
    assert "1</strong> <span>name or message is to be read" in page(desk, reverse("wagtailadmin_home"))


def test_words_of_a_gift_that_was_never_paid_are_not_asked_about(desk: Client, words: WallEntry) -> None:
    unpaid = words.checkout.__class__.objects.create(
        email="bot@mail.example", amount_minor=100, currency="USD", interval="once", fund=words.checkout.fund,
        started_at=words.checkout.started_at,
    )  # fmt: skip
    WallEntry.objects.create(checkout=unpaid, message="Buy now")

    assert "Buy now" not in page(desk, reverse("donations_wall"))


@pytest.mark.parametrize(("deed", "state"), [("show", "shown"), ("hide", "hidden")])
def test_decision_names_who_decided_and_can_be_changed(
    deed: str, state: str, desk: Client, words: WallEntry, fay: User
) -> None:
    desk.post(reverse(f"donations_wall_{deed}", args=[words.pk]))

    words.refresh_from_db()
    assert (words.state, words.decided_by) == (state, fay)
    assert AuditEvent.objects.filter(action=f"donations.wall_entry_{state}", object_id=str(words.pk)).count() == 1
    assert rows(page(desk, reverse("donations_wall"))) == 0
    assert rows(page(desk, reverse("donations_wall"), state=state)) == 1
    other = {"show": "hide", "hide": "show"}[deed]
    desk.post(reverse(f"donations_wall_{other}", args=[words.pk]))
    assert rows(page(desk, reverse("donations_wall"), state=state)) == 0


def test_deciding_the_same_again_is_no_news(desk: Client, words: WallEntry) -> None:
    for _time in range(2):
        desk.post(reverse("donations_wall_show", args=[words.pk]))

    assert AuditEvent.objects.filter(action="donations.wall_entry_shown").count() == 1


def test_who_only_looks_cannot_decide(tess: User, words: WallEntry) -> None:
    browser = Client()
    browser.force_login(tess)

    assert browser.post(reverse("donations_wall_show", args=[words.pk])).status_code == 403
    assert "Do not show" not in page(browser, reverse("donations_wall"))
