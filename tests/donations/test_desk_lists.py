"""The desk's lists: narrowed by filters, a page at a time, and as a file of exactly what was found."""

import csv
import io
import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs

import pytest
from django.test import Client
from django.urls import reverse
from moneyed import Money
from openpyxl import load_workbook

from donations import offline
from donations.models import Dispute, Method, Refund
from donations.models.giving import Interval
from ledger.models import Fund
from organisation import audit
from organisation.models import AuditEvent, LegalEntity, User
from tests.donations.desk_stage import FEBRUARY, MARCH, NOW, begin, fail, give, page, renew, rows

pytestmark = pytest.mark.usefixtures("legal_entity")


@pytest.fixture
def desk(fay: User) -> Client:
    browser = Client()
    browser.force_login(fay)
    return browser


@pytest.fixture
def _gifts(legal_entity: LegalEntity, aid_fund: Fund, general_fund: Fund, fay: User) -> None:
    """Gifts of all kinds: $90, $25 by a campaign, €30, ¥700, and $12 every month."""
    refunded = give(1, fund=aid_fund, amount=Money(90, "USD"), at=FEBRUARY)
    give(2, fund=aid_fund, amount=Money(25, "USD"), at=MARCH, campaign="spring", email="ben@mail.example")
    disputed = give(3, fund=general_fund, amount=Money(30, "EUR"), at=NOW)
    give(4, fund=general_fund, amount=Money(700, "JPY"), at=NOW)
    renew(5, begin(5, fund=aid_fund, dollars=12), at=NOW)
    Refund.objects.create(
        payment=refunded, state="requested", amount_minor=1, currency="USD", reason="asked", asked_by=fay, asked_at=NOW
    )
    Dispute.objects.create(
        payment=disputed,
        stripe_id="dp_1",
        state="needs_response",
        reason="fraudulent",
        amount_minor=3000,
        currency="EUR",
        began_at=NOW,
        noted_at=NOW,
    )


def amounts(shown: str) -> set[str]:
    """The amounts given, as the first number of each row."""
    return set(re.findall(r'<td class="number">([^<\s]+)', shown)) - {"$1.00", "$0.00"}


@pytest.mark.usefixtures("_gifts")
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "ben@"}, {"$25.00"}),
        ({"q": "pi_3"}, {"€30.00"}),
        ({"fund": "aid"}, {"$90.00", "$25.00", "$12.00"}),
        ({"interval": "month"}, {"$12.00"}),
        ({"campaign": "spring"}, {"$25.00"}),
        ({"currency": "EUR"}, {"€30.00"}),
        ({"state": "refunded"}, {"$90.00"}),
        ({"state": "disputed"}, {"€30.00"}),
        ({"state": "whole"}, {"$25.00", "$12.00", "¥700"}),
        ({"least": "30"}, {"$90.00", "€30.00", "¥700"}),
        ({"least": "25", "most": "30", "currency": "USD"}, {"$25.00"}),
        ({"most": "12.50", "since": "2026-03-02"}, {"$12.00"}),
        ({"method": "stripe", "until": "2026-02-28"}, {"$90.00"}),
        ({"method": "cash"}, set()),
    ],
)
def test_gifts_are_narrowed(asked: dict[str, str], found: set[str], desk: Client, aid_fund: Fund) -> None:
    if "fund" in asked:
        asked = {"fund": str(aid_fund.pk)}

    assert amounts(page(desk, reverse("donations_gifts"), **asked)) == found


