"""Goods and services: in the books at their stated value, in no fund's pocket, receipted with what was given.

And quid pro quo: what a donor received in return stands on the receipt, with its value.
"""

import io
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from moneyed import Money
from pypdf import PdfReader

from config.proofs import PROOFS
from donations import erasing, given, offline, receipting, totals, trends
from donations import tasks as donations_tasks
from donations.models import Method, OfflineGift, Payment, Receipt, ReceiptDetails, ReceiptDocument, Refund
from ledger import balances
from ledger.models import Account, Entry, Fund
from mail.models import OutgoingEmail
from organisation.models import LegalEntity, User
from tests.conftest import NOON

pytestmark = pytest.mark.usefixtures("legal_entity")

BOAT = {
    "method": "in_kind",
    "goods": "A rowing boat, used",
    "amount": "1,200",
    "received_on": "2026-03-02",
    "name": "Ann Example",
    "issue_receipt": "on",
}


@pytest.fixture(autouse=True)
def _noon(settings: Any, tmp_path: Any) -> None:
    """The demo's clock: a noon of March."""
    clock_file = tmp_path / "clock"
    clock_file.write_text(str(int((NOON - timezone.now()).total_seconds())))
    settings.CLOCK_FILE = str(clock_file)


@pytest.fixture
def desk(fay: User) -> Client:
    browser = Client()
    browser.force_login(fay)
    return browser


def enter(desk: Client, fund: Fund, **more: str) -> Any:
    return desk.post(reverse("donations_offline"), BOAT | {"fund": str(fund.pk)} | more)


def broken() -> list[str]:
    return [sentence for proof in PROOFS for sentence in proof.broken()]


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def printed() -> str:
    donations_tasks.render_due()
    pdf = ReceiptDocument.objects.latest("pk").content
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def accounts() -> dict[str, int]:
    return dict(Entry.objects.values_list("account", "amount_minor"))


def test_boat_is_in_the_books_and_no_fund_has_more_to_spend(desk: Client, aid_fund: Fund) -> None:
    enter(desk, aid_fund)

    assert accounts() == {Account.IN_KIND: 120000, Account.GIFTS_IN_KIND: -120000}
    assert balances.of(aid_fund).available == Money(0, "USD")
    assert OfflineGift.objects.get().goods == "A rowing boat, used"
    assert broken() == []


def test_receipt_says_what_was_given_and_in_the_united_states_no_value(desk: Client, aid_fund: Fund) -> None:
    enter(desk, aid_fund)

    assert "A rowing boat, used" in printed()
    assert "1,200" not in printed()


def test_elsewhere_the_receipt_states_the_value(desk: Client, aid_fund: Fund, legal_entity: LegalEntity) -> None:
    legal_entity.wording = LegalEntity.Profile.PLAIN
    legal_entity.save()

    enter(desk, aid_fund)

    assert "A rowing boat, used" in printed()
    assert "1,200" in printed()


def test_goods_are_no_money_in_any_sum(desk: Client, aid_fund: Fund) -> None:
    enter(desk, aid_fund)
    enter(desk, aid_fund, method="cheque", goods="", amount="50")

    donor = Payment.objects.latest("pk").donor
    assert totals.month(aid_fund, NOON).amount == Money(50, "USD")
    assert [fund.amount for fund in totals.by_fund(totals.month_start(NOON))] == [Money(50, "USD")]
    assert list(trends.income(trends.months(1, at=NOON)).values()) == [5000]
    assert [list(year.totals) for year in given.by_year(donor)] == [[Money(50, "USD")]]
    listed = words(desk.get(reverse("donations_gifts")))
    assert "1 gift, $50.00" in listed
    assert "1 gift of goods or services, stated at $1,200.00" in listed
    assert "$1,250.00" not in listed


def test_who_gives_goods_alone_is_not_counted_among_those_who_gave_money(desk: Client, aid_fund: Fund) -> None:
    enter(desk, aid_fund)

    assert totals.month(aid_fund, NOON).people == 0


def test_boat_that_goes_back_leaves_the_books_and_its_receipt_is_void(desk: Client, aid_fund: Fund, fay: User) -> None:
    enter(desk, aid_fund)
    payment = Payment.objects.get()

    offline.take_back(payment=payment, amount=Money(1200, "USD"), reason=Refund.Reason.ASKED, by=fay, at=NOON)

    assert sum(Entry.objects.filter(account=Account.IN_KIND).values_list("amount_minor", flat=True)) == 0
    assert not Entry.objects.filter(account=Account.BANK).exists()
    assert Receipt.objects.get().state == Receipt.State.VOID
    assert broken() == []


def test_what_it_was_goes_with_its_donor(desk: Client, aid_fund: Fund) -> None:
    enter(desk, aid_fund)

    erasing.erase(donor=Payment.objects.get().donor, at=NOON)

    assert OfflineGift.objects.get().goods == ""
    assert "boat" not in str(Receipt.objects.get().snapshot)
    assert broken() == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"goods": ""}, "Write what was given."),
        ({"method": "cash"}, "This is for gifts that came as goods or services."),
        ({"benefit": "lots", "benefit_words": "x"}, "Write the amount in figures"),
        ({"benefit": "1,200.01", "benefit_words": "A dinner"}, "It cannot be worth more than the gift, $1,200.00."),
        ({"benefit": "50"}, "Write what it was."),
        ({"benefit_words": "A dinner"}, "Write what it was worth."),
    ],
)
def test_what_makes_no_sense_is_not_booked(desk: Client, aid_fund: Fund, wrong: dict[str, str], sentence: str) -> None:
    assert sentence in words(enter(desk, aid_fund, **wrong))
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"goods": ""},
        {"method": Method.CASH},
        {"benefit": Money(1, "USD")},
        {"benefit_words": "x"},
    ],
)
def test_no_other_door_books_it_either(aid_fund: Fund, fay: User, wrong: dict[str, Any]) -> None:
    good: dict[str, Any] = {"method": Method.IN_KIND, "goods": "A boat", "name": "Ann"}
    entered = offline.Entered(amount=Money(5, "USD"), received_on=date(2026, 3, 2), fund=aid_fund, **(good | wrong))

    with pytest.raises(offline.NotDescribed):
        offline.record(entered=entered, by=fay, at=NOON)


