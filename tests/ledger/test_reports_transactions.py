"""Behind the reports: the list of transactions, one with all that is known of it, files, and what nonsense gets."""

import csv
import re
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from beancount import loader
from django.core.management import call_command
from django.urls import reverse
from openpyxl import load_workbook

from ledger import posting, proposing
from ledger.models import Account, BankLine, BankMatch, BankStatement, Fund, Kind, Leaf, Transaction
from organisation.models import AuditEvent, User
from tests.ledger.books_stage import at_desk, wish, words
from tests.ledger.reports_stage import book, gift, noon

pytestmark = pytest.mark.usefixtures("liferaft")

JANUARY, MARCH = date(2026, 1, 20), date(2026, 3, 5)
REPORTS = ["ledger_statement", "ledger_activities", "ledger_trial_balance"]
YEAR = "since=2026-01-01&until=2026-12-31"


@pytest.fixture
def booked(aid_fund: Fund, general_fund: Fund) -> Transaction:
    gift(general_fund, 4_000, MARCH, reference="stripe:txn_2")
    return gift(aid_fund, 10_000, JANUARY, fee=320, reference="stripe:txn_1")


def ask(who: User, name: str, asked: str = "") -> str:
    answer = at_desk(who).get(f"{reverse(name)}?{asked}")
    assert answer.status_code == 200
    return words(answer.content)


def download(who: User, name: str, asked: str) -> bytes:
    answer = at_desk(who).get(f"{reverse(name)}?{asked}")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a file's answer


@pytest.mark.usefixtures("booked")
def test_list_shows_the_entries_that_fit_and_their_sums(fay: User) -> None:
    page = ask(fay, "ledger_transactions", "of=fund:aid&account=stripe")

    assert "debits $96.80, credits $0.00, debits less credits $96.80" in page
    assert "stripe:txn_1" in page
    assert "stripe:txn_2" not in page
    assert "$100.00" not in page


@pytest.mark.usefixtures("booked")
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", {"stripe:txn_1", "stripe:txn_2"}),
        ("since=2026-03-05", {"stripe:txn_2"}),
        ("until=2026-03-04", {"stripe:txn_1"}),
        ("kind=refund", set()),
        ("restricted=yes", {"stripe:txn_1"}),
        ("restricted=no", {"stripe:txn_2"}),
        ("words=TXN_2", {"stripe:txn_2"}),
        ("words=%00", set()),
        ("account=fees", {"stripe:txn_1"}),
        ("of=all:USD&account=money&page=77", {"stripe:txn_1", "stripe:txn_2"}),
    ],
)
def test_list_is_narrowed(tess: User, asked: str, found: set[str]) -> None:
    assert set(re.findall(r"stripe:txn_\d", ask(tess, "ledger_transactions", asked))) == found


def test_transaction_says_all_that_is_known_of_it(tess: User, adam: User, aid_fund: Fund) -> None:
    gift(aid_fund, 90_000, JANUARY, reference="stripe:txn_1")
    proposal = proposing.propose(wish=wish(aid_fund, 100, on=MARCH), by=tess, at=noon(MARCH))
    spent = proposing.book(proposal_id=proposal.pk, by=adam, at=noon(MARCH))
    Leaf.objects.create(position=41, transaction=spent, salt=b"s" * 16, hash=bytes(range(32)), sealed_at=noon(MARCH))

    page = words(_one(tess, spent))

    assert "Hosting in March" in page
    assert "Tess proposed it, Adam booked it" in page
    assert "Leaf 41" in page
    assert bytes(range(32)).hex() in page
    assert "5300 Running costs Mutual aid $100.00" in page


def _one(who: User, booked: Transaction) -> bytes:
    return at_desk(who).get(reverse("ledger_transaction", args=[booked.pk])).content


def test_reversal_and_what_it_takes_back_lead_to_each_other(tess: User, booked: Transaction) -> None:
    back = posting.reverse(original=booked, occurred_at=noon(MARCH), at=noon(MARCH))

    assert reverse("ledger_transaction", args=[booked.pk]) in _one(tess, back).decode()
    assert reverse("ledger_transaction", args=[back.pk]) in _one(tess, booked).decode()
    assert "Not yet; it takes about a minute." in words(_one(tess, back))


def test_transaction_says_where_the_bank_has_it(tess: User, aid_fund: Fund) -> None:
    paid_in = [(Account.BANK, aid_fund, 5_000), (Account.GIFTS, aid_fund, -5_000)]
    there = book(Kind.GIFT, "offline:1", MARCH, paid_in)
    file = BankStatement.objects.create(
        file_name="march.csv", sha256=b"h" * 32, currency="USD", entered_by=tess, entered_at=noon(MARCH)
    )
    line = BankLine.objects.create(statement=file, row=1, on=MARCH, amount_minor=5_000, currency="USD")
    BankMatch.objects.create(line=line, transaction=there, matched_by=tess, matched_at=noon(MARCH))

    assert "March 5, 2026, $50.00 (march.csv)" in words(_one(tess, there))


