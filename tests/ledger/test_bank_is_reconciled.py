"""Each line of the bank's is a booking, or several; what is left over explains the difference."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from moneyed import Money

from ledger import bank_file, posting, proposing, reconciling, taking_in
from ledger.models import Account, BankLine, BankMatch, BankStatement, Fund, Kind, Transaction
from organisation.models import AuditEvent, User
from tests.ledger.books_stage import NOW, at_desk, audited, booked, give, words

pytestmark = pytest.mark.usefixtures("liferaft", "general_fund")
HEAD = "Date,Description,Amount\n"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def on(day: int) -> datetime:
    return datetime(2026, 3, day, 17, tzinfo=UTC)


def upload(who: User, rows: str, *, name: str = "march.csv", **more: str) -> str:
    sent = SimpleUploadedFile(name, (HEAD + rows).encode())
    form = {"file": sent, "currency": "USD", "dates": "iso"} | more
    return words(at_desk(who).post(reverse("ledger_bank_file"), form, follow=True).content)


def bank_page(who: User) -> str:
    return words(at_desk(who).get(reverse("ledger_bank")).content)


def match(who: User, line: BankLine, *bookings: Transaction) -> str:
    address = reverse("ledger_bank_line", args=[line.pk])
    return words(at_desk(who).post(address, {"bookings": [b.pk for b in bookings]}, follow=True).content)


def test_lines_find_their_bookings_in_one_click(tess: User, adam: User, general_fund: Fund) -> None:
    give(general_fund, 50, at=on(2))
    booked(general_fund, 20, by=tess, agreed=adam, on=date(2026, 3, 6))

    upload(tess, "2026-03-04,Cheque,50.00\n2026-03-06,Hosting,-20.00\n")
    offered = bank_page(tess)
    at_desk(tess).post(reverse("ledger_bank_accept"))
    page = bank_page(tess)

    assert "Match the 2 lines that are beyond doubt" in offered
    assert "Reconciled up to March 6, 2026" in page
    assert BankMatch.objects.count() == 2
    assert AuditEvent.objects.filter(action="ledger.bank_matched").count() == 2
    audited()


def test_two_that_look_alike_are_left_to_a_person(tess: User, general_fund: Fund) -> None:
    first, second = give(general_fund, 50, at=on(2)), give(general_fund, 50, at=on(3))
    upload(tess, "2026-03-04,Cheque of A,50.00\n")

    assert reconciling.suggested("USD") == {}
    match(tess, BankLine.objects.get(), second)

    assert BankMatch.objects.get().transaction == second
    assert [each.transaction for each in reconciling.expected("USD")] == [first] or first.booked_on < date(2026, 3, 4)


def test_booking_too_far_from_the_line_is_not_suggested(tess: User, general_fund: Fund) -> None:
    give(general_fund, 50, at=on(1))

    upload(tess, "2026-03-09,Cheque,50.00\n")

    assert reconciling.suggested("USD") == {}


def test_several_bookings_that_add_up_are_one_line(tess: User, general_fund: Fund) -> None:
    cheques = [give(general_fund, dollars, at=on(2)) for dollars in (50, 25, 10)]
    upload(tess, "2026-03-04,Deposit,75.00\n")
    line = BankLine.objects.get()

    wrong = match(tess, line, *cheques)
    right = match(tess, line, *cheques[:2])

    assert "These bookings come to $85.00, the line is $75.00. Nothing was matched." in wrong
    assert "Matched." in right
    assert line.matches.count() == 2
    audited()


def test_the_database_itself_refuses_a_match_that_does_not_add_up(tess: User, general_fund: Fund) -> None:
    gift = give(general_fund, 50, at=on(2))
    upload(tess, "2026-03-04,Deposit,75.00\n")

    with pytest.raises(IntegrityError, match="do not add up"), transaction.atomic():
        BankMatch.objects.create(line=BankLine.objects.get(), transaction=gift, matched_by=tess, matched_at=NOW)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_words_are_sealed_and_go_when_the_line_is_matched(tess: User, general_fund: Fund) -> None:
    give(general_fund, 50, at=on(2))
    upload(tess, "2026-03-04,Cheque of Ann Donor,50.00\n")
    kept = bytes(BankLine.objects.get().words_sealed or b"")

    shown = bank_page(tess)
    at_desk(tess).post(reverse("ledger_bank_accept"))

    assert "Cheque of Ann Donor" in shown
    assert b"Ann" not in kept
    assert BankLine.objects.get().words_sealed is None
    assert "Ann" not in bank_page(tess)


def test_words_beside_what_was_paid_out_are_for_who_pays_aid(tess: User, adam: User) -> None:
    upload(tess, "2026-03-04,Transfer to Wanda Worker,-50.00\n2026-03-05,Cheque of Ann,5.00\n")

    assert "Wanda Worker" in bank_page(tess)
    assert "Wanda" not in bank_page(adam)
    assert "Ann" in bank_page(adam)
    line = BankLine.objects.get(amount_minor__lt=0)
    assert "Wanda" not in at_desk(adam).get(reverse("ledger_bank_line", args=[line.pk])).content.decode()


def test_match_is_taken_back(tess: User, general_fund: Fund) -> None:
    gift = give(general_fund, 50, at=on(2))
    upload(tess, "2026-03-04,Cheque,50.00\n")
    line = BankLine.objects.get()
    match(tess, line, gift)

    at_desk(tess).post(reverse("ledger_bank_unmatch", args=[line.pk]))
    again = words(at_desk(tess).post(reverse("ledger_bank_unmatch", args=[line.pk]), follow=True).content)

    assert not BankMatch.objects.exists()
    assert "This line is matched with nothing." in again
    assert "Matched." in match(tess, line, gift)
    audited()


def test_difference_is_explained_by_what_is_left_over(tess: User, adam: User, general_fund: Fund) -> None:
    booked(general_fund, 1000, by=tess, agreed=adam, kind="opening", on=date(2026, 3, 1))
    give(general_fund, 50, at=on(4))
    give(general_fund, 30, at=on(8))
    upload(tess, "2026-03-04,Cheque,50.00\n2026-03-05,Bank fee,-7.00\n")
    at_desk(tess).post(reverse("ledger_bank_accept"))

    standing = reconciling.standing("USD")

    assert standing.books == Money(1080, "USD")
    assert (standing.not_seen_sum, standing.lines_sum) == (Money(30, "USD"), Money(-7, "USD"))
    assert standing.bank == Money(1043, "USD")
    assert standing.reconciled_until == date(2026, 3, 4)
    page = bank_page(tess)
    assert "$1,043.00" in page
    assert "1 line without a booking" in page
    assert "1 booking that the bank has not seen" in page


def test_line_without_a_booking_is_proposed_with_its_facts_filled_in(tess: User, general_fund: Fund) -> None:
    upload(tess, "2026-03-05,Bank fee,-7.00\n")
    line = BankLine.objects.get()

    page = at_desk(tess).get(reverse("ledger_bank_line", args=[line.pk])).content.decode()
    address = f"{reverse('ledger_propose', args=['spending'])}?amount=7.00&amp;on=2026-03-05&amp;asset=bank"
    form = at_desk(tess).get(address.replace("&amp;", "&")).content.decode()

    assert address in page
    assert 'value="7.00"' in form
    assert 'value="2026-03-05"' in form


def test_what_cancels_itself_is_not_waited_for_at_the_bank(tess: User, adam: User, general_fund: Fund) -> None:
    upload(tess, "2026-03-01,Bank fee,-7.00\n")
    wrong = booked(general_fund, 40, by=tess, agreed=adam, kind="income", on=date(2026, 3, 5))
    with transaction.atomic():
        gift = give(general_fund, 60, at=on(5), reference="offline:1")
        posting.post(
            kind=Kind.REFUND,
            reference="offline:1:back:1",
            lines=[
                posting.Line(Account.BANK, general_fund, Money(-60, "USD")),
                posting.Line(Account.GIFTS, general_fund, Money(60, "USD")),
            ],
            occurred_at=on(6),
            at=on(6),
        )
    expected_before = {each.transaction for each in reconciling.expected("USD")}
    back = proposing.propose_reversal(original=wrong, on=date(2026, 3, 9), memo="Twice", by=tess, at=NOW)
    proposing.book(proposal_id=back.pk, by=adam, at=NOW)

    assert expected_before == {wrong}
    assert gift not in expected_before
    assert reconciling.expected("USD") == []


def test_same_file_is_taken_once(tess: User) -> None:
    upload(tess, "2026-03-05,Bank fee,-7.00\n")

    page = upload(tess, "2026-03-05,Bank fee,-7.00\n", name="again.csv", doubles="take")

    assert "This file was taken in before." in page
    assert BankLine.objects.count() == 1


def test_files_that_overlap_are_asked_about(tess: User) -> None:
    upload(tess, "2026-03-05,Bank fee,-7.00\n")
    longer = "2026-03-05,Bank fee,-7.00\n2026-03-06,Interest,1.00\n"

    asked = upload(tess, longer)
    before = BankLine.objects.count()
    upload(tess, longer, doubles="skip")

    assert "1 line looks like one that is here already" in asked
    assert before == 1
    assert sorted(BankLine.objects.values_list("amount_minor", flat=True)) == [-700, 100]


def test_file_with_one_bad_line_is_refused_as_a_whole(tess: User) -> None:
    page = upload(tess, "2026-03-05,Bank fee,-7.00\n05/03/2026,Interest,1.00\n")

    assert "1 line cannot be read, so nothing was taken in." in page
    assert "“05/03/2026” is no date as you said the bank writes it." in page
    assert not BankStatement.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The submitted file is empty."),
        (b"PK\x00\x00", "This is no text file."),
        (b"one,two\n1,2\n", "No line names a column for the date"),
        (b"Date,Amount\n", "There is no new line in this file."),
        (b"x" * 2_000_001, "The file is too big."),
    ],
)
def test_what_is_no_list_of_lines_is_said(tess: User, content: bytes, sentence: str) -> None:
    form = {"file": SimpleUploadedFile("a.csv", content), "currency": "USD", "dates": "iso"}

    assert sentence in words(at_desk(tess).post(reverse("ledger_bank_file"), form).content)


def test_currency_without_a_fund_is_refused_in_a_sentence(tess: User) -> None:
    """Its lines could never be booked, and no file is ever taken back."""
    page = upload(tess, "2026-03-04,Cheque,50.00\n", currency="EUR")

    assert "No fund counts in EUR, so these lines could never be booked." in page
    assert not BankStatement.objects.exists()


def test_same_lines_of_an_account_in_another_currency_are_another_file(tess: User) -> None:
    Fund.objects.create(slug="europa", name="Europa", currency="EUR")

    upload(tess, "2026-03-04,Fee,-5.00\n")
    upload(tess, "2026-03-04,Fee,-5.00\n", currency="EUR")

    assert {line.currency for line in BankLine.objects.all()} == {"USD", "EUR"}


def test_line_that_no_fund_can_book_offers_no_proposal(tess: User) -> None:
    rows = [bank_file.Row(2, date(2026, 3, 4), -500, "Fee")]
    taking_in.take_in(file_name="old.csv", content=b"old", currency="EUR", rows=rows, by=tess, at=NOW)
    line = reverse("ledger_bank_line", args=[BankLine.objects.get().pk])

    page = words(at_desk(tess).get(line).content)

    assert "No fund counts in EUR" in page
    assert "Propose it" not in page
    assert "no fund counts in this currency" in bank_page(tess)


def test_fundraiser_sees_nothing_of_the_bank(client: Client, fay: User) -> None:
    client.force_login(fay)

    assert client.get(reverse("ledger_bank")).status_code == 403
    with pytest.raises(reconciling.NotAllowed):
        reconciling.accept_suggested(by=fay, at=NOW)


def test_payout_that_was_booked_late_is_found_by_its_own_day(tess: User, general_fund: Fund) -> None:
    money = Money(80, "USD")
    posting.post(
        kind=Kind.PAYOUT,
        reference="stripe:txn_9",
        lines=[posting.Line(Account.STRIPE, general_fund, -money), posting.Line(Account.BANK, general_fund, money)],
        occurred_at=on(1) - timedelta(days=10),
        at=NOW,
        on=date(2026, 3, 10),
    )

    upload(tess, "2026-02-21,STRIPE,80.00\n")

    assert len(reconciling.suggested("USD")) == 1
