"""Cheques, cash and bank transfers: entered by hand or as a file, in the same books, receipted on request."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from moneyed import Money

from config.proofs import PROOFS
from donations import giving, offline
from donations.models import Donor, Method, OfflineBatch, Payment, Receipt
from ledger import balances, closing
from ledger.models import Fund
from organisation.models import AuditEvent, LegalEntity, User
from tests.conftest import NOON

pytestmark = pytest.mark.usefixtures("legal_entity")

ONE = {
    "method": "cheque",
    "amount": "1,250.50",
    "received_on": "2026-03-02",
    "name": "Ann Example",
    "address": "2 Quay\nPortland",
    "bank_reference": "No. 17",
}
FILE = """date,amount,method,fund,name,email,address,reference
2026-02-27,25.00,cheque,aid,Ann Example,,2 Quay|Portland,17
2026-03-01,"1,000",bank transfer,Mutual aid,,ben@mail.example,,TX 4
2026-03-01,5.50,cash,AID,Collected at the meeting,,,
"""


@pytest.fixture
def desk(fay: User) -> Client:
    browser = Client()
    browser.force_login(fay)
    return browser


@pytest.fixture(autouse=True)
def _noon(settings: Any, tmp_path: Any) -> None:
    """The demo's clock: a noon of March."""
    clock_file = tmp_path / "clock"
    clock_file.write_text(str(int((NOON - timezone.now()).total_seconds())))
    settings.CLOCK_FILE = str(clock_file)


def broken() -> list[str]:
    return [sentence for proof in PROOFS for sentence in proof.broken()]


def enter(desk: Client, fund: Fund, **more: str) -> Any:
    return desk.post(reverse("donations_offline"), ONE | {"fund": str(fund.pk)} | more)


def take(desk: Client, text: str = FILE, **more: str) -> Any:
    return desk.post(reverse("donations_offline_file"), {"text": text, **more})


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_cheque_is_in_the_books_and_in_the_fund(desk: Client, aid_fund: Fund) -> None:
    answer = enter(desk, aid_fund)

    payment = Payment.objects.get()
    assert answer["Location"] == reverse("donations_gift", args=[payment.reference])
    assert (payment.method, payment.given, payment.donor.email) == (Method.CHEQUE, Money("1250.50", "USD"), "")
    assert balances.of(aid_fund).available == Money("1250.50", "USD")
    assert AuditEvent.objects.filter(action="donations.offline_gift_entered").count() == 1
    assert not Receipt.objects.exists()
    assert broken() == []


def test_receipt_is_issued_on_request_dated_where_the_entity_is_and_once(desk: Client, aid_fund: Fund) -> None:
    enter(desk, aid_fund, received_on="2026-01-01")
    payment = Payment.objects.get()

    for _ in range(2):
        desk.post(reverse("donations_offline_receipt", args=[payment.reference]))

    receipt = Receipt.objects.get()
    assert receipt.snapshot["given_on"] == "2026-01-01"
    assert (receipt.snapshot["donor"], receipt.snapshot["address"]) == ("Ann Example", "2 Quay\nPortland")
    assert broken() == []