@pytest.mark.usefixtures("booked")
@pytest.mark.parametrize("name", REPORTS)
def test_report_leaves_as_numbers_and_iso_days_and_is_audited(tess: User, name: str) -> None:
    sheet = load_workbook(BytesIO(download(tess, name, f"of=fund:aid&{YEAR}&export=xlsx"))).active
    rows = list(csv.reader(StringIO(download(tess, name, f"of=fund:aid&{YEAR}&export=csv").decode())))

    assert sheet
    numbers = [cell.value for row in sheet.iter_rows(min_row=2) for cell in row if cell.data_type == "n"]
    assert 100 in numbers or -100 in numbers
    assert all(row[-1] == "USD" for row in rows[1:])
    assert not any("$" in cell for row in rows for cell in row)
    events = AuditEvent.objects.filter(action="ledger.report_exported").order_by("pk")
    assert [event.reason.partition(":")[0] for event in events] == ["xlsx", "csv"]
    assert {event.actor_id for event in events} == {tess.pk}


@pytest.mark.usefixtures("booked")
def test_statement_file_has_days_that_sort(tess: User) -> None:
    rows = list(csv.reader(StringIO(download(tess, "ledger_statement", f"of=fund:aid&{YEAR}&export=csv").decode())))

    assert rows[0][:3] == ["From", "Until", "Opening balance"]
    assert rows[2][:3] == ["2026-02-01", "2026-02-28", "96.80"]


@pytest.mark.usefixtures("booked")
def test_transactions_leave_entry_by_entry(tess: User) -> None:
    text = download(tess, "ledger_transactions", "of=fund:aid&export=csv").decode()
    rows = list(csv.DictReader(StringIO(text)))

    assert [(row["Account"], row["Debit"], row["Credit"]) for row in rows] == [
        ("Stripe balance", "96.80", ""),
        ("Payment fees", "3.20", ""),
        ("Gifts", "", "100.00"),
    ]
    assert rows[0]["Counts for"] == "2026-01-20"
    assert AuditEvent.objects.get(action="ledger.transactions_exported").reason == "csv:3"


@pytest.mark.usefixtures("booked")
def test_plain_text_from_the_desk_is_that_of_the_command(tess: User, tmp_path: Path) -> None:
    file, by_command = tmp_path / "desk.beancount", tmp_path / "command.beancount"

    file.write_bytes(download(tess, "ledger_plain_text", "since=&until=2026-12-31"))
    call_command("export_books", by_command)

    assert loader.load_file(str(file))[1] == []
    assert file.read_text() == by_command.read_text()
    assert AuditEvent.objects.get(action="ledger.books_exported").reason == "beancount:2"


NONSENSE = {
    "since=nonsense": "Enter a valid date.",
    "since=2026-02-31": "Enter a valid date.",
    "since=2026-02-01&until=2026-01-01": "The last day is before the first one.",
    "since=0001-01-01": "greater than or equal to",
    "until=9999-12-31": "less than or equal to",
    "of=fund:nobody": "There is no such fund.",
    "of=all:XXX": "There is no such fund.",
    "of=%00": "There is no such fund.",
}


@pytest.mark.usefixtures("booked")
@pytest.mark.parametrize("name", [*REPORTS, "ledger_transactions"])
@pytest.mark.parametrize(("asked", "sentence"), NONSENSE.items())
def test_nonsense_gets_a_sentence_and_no_numbers(tess: User, name: str, asked: str, sentence: str) -> None:
    page = ask(tess, name, f"{asked}&export=csv")

    assert sentence in page
    assert "$" not in page
    assert not AuditEvent.objects.exclude(action__startswith="organisation").exists()


@pytest.mark.usefixtures("booked")
@pytest.mark.parametrize(
    ("name", "asked", "sentence"),
    [
        ("ledger_statement", "by=week", "Choose month or year."),
        ("ledger_statement", "since=1990-01-01&until=2026-01-01", "more than 120 months or years"),
        ("ledger_transactions", "account=gold", "There is no such account."),
        ("ledger_transactions", "kind=theft", "There is no such kind of booking."),
        ("ledger_promises", "on=nonsense", "Enter a valid date."),
        ("ledger_promises", "of=fund:nobody", "There is no such fund."),
    ],
)
def test_more_nonsense_gets_a_sentence(tess: User, name: str, asked: str, sentence: str) -> None:
    assert sentence in ask(tess, name, asked)


def test_plain_text_of_nonsense_is_refused_in_words(tess: User) -> None:
    answer = at_desk(tess).get(reverse("ledger_plain_text") + "?since=2026-02-01&until=2026-01-01")

    assert (answer.status_code, answer.content) == (400, b"The last day is before the first one.")
    assert at_desk(tess).get(reverse("ledger_transaction", args=[10**17])).status_code == 404


@pytest.mark.parametrize("name", REPORTS)
def test_without_funds_the_report_says_so(tess: User, name: str) -> None:
    assert "There is no fund yet" in ask(tess, name)


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.usefixtures("aid_fund")
def test_a_fund_without_money_has_a_report_too(tess: User, name: str) -> None:
    assert "$0.00" in ask(tess, name)


@pytest.mark.usefixtures("booked")
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("since=2020-03-01", "from March 1, 2020 until"),
        ("until=2025-06-30", "from Jan. 1, 2025 until June 30, 2025."),
        ("since=2999-05-01", "from May 1, 2999 until Dec. 31, 2999."),
    ],
)
def test_a_day_that_is_left_open_is_filled_in(tess: User, asked: str, said: str) -> None:
    assert said in ask(tess, "ledger_statement", asked)