def test_what_the_donor_received_stands_on_the_receipt_and_is_never_more_than_is_left(
    desk: Client, aid_fund: Fund, fay: User
) -> None:
    enter(desk, aid_fund, method="cheque", goods="", amount="300", benefit="80", benefit_words="A dinner")

    receipt = Receipt.objects.get()
    assert receipt.snapshot["benefit"] == [8000, "USD"]
    assert "A dinner" in printed()
    assert "$80.00" in printed()
    offline.take_back(payment=receipt.payment, amount=Money(250, "USD"), reason=Refund.Reason.ASKED, by=fay, at=NOON)
    assert Receipt.objects.get(state=Receipt.State.ISSUED).snapshot["benefit"] == [5000, "USD"]
    assert broken() == []


def test_benefit_that_was_forgotten_is_added_by_a_corrected_receipt(desk: Client, aid_fund: Fund, adam: User) -> None:
    enter(desk, aid_fund, method="cheque", goods="", amount="300")
    receipt = Receipt.objects.get()
    to = receipting.Correction("Ann Example", "", Money(80, "USD"), "A dinner")

    with pytest.raises(receipting.BenefitTooHigh):
        receipting.correct(
            receipt=receipt,
            to=receipting.Correction("Ann Example", "", Money(301, "USD"), "A dinner"),
            note="x",
            by=adam,
            at=NOON,
        )
    fresh = receipting.correct(receipt=receipt, to=to, note="the dinner", by=adam, at=NOON)

    assert fresh.snapshot["benefit"] == [8000, "USD"]
    assert receipting.said(fresh) == to
    assert ReceiptDetails.objects.count() == 1
    assert broken() == []


def test_file_takes_goods_and_benefits(desk: Client, aid_fund: Fund) -> None:
    table = (
        "date,amount,method,fund,name,goods,benefit,benefit_value\n"
        "2026-03-01,900,goods,aid,Ann,Paper for a year,,\n"
        "2026-03-01,300,cheque,aid,Ben,,A dinner,80\n"
    )

    desk.post(reverse("donations_offline_file"), {"text": table, "take_in": ""})

    assert [gift.goods for gift in OfflineGift.objects.order_by("pk")] == ["Paper for a year", ""]
    assert [(d.benefit_minor, d.benefit) for d in ReceiptDetails.objects.all()] == [(8000, "A dinner")]
    assert balances.of(aid_fund).available == Money(300, "USD")
    assert broken() == []


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("2026-03-01,900,goods,aid,Ann,,,", "What was given needs a word in the column “goods”."),
        ("2026-03-01,900,cash,aid,Ann,Paper,,", "The column “goods” is for gifts that are no money."),
        ("2026-03-01,900,cash,aid,Ann,,A dinner,", "needs a description (benefit) and a value"),
        ("2026-03-01,900,cash,aid,Ann,,A dinner,lots", "“lots” is not a value"),
        ("2026-03-01,900,cash,aid,Ann,,A dinner,901", "cannot be worth more than the gift"),
    ],
)
def test_file_says_what_is_wrong_with_a_line(desk: Client, aid_fund: Fund, line: str, sentence: str) -> None:
    table = f"date,amount,method,fund,name,goods,benefit,benefit_value\n{line}\n"

    assert sentence in words(desk.post(reverse("donations_offline_file"), {"text": table, "take_in": ""}))
    assert not Payment.objects.exists()


def test_letter_and_check_page_state_no_value_where_the_paper_does_not(desk: Client, aid_fund: Fund) -> None:
    """In the United States the donor says what goods are worth."""
    enter(desk, aid_fund, email="ann@example.org")
    printed()

    letter = OutgoingEmail.objects.get(key__startswith="receipt:")
    page = words(Client().get(reverse("donations:verify_receipt", args=[Receipt.objects.get().code])))

    assert "A rowing boat, used" in letter.subject
    assert "1,200" not in letter.subject + letter.text + letter.html
    assert "goods only" in page
    assert "1,200" not in page


def test_correcting_a_receipt_with_a_long_address_by_nothing_is_refused(
    desk: Client, aid_fund: Fund, adam: User
) -> None:
    """Browsers end the lines of a text field in their own way."""
    address = "1 Example Street\r\nPortland, OR 97201"
    enter(desk, aid_fund, method="cash", goods="", address=address)
    receipt = Receipt.objects.get()

    with pytest.raises(receipting.SaysSo):
        receipting.correct(
            receipt=receipt,
            to=receipting.Correction(name="Ann Example", address=address.replace("\r\n", "\n")),
            note="nothing",
            by=adam,
            at=NOON,
        )


def test_gift_that_has_a_receipt_offers_none(desk: Client, aid_fund: Fund) -> None:
    enter(desk, aid_fund)
    enter(desk, aid_fund, issue_receipt="", name="Bea Example")
    with_one, without = Payment.objects.order_by("pk")

    def page(payment: Payment) -> str:
        return words(desk.get(reverse("donations_gift", args=[payment.reference])))

    assert "Issue its receipt" not in page(with_one)
    assert "Issue its receipt" in page(without)