def test_second_entry_of_the_same_gift_is_asked_about_first(desk: Client, aid_fund: Fund) -> None:
    enter(desk, aid_fund)

    asked = enter(desk, aid_fund, name="ann example")

    assert "looks like a gift that is in the books already" in words(asked)
    assert 'value="1,250.50"' in words(asked)
    assert Payment.objects.count() == 1
    enter(desk, aid_fund, name="ann example", is_no_double="on")
    assert Payment.objects.count() == 2
    assert Donor.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"amount": "ten"}, "Write the amount in figures"),
        ({"amount": "9" * 20}, "This is more than one gift can be."),
        ({"amount": "-5"}, "Write the amount in figures"),
        ({"received_on": "2026-03-11"}, "This day is in the future."),
        ({"received_on": "0206-03-02"}, "This day is too long ago."),
        ({"name": "", "email": ""}, "Write a name or an e-mail address."),
        ({"method": "stripe"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_booked_gets_a_sentence_and_stays(
    desk: Client, aid_fund: Fund, wrong: dict[str, str], sentence: str
) -> None:
    answer = enter(desk, aid_fund, **wrong)

    assert sentence in words(answer)
    assert "No. 17" in words(answer)
    assert not Payment.objects.exists()


def test_gift_entered_wrongly_is_taken_back_and_its_receipt_replaced(desk: Client, aid_fund: Fund) -> None:
    enter(desk, aid_fund, issue_receipt="on")
    payment = Payment.objects.get()
    address = reverse("donations_offline_back", args=[payment.reference])

    desk.post(address, {"amount": "1,000", "reason": "typo"})
    too_much = desk.post(address, {"amount": "1,000", "reason": "typo"})

    assert "Only $250.50 of this gift is left." in words(too_much)
    assert balances.of(aid_fund).available == Money("250.50", "USD")
    assert [r.amount for r in Receipt.objects.order_by("pk") if r.is_valid] == [Money("250.50", "USD")]
    assert broken() == []


def test_file_is_checked_before_anything_is_booked_then_taken_in_once(desk: Client, aid_fund: Fund) -> None:
    checked = take(desk)

    assert "All of it can be booked: $1,030.50." in words(checked)
    assert not Payment.objects.exists()
    assert take(desk, take_in="").status_code == 302
    assert Payment.objects.count() == 3
    assert balances.of(aid_fund).available == Money("1030.50", "USD")
    again = take(desk, take_in="", takes_doubles="on")
    assert "These lines were taken in before." in words(again)
    assert Payment.objects.count() == 3
    assert broken() == []


def test_line_that_is_in_the_books_already_is_pointed_out(desk: Client, aid_fund: Fund) -> None:
    take(desk, take_in="")

    more = take(desk, FILE + "2026-03-02,7,cash,aid,Dan,,,\n", take_in="")

    assert "3 look like gifts that are in the books." in words(more)
    assert Payment.objects.count() == 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name,amount\nAnn,5", "Missing: date, method, fund."),
        (FILE.replace("25.00", "lots"), "“lots” is not an amount in USD."),
        (FILE.replace("2026-02-27", "27/02/2026"), "Write the date as 2026-03-31, not “27/02/2026”."),
        (FILE.replace("2026-02-27", "2027-02-27"), "2027-02-27 is in the future."),
        (FILE.replace("2026-02-27", "0206-02-27"), "0206-02-27 is too long ago."),
        (FILE.replace("25.00", "9" * 20), "is more than one gift can be."),
        (FILE.replace(",aid,", ",boats,"), "There is no fund “boats”."),
        (FILE.replace("cheque", "barter"), "not “barter”."),
        (FILE.replace("ben@mail.example", "ben at mail"), "“ben at mail” is not an e-mail address."),
        (FILE.replace('"1,000"', "1,000"), "a comma inside a field needs quotation marks"),
        (FILE.replace("Ann Example", ""), "A name or an e-mail address is needed."),
        ("\n", "Choose a file, or paste its lines."),
        (FILE.splitlines()[0] + "\n" + "2026-03-01,5,cash,aid,Ann,,,\n" * 501, "At most 500 lines at a time."),
    ],
)
def test_file_with_mistakes_is_refused_line_by_line_and_kept(
    desk: Client, aid_fund: Fund, text: str, sentence: str
) -> None:
    answer = take(desk, text, take_in="")

    assert sentence in words(answer)
    assert not Payment.objects.exists()
    assert not OfflineBatch.objects.exists()


def test_file_as_spreadsheets_save_it_is_read(desk: Client, aid_fund: Fund) -> None:
    table = "date;amount;method;fund;name\r\n2026-03-01;10,50;cash;aid;José Núñez\r\n".encode("cp1252")

    desk.post(
        reverse("donations_offline_file"), {"file": SimpleUploadedFile("cash.csv", table), "take_in": ""}, follow=True
    )

    assert Payment.objects.get().donor.name == "José Núñez"
    assert Payment.objects.get().given == Money("10.50", "USD")


def test_no_line_of_a_file_is_booked_if_one_cannot_be(fay: User, aid_fund: Fund) -> None:
    good = offline.Entered(Method.CASH, Money(5, "USD"), date(2026, 3, 1), aid_fund, name="Ann", row=2)
    foreign = offline.Entered(Method.CASH, Money(5, "EUR"), date(2026, 3, 1), aid_fund, name="Ben", row=3)

    with pytest.raises(offline.OtherCurrency):
        offline.take_in(file_name="x", digest=b"x" * 32, rows=[good, foreign], by=fay, at=NOON)

    assert not Payment.objects.exists()
    assert not Donor.objects.exists()


def test_without_a_legal_entity_nothing_is_entered(desk: Client, aid_fund: Fund, legal_entity: LegalEntity) -> None:
    legal_entity.delete()

    assert "First an administrator must set up the legal entity" in words(desk.get(reverse("donations_offline")))
    with pytest.raises(giving.GiftsNotOpen):
        giving.issuing_entity()


def test_two_people_of_one_name_without_an_address_stay_two(desk: Client, aid_fund: Fund) -> None:
    for number in ("17", "18"):
        enter(desk, aid_fund, address="", bank_reference=number, is_no_double="on")
    for number in ("19", "20"):
        enter(desk, aid_fund, amount="5", bank_reference=number, is_no_double="on")

    assert sorted(Donor.objects.values_list("address", flat=True)) == ["", "", "2 Quay\nPortland"]


def test_gift_of_a_closed_month_says_for_which_day_it_counts(desk: Client, aid_fund: Fund, tess: User) -> None:
    closing.close(until=date(2026, 2, 28), by=tess, at=NOON)

    late = enter(desk, aid_fund, received_on="2026-02-10")
    page = desk.get(late["Location"]).content.decode()

    assert "in the books the gift counts on March 1, 2026." in page
    open_month = enter(desk, aid_fund, bank_reference="No. 18", amount="20")
    assert "in the books the gift counts on" not in desk.get(open_month["Location"]).content.decode()
