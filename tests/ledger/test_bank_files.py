"""Whatever a bank writes into its file is read as it is meant, or refused by name."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from ledger import bank_file
from ledger.bank_file import Column, Dates, Table

TODAY = date(2026, 3, 31)


def read(text: str, *, currency: str = "USD", dates: Dates = Dates.ISO, **named: str) -> Table:
    return bank_file.read(
        text, currency=currency, dates=dates, today=TODAY, named={Column(key): value for key, value in named.items()}
    )


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("1,234.56", "USD", 123456),
        ("1.234,56", "USD", 123456),
        ("1 234,56", "EUR", 123456),
        ("1'234.50", "CHF", 123450),
        ("$1,234.56", "USD", 123456),
        ("-$12", "USD", -1200),
        ("(12.00)", "USD", -1200),
        ("12,00-", "EUR", -1200),
        ("\u221212.00", "USD", -1200),
        ("+12.5", "USD", 1250),
        ("12.00 DR", "USD", -1200),
        ("12.00CR", "USD", 1200),
        ("1,234", "USD", 123400),
        ("1.234", "EUR", 123400),
        ("1,234,567.80", "USD", 123456780),
        (".50", "USD", 50),
        ("1,234", "JPY", 1234),
        ("1234.00", "JPY", 1234),
        ("1.234", "KWD", 1234),
        ("1,00,000.00", "INR", 10000000),
        ("USD 5", "USD", 500),
    ],
)
def test_amounts_are_read_as_banks_write_them(typed: str, currency: str, minor: int) -> None:
    assert bank_file.amount(typed, currency) == minor


@pytest.mark.parametrize(
    "typed", ["9" * 5000, "twelve", "1.2.3", "1,2,3.00", "12.345678", "12.3456", "--", "()", "٣", "1e5", "12345.678"]
)
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        bank_file.amount(typed, "USD")


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("Date,Description,Amount\n2026-03-02,Hosting,-12.50\n", Dates.ISO),
        ("Date,Description,Amount (USD),Balance\n03/02/2026,Hosting,-12.50,100.00\n", Dates.MONTH_FIRST),
        ("Fecha;Concepto;Importe;Saldo\n02/03/2026;Hosting;-12,50;1.234,00\n", Dates.DAY_FIRST),
        ("Fecha valor\tConcepto\tCargos\tAbonos\n02.03.26\tHosting\t12,50\t\n", Dates.DAY_FIRST),
        ("Transaction Date,Details,Paid out,Paid in\n2026-03-02,Hosting,12.50,\n", Dates.ISO),
        ("Account,12345\nFrom,2026-03-01\n\nDate,Memo,Debit,Credit\n2026-03-02,Hosting,-12.50,\n", Dates.ISO),
    ],
)
def test_columns_are_found_by_their_names(text: str, dates: Dates) -> None:
    table = read(text, dates=dates)

    assert [(row.on, row.minor, row.words) for row in table.rows] == [(date(2026, 3, 2), -1250, "Hosting")]
    assert not table.refused


def test_columns_of_other_names_are_said_in_the_form() -> None:
    text = "Buchungstag;Zweck;Betrag\n2026-03-02;Hosting;-12,50\n"

    with pytest.raises(bank_file.Unreadable, match="Buchungstag"):
        read(text)
    table = read(text, date="Buchungstag", amount="Betrag", words="Zweck")

    assert [(row.minor, row.words) for row in table.rows] == [(-1250, "Hosting")]


def test_every_row_that_is_wrong_is_named_by_its_line() -> None:
    table = read("Date,Amount\n2026-03-01,5\n31/03/2026,5\n2026-03-02,much\n2026-04-01,5\n2026-03-03,\n")

    assert [row.number for row in table.rows] == [2]
    assert [refused.number for refused in table.refused] == [3, 4, 5, 6]
    assert "no date" in table.refused[0].why
    assert "not an amount" in table.refused[1].why
    assert "in the future" in table.refused[2].why
    assert "no amount" in table.refused[3].why


def test_name_of_a_column_that_never_ends_is_read_at_once() -> None:
    """Looking for the end of each of a hundred thousand parentheses would take an hour."""
    table = read(f"x,{'(' * 100_000}\nDate,Amount\n2026-03-01,5\n")

    assert len(table.rows) == 1


def test_lines_that_move_nothing_are_left_out() -> None:
    table = read("Date,Description,Amount\n2026-03-01,Notice,0.00\n,Closing balance,\n2026-03-02,Hosting,-5\n")

    assert (len(table.rows), table.left_out) == (1, 2)


def test_old_windows_files_are_read() -> None:
    text = bank_file.decode("Fecha;Descripción;Importe\n".encode("cp1252"))

    assert "Descripción" in text
    with pytest.raises(bank_file.Unreadable):
        bank_file.decode(b"PK\x03\x04\x00\x00")


@pytest.mark.parametrize("text", ["", "\n\n", "hello", "Date,Words\n2026-03-01,x\n"])
def test_what_is_no_table_is_said_in_a_sentence(text: str) -> None:
    with pytest.raises(bank_file.Unreadable):
        read(text)


def test_quotation_mark_that_never_ends_swallows_no_line_unseen() -> None:
    table = read('Date,Amount\n2026-03-01,"5\n2026-03-02,6\n')

    assert table.refused
    assert not table.rows