def test_cheque_is_found_by_its_method_and_reference(desk: Client, aid_fund: Fund, fay: User) -> None:
    entered = offline.Entered(
        method=Method.CHEQUE,
        amount=Money(40, "USD"),
        fund=aid_fund,
        received_on=NOW.date(),
        name="Olga Oar",
        email="",
        bank_reference="No. 77",
    )
    offline.record(entered=entered, by=fay, at=NOW)

    for asked in [{"method": "cheque"}, {"q": "No. 77"}, {"q": "olga"}]:
        assert amounts(page(desk, reverse("donations_gifts"), **asked)) == {"$40.00"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"state": "active"}, {"$12.00", "$60.00"}),
        ({"state": "failing"}, {"$11.00"}),
        ({"state": "ended"}, {"$13.00"}),
        ({"interval": "year"}, {"$60.00"}),
        ({"q": "ben@"}, {"$13.00"}),
        ({"least": "13"}, {"$13.00", "$60.00"}),
        ({"began_until": "2026-02-28"}, {"$13.00"}),
        ({"ended_since": "2026-03-10", "ended_until": "2026-03-10"}, {"$13.00"}),
        ({"running_on": "2026-03-09"}, {"$13.00"}),
        ({"running_on": "2026-03-10"}, {"$11.00", "$12.00", "$60.00"}),
    ],
)
def test_recurring_gifts_are_narrowed(asked: dict[str, str], found: set[str], desk: Client, aid_fund: Fund) -> None:
    begin(1, fund=aid_fund, dollars=11, state="unpaid")
    begin(2, fund=aid_fund, dollars=12)
    begin(3, fund=aid_fund, dollars=13, state="canceled", at=FEBRUARY, ended_at=NOW, email="ben@mail.example")
    begin(4, fund=aid_fund, dollars=60, interval="year")

    assert amounts(page(desk, reverse("donations_recurring"), **asked)) == found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {"$10.00", "$11.00", "$12.00"}),
        ({"outcome": "rescued"}, {"$10.00"}),
        ({"outcome": "open"}, {"$11.00"}),
        ({"outcome": "lost"}, {"$12.00"}),
        ({"until": "2026-02-28"}, {"$10.00"}),
    ],
)
def test_failed_payments_are_listed_once_each_with_what_became_of_them(
    asked: dict[str, str], found: set[str], desk: Client, aid_fund: Fund
) -> None:
    mended = begin(1, fund=aid_fund, dollars=10, at=FEBRUARY)
    fail(mended, invoice="in_1", at=FEBRUARY)
    fail(mended, invoice="in_1", attempt=2, at=MARCH)
    renew(1, mended, invoice="in_1")
    fail(begin(2, fund=aid_fund, dollars=11), invoice="in_2")
    fail(begin(3, fund=aid_fund, dollars=12, state="canceled", ended_at=NOW), invoice="in_3")

    shown = page(desk, reverse("donations_failed"), **asked)

    assert amounts(shown) == found
    assert rows(shown) == len(found)


def taken(desk: Client, name: str, **asked: str) -> list[dict[str, str]]:
    answer = desk.get(reverse(name), asked | {"export": "csv"})
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode(), newline="")))


@pytest.mark.usefixtures("_gifts")
def test_file_has_exactly_the_rows_that_the_list_found(desk: Client) -> None:
    lines = taken(desk, "donations_gifts", currency="EUR")

    assert [(line["Given"], line["Currency"], line["Booked"], line["Currency of the books"]) for line in lines] == [
        ("30.00", "EUR", "30.00", "USD")
    ]
    assert lines[0]["Date"] == "2026-03-10 12:00:00"
    assert len(taken(desk, "donations_gifts")) == 5


@pytest.mark.usefixtures("_gifts")
def test_file_may_be_a_spreadsheet(desk: Client) -> None:
    answer = desk.get(reverse("donations_gifts"), {"export": "xlsx", "q": "ben@"})

    sheet = load_workbook(io.BytesIO(b"".join(answer))).active
    assert [row[4].value for row in sheet.iter_rows()] == ["Given", 25]


def test_names_in_a_file_are_no_formulas(desk: Client, aid_fund: Fund) -> None:
    give(1, fund=aid_fund, amount=Money(5, "USD"), name="=HYPERLINK(1)")

    assert taken(desk, "donations_donors")[0]["Name"] == "'=HYPERLINK(1)"
    assert taken(desk, "donations_gifts")[0]["Donor"] == "'=HYPERLINK(1)"


