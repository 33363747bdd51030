"""The books as plain text: the real tool reads them and finds that they balance; a changed file it finds out."""

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from beancount import loader
from django.core.management import CommandError, call_command

from ledger import posting
from ledger.models import Account, Closing, Fund, Kind, Leaf
from organisation.models import User
from tests.ledger.reports_stage import book, gift, noon, pass_on

pytestmark = pytest.mark.usefixtures("liferaft")

JAN, FEB, MARCH = date(2026, 1, 31), date(2026, 2, 14), date(2026, 3, 1)


@pytest.fixture
def books(aid_fund: Fund, general_fund: Fund) -> None:
    """Everything that there can be, in dollars; and yen and dinars, which have no cents and a thousand fils."""
    gift(aid_fund, 10_000, JAN, fee=320, reference="stripe:txn_1")
    gift(aid_fund, 5_000, FEB, fee=175, reference="stripe:txn_2")
    book(Kind.REFUND, "stripe:txn_3", FEB, [(Account.STRIPE, aid_fund, -5_000), (Account.GIFTS, aid_fund, 5_000)])
    taken = [(Account.STRIPE, aid_fund, -11_500), (Account.GIFTS, aid_fund, 10_000), (Account.FEES, aid_fund, 1_500)]
    book(Kind.DISPUTE, "stripe:txn_4", FEB, taken)
    back = [(account, fund, -minor) for account, fund, minor in taken]
    book(Kind.DISPUTE_RETURNED, "stripe:txn_5", MARCH, back)
    book(Kind.PAYOUT, "stripe:txn_6", MARCH, [(Account.STRIPE, aid_fund, -9_000), (Account.BANK, aid_fund, 9_000)])
    book(
        Kind.DISBURSEMENT, "disbursement:1:1", MARCH, [(Account.BANK, aid_fund, -3_001), (Account.AID, aid_fund, 3_001)]
    )
    given = [(Account.IN_KIND, aid_fund, 70_000), (Account.GIFTS_IN_KIND, aid_fund, -70_000)]
    book(Kind.GIFT, "offline:1", MARCH, given, memo='A "laptop"\nwith a \\ on it; {braces}')
    pass_on(Account.BANK, 2_000, from_=aid_fund, to=general_fund, day=MARCH)
    yen = Fund.objects.create(slug="tokyo", name="Tokyo", currency="JPY")
    dinar = Fund.objects.create(slug="kuwait-city_2", name="Kuwait", currency="KWD")
    gift(yen, 5_001, FEB, fee=180, reference="stripe:txn_7")
    wrong = gift(dinar, 12_340, FEB, fee=5, reference="stripe:txn_8")
    posting.reverse(original=wrong, occurred_at=noon(MARCH), at=noon(MARCH), memo="Booked to the wrong fund")


def export(folder: Path, **asked: object) -> Path:
    file = folder / "books.beancount"
    call_command("export_books", file, *(f"--{name}={value}" for name, value in asked.items()))
    return file


def complaints(file: Path) -> list[str]:
    """What Beancount says of the file; nothing if all is well."""
    _entries, errors, _options = loader.load_file(str(file))
    return [error.message for error in errors]


def bean_check(file: Path) -> str:
    """What its own program says."""
    checked = subprocess.run(
        [Path(sys.executable).with_name("bean-check"), "--no-cache", file], capture_output=True, text=True, check=False
    )
    assert bool(checked.returncode) == bool(checked.stderr)
    return checked.stderr


@pytest.mark.usefixtures("books")
def test_bean_check_finds_nothing_wrong(tmp_path: Path) -> None:
    file = export(tmp_path)

    assert bean_check(file) == ""
    text = file.read_text()
    assert text.count("  reference: ") == 12
    assert '2026-02-14 * "Gift"\n  reference: "stripe:txn_7"\n' in text
    assert "  Assets:Stripe:Tokyo  4821 JPY\n" in text
    assert "  Income:Gifts:KuwaitCity2  -12.340 KWD\n" in text
    assert '* "Gift: A \\"laptop\\" with a \\\\ on it; {braces}"\n' in text
    assert '  reverses: "stripe:txn_8"\n' in text
    assert "2026-03-02 balance Assets:Bank:Aid  39.99 ~ 0 USD\n" in text
    assert "2026-03-02 balance Assets:Stripe:KuwaitCity2  0.000 ~ 0 KWD\n" in text


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    ("said", "instead", "complaint"),
    [
        ("  Income:Gifts:Aid  -100.00 USD", "  Income:Gifts:Aid  -100.01 USD", "Transaction does not balance"),
        ("  Assets:Stripe:Tokyo  4821 JPY", "  Assets:Stripe:Tokyo  4822 JPY", "Transaction does not balance"),
        ("  Income:Gifts:KuwaitCity2  -12.340", "  Income:Gifts:KuwaitCity2  -12.341", "Transaction does not balance"),
        # It balances still, and the sums do not: one cent more was given and spent.
        (
            "  Assets:Bank:Aid  -30.01 USD\n  Expenses:Aid:Aid  30.01 USD",
            "  Assets:Bank:Aid  -30.02 USD\n  Expenses:Aid:Aid  30.02 USD",
            "Balance failed for 'Assets:Bank:Aid'",
        ),
        # A whole transaction is gone.
        (
            '2026-02-14 * "Gift"\n  reference: "stripe:txn_7"\n',
            '2027-02-14 * "Gift"\n  reference: "stripe:txn_7"\n',
            "Balance failed for 'Assets:Stripe:Tokyo'",
        ),
        ("balance Assets:Bank:Aid  39.99", "balance Assets:Bank:Aid  40.00", "Balance failed for 'Assets:Bank:Aid'"),
    ],
)
def test_a_changed_file_is_found_out(tmp_path: Path, said: str, instead: str, complaint: str) -> None:
    file = export(tmp_path)
    text = file.read_text()
    assert said in text

    file.write_text(text.replace(said, instead, 1))

    assert any(complaint in said for said in complaints(file))


@pytest.mark.usefixtures("books")
def test_bean_check_itself_finds_out_a_changed_file(tmp_path: Path) -> None:
    file = export(tmp_path)
    file.write_text(file.read_text().replace("  Expenses:Aid:Aid  30.01 USD", "  Expenses:Aid:Aid  30.02 USD"))

    assert "Transaction does not balance" in bean_check(file)


@pytest.mark.usefixtures("books")
def test_each_closed_month_is_asserted(tmp_path: Path, tess: User) -> None:
    Closing.objects.create(until=date(2026, 1, 31), closed_by=tess, closed_at=noon(MARCH))
    Closing.objects.create(until=date(2026, 2, 28), closed_by=tess, closed_at=noon(MARCH))

    file = export(tmp_path)

    assert complaints(file) == []
    stripe = re.findall(r"^(\S+) balance Assets:Stripe:Aid  (\S+)", file.read_text(), re.M)
    assert stripe == [("2026-02-01", "96.80"), ("2026-03-01", "-19.95"), ("2026-03-02", "5.05")]


@pytest.mark.usefixtures("books")
def test_a_span_brings_forward_what_was_before(tmp_path: Path) -> None:
    file = export(tmp_path, since="2026-02-01", until="2026-02-28")

    assert complaints(file) == []
    text = file.read_text()
    assert '2026-02-01 * "Brought forward"\n' in text
    assert "2026-02-15 balance Assets:Stripe:Aid  -19.95 ~ 0 USD\n" in text
    assert "stripe:txn_1" not in text
    assert "stripe:txn_6" not in text


def test_short_names_that_look_alike_are_told_apart(tmp_path: Path) -> None:
    slugs = ["rent-aid", "rent_aid", "RentAid", "-", "_", "7th"]
    for place, slug in enumerate(slugs):
        gift(Fund.objects.create(slug=slug, name=slug), 100, JAN, reference=f"stripe:txn_{place}")

    file = export(tmp_path)

    assert complaints(file) == []
    assert len(set(re.findall(r"open (Assets\S+)", file.read_text()))) == len(slugs)
    assert "Assets:Stripe:7th" in file.read_text()


def test_sealed_position_is_said(tmp_path: Path, aid_fund: Fund) -> None:
    booked = gift(aid_fund, 100, JAN, reference="stripe:txn_1")
    Leaf.objects.create(position=41, transaction=booked, salt=b"s" * 16, hash=b"h" * 32, sealed_at=noon(JAN))

    file = export(tmp_path)

    assert "  sealed: 41\n" in file.read_text()
    assert complaints(file) == []


def test_empty_books_are_a_file_too(tmp_path: Path) -> None:
    assert complaints(export(tmp_path)) == []


def test_standard_output_takes_it_too(aid_fund: Fund, capsys: pytest.CaptureFixture[str]) -> None:
    gift(aid_fund, 100, JAN, reference="stripe:txn_1")

    call_command("export_books")

    assert '  reference: "stripe:txn_1"\n' in capsys.readouterr().out


def test_what_makes_no_sense_is_said_and_no_file_is_left(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is no day"):
        call_command("export_books", "--since", "32.1.2026")
    with pytest.raises(CommandError, match="before the first"):
        call_command("export_books", "--since", "2026-02-01", "--until", "2026-01-01")
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_books", tmp_path / "nowhere" / "books")
    assert list(tmp_path.iterdir()) == []