@pytest.mark.usefixtures("_gifts")
@pytest.mark.parametrize(
    ("name", "deed", "count"),
    [
        ("donations_gifts", "donations.gifts_exported", 5),
        ("donations_donors", "donations.donors_exported", 2),
        ("donations_recurring", "donations.recurring_gifts_exported", 1),
        ("donations_failed", "donations.failed_payments_exported", 0),
    ],
)
def test_trail_says_who_took_a_file(name: str, deed: str, count: int, desk: Client, fay: User) -> None:
    lines = taken(desk, name)

    event = AuditEvent.objects.get(action=deed)
    assert (event.actor_id, event.reason) == (fay.pk, f"csv:{count}")
    assert len(lines) == count


@pytest.mark.usefixtures("_gifts")
def test_filter_that_makes_no_sense_gives_no_file(desk: Client) -> None:
    answer = desk.get(reverse("donations_gifts"), {"export": "csv", "since": "nonsense"})

    assert answer["Content-Type"].startswith("text/html")
    assert not AuditEvent.objects.filter(action="donations.gifts_exported").exists()


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
@pytest.mark.parametrize(
    ("name", "field"),
    [("donations_gifts", "until"), ("donations_donors", "new_until"), ("donations_recurring", "running_on")],
)
def test_day_at_the_end_of_the_calendar_gets_a_sentence(name: str, field: str, day: str, desk: Client) -> None:
    assert "Ensure this value is" in page(desk, reverse(name), **{field: day})


def test_gift_is_found_by_the_reference_in_its_address(desk: Client, aid_fund: Fund) -> None:
    gift = give(1, fund=aid_fund, amount=Money(90, "USD"), at=FEBRUARY)
    give(2, fund=aid_fund, amount=Money(25, "USD"), at=MARCH)

    assert amounts(page(desk, reverse("donations_gifts"), q=gift.reference)) == {"$90.00"}


@pytest.mark.usefixtures("_gifts")
def test_donors_file_has_a_column_for_each_currency(desk: Client) -> None:
    ann = next(line for line in taken(desk, "donations_donors") if line["E-mail address"] == "ann@mail.example")

    assert (ann["Given in USD"], ann["Given in EUR"], ann["Given in JPY"]) == ("102.00", "30.00", "700")
    assert (ann["Gifts"], ann["Recurring gifts that run"]) == ("4", "1")


def test_long_list_is_shown_a_page_at_a_time_and_leaves_as_a_whole(desk: Client, aid_fund: Fund) -> None:
    for number in range(52):
        begin(number, fund=aid_fund, at=NOW + timedelta(minutes=number))
    address = reverse("donations_recurring")

    assert rows(page(desk, address, interval=Interval.MONTH)) == 50
    assert rows(page(desk, address, interval=Interval.MONTH, page="2")) == 2
    assert f'href="?interval={Interval.MONTH}&amp;export=csv"' in page(desk, address, interval=Interval.MONTH, page="2")
    assert len(taken(desk, "donations_recurring")) == 52


def test_organisations_day_counts(desk: Client, aid_fund: Fund) -> None:
    give(1, fund=aid_fund, amount=Money(5, "USD"), at=datetime.fromisoformat("2026-03-11T03:59:00+00:00"))

    assert rows(page(desk, reverse("donations_gifts"), until="2026-03-10")) == 1
    assert rows(page(desk, reverse("donations_gifts"), since="2026-03-11")) == 0


def test_trail_keeps_which_filters_an_export_had_and_no_typed_word(desk: Client, aid_fund: Fund) -> None:
    give(1, fund=aid_fund, amount=Money(90, "USD"))
    asked = {"q": "Zelda Zorn", "donor": "zelda", "fund": str(aid_fund.pk), "since": "2026-03-01", "export": "csv"}

    assert desk.get(reverse("donations_gifts"), asked).getvalue()

    event = AuditEvent.objects.get(action="donations.gifts_exported")
    note = audit.notes_on([event])[event.position]
    assert parse_qs(note) == {"q": ["*"], "donor": ["*"], "fund": [str(aid_fund.pk)], "since": ["2026-03-01"]}
