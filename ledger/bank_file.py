"""Reads the file of lines that a bank hands out: as it comes, in English or Spanish. Says of each row what is wrong."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import currency_of, decimals

MOST_BYTES = 2_000_000
MOST_ROWS = 10_000
FIRST_DAY = date(1990, 1, 1)
_MOST_MINOR = 10**14
_MOST_WORDS = 500
# Of a column's name; and the most digits that an amount can have, zeros before it and all.
_MOST_NAME = 100
_MOST_DIGITS = 40
# Some banks write a few lines about the account before the names of the columns.
_LOOKED_AT = 20


class Unreadable(Exception):
    """The file is no table that we understand. ``args[0]`` is a sentence for whoever sent it."""


class Dates(StrEnum):
    """How the bank writes the 31st of March."""

    ISO = "iso"
    MONTH_FIRST = "month_first"
    DAY_FIRST = "day_first"


class Column(StrEnum):
    """What is looked for: an amount with its sign, or one column for what came in and one for what went out."""

    DATE = "date"
    AMOUNT = "amount"
    CAME = "came"
    WENT = "went"
    WORDS = "words"


_NAMES: dict[Column, tuple[str, ...]] = {
    Column.DATE: (
        *("date", "transaction date", "posting date", "posted date", "booking date", "value date"),
        *("fecha", "fecha operación", "fecha de operación", "fecha contable", "fecha valor", "fecha de valor"),
    ),
    Column.AMOUNT: ("amount", "transaction amount", "importe", "monto", "cantidad", "valor"),
    Column.CAME: (
        *("credit", "credits", "credit amount", "paid in", "money in", "deposit", "deposits"),
        *("abono", "abonos", "ingreso", "ingresos", "haber", "depósito", "depósitos", "crédito", "créditos"),
    ),
    Column.WENT: (
        *("debit", "debits", "debit amount", "paid out", "money out", "withdrawal", "withdrawals"),
        *("cargo", "cargos", "retiro", "retiros", "debe", "débito", "débitos"),
    ),
    Column.WORDS: (
        *("description", "details", "memo", "narrative", "payee", "name", "reference", "transaction description"),
        *("concepto", "descripción", "detalle", "referencia", "beneficiario", "observaciones"),
    ),
}
COLUMN_LABELS = {
    Column.DATE: gettext_lazy("date"),
    Column.AMOUNT: gettext_lazy("amount"),
    Column.CAME: gettext_lazy("money in"),
    Column.WENT: gettext_lazy("money out"),
    Column.WORDS: gettext_lazy("description"),
}
_PATTERNS = {
    Dates.ISO: ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"),
    Dates.MONTH_FIRST: ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y", "%m-%d-%y"),
    Dates.DAY_FIRST: ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%d.%m.%y", "%d-%m-%y"),
}


@dataclass(frozen=True)
class Row:
    """A line of the bank's that can be taken in. ``number`` counts the lines of the file as an editor shows them."""

    number: int
    on: date
    minor: int
    words: str


@dataclass(frozen=True)
class Refused:
    """A line that cannot be, as it stands in the file, and why."""

    number: int
    cells: Sequence[str]
    why: str


@dataclass
class Table:
    """What a file says. ``left_out`` counts lines that move nothing: of zero, or with neither a date nor an amount."""

    rows: list[Row] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    left_out: int = 0


def decode(content: bytes) -> str:
    """Return the text of a file: UTF-8, or what Windows calls ANSI, which has all of Latin-1.

    :raises Unreadable: if it is neither, or is no text
    """
    for encoding in ("utf-8-sig", "cp1252", "latin-1"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Unreadable(_("This is no text file. Please export the lines as CSV."))


def read(text: str, *, currency: str, dates: Dates, today: date, named: Mapping[Column, str]) -> Table:
    """Read every line of the table.

    :param named: what columns are called, where somebody said so
    :raises Unreadable: if a needed column is not found, or there are too many lines
    """
    lines = _lines(text)
    place, columns = _columns(lines, named)
    if len(lines) - place - 1 > MOST_ROWS:
        raise Unreadable(_("At most %(most)s lines at a time. Please split the file.") % {"most": MOST_ROWS})
    table = Table()
    for number, cells in lines[place + 1 :]:
        parts = {column: [cells[at] for at in places if at < len(cells)] for column, places in columns.items()}
        try:
            row = _row(number, parts, currency=currency, dates=dates, today=today)
        except ValidationError as error:
            table.refused.append(Refused(number, cells, " ".join(error.messages)))
            continue
        if row is None:
            table.left_out += 1
        else:
            table.rows.append(row)
    return table


def _lines(text: str) -> list[tuple[int, list[str]]]:
    start = "\n".join(text.split("\n", _LOOKED_AT)[:_LOOKED_AT])
    delimiter = max(";", "\t", ",", key=start.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        return [(reader.line_num, [cell.strip() for cell in line]) for line in reader if any(c.strip() for c in line)]
    except csv.Error as error:
        raise Unreadable(_("The file breaks off inside a quoted field. Please check its quotation marks.")) from error


def _columns(
    lines: Sequence[tuple[int, list[str]]], named: Mapping[Column, str]
) -> tuple[int, dict[Column, list[int]]]:
    """Return which line has the columns' names, and where each column stands."""
    if not lines:
        raise Unreadable(_("The file is empty."))
    wanted = {c: (_plain(named[c]),) if named.get(c) else _NAMES[c] for c in Column}
    for place, (_number, cells) in enumerate(lines[:_LOOKED_AT]):
        found = {column: _places(cells, names) for column, names in wanted.items()}
        if found[Column.DATE] and (found[Column.AMOUNT] or found[Column.CAME] or found[Column.WENT]):
            found[Column.DATE] = found[Column.DATE][:1]
            found[Column.AMOUNT] = found[Column.AMOUNT][:1]
            if found[Column.AMOUNT]:
                found[Column.CAME] = found[Column.WENT] = []
            return place, found
    raise Unreadable(
        _("No line names a column for the date and one for the amount. The first line of the file is: %(names)s.")
        % {"names": ", ".join(lines[0][1])[:300]}
    )


def _plain(name: str) -> str:
    """Return a column's name without what banks put beside it: ``Amount (USD)``, ``Fecha:``."""
    return re.sub(r"\([^()]*\)|[:*]", "", name[:_MOST_NAME]).strip().casefold()


def _places(cells: Sequence[str], names: Iterable[str]) -> list[int]:
    """Return where the columns of these names stand, in the order of the names."""
    plain = [_plain(cell) for cell in cells]
    return [at for name in names for at, cell in enumerate(plain) if cell == name]


def _row(number: int, parts: Mapping[Column, Sequence[str]], *, currency: str, dates: Dates, today: date) -> Row | None:
    typed_day = "".join(parts[Column.DATE])
    signed = [(cell, 1) for column in (Column.AMOUNT, Column.CAME) for cell in parts[column] if cell]
    # Some banks write what went out with a minus, some without.
    went = [(cell, -1) for cell in parts[Column.WENT] if cell]
    if not typed_day and not signed and not went:
        return None
    if not signed and not went:
        raise ValidationError(_("There is no amount."))
    minor = sum(amount(cell, currency) for cell, _sign in signed) - sum(
        abs(amount(cell, currency)) for cell, _sign in went
    )
    if minor == 0:
        return None
    if abs(minor) > _MOST_MINOR:
        raise ValidationError(_("This is more than one line can be."))
    words = " · ".join(dict.fromkeys(cell for cell in parts[Column.WORDS] if cell))
    return Row(number, _day(typed_day, dates, today), minor, words[:_MOST_WORDS])


def _day(typed: str, dates: Dates, today: date) -> date:
    first = typed.split(" ")[0].split("T")[0]
    for pattern in _PATTERNS[dates]:
        try:
            day = datetime.strptime(first, pattern).date()  # noqa: DTZ007 - a day of the bank's has no zone
        except ValueError:
            continue
        if day > today:
            raise ValidationError(_("%(typed)s is in the future.") % {"typed": typed[:40]})
        if day < FIRST_DAY:
            raise ValidationError(_("%(typed)s is too long ago.") % {"typed": typed[:40]})
        return day
    raise ValidationError(_("“%(typed)s” is no date as you said the bank writes it.") % {"typed": typed[:40]})


def amount(typed: str, currency: str) -> int:
    """Read an amount as banks write it, in minor units: ``1,234.56``, ``1.234,56``, ``(12.00)``, ``12,00-``, ``$5``.

    :raises ValidationError: if it is none
    """
    unit = currency_of(currency)
    if len(typed) > _MOST_DIGITS:
        raise ValidationError(_("“%(typed)s” is not an amount.") % {"typed": typed[:40]})
    text = re.sub(rf"[\s\u00a0\u202f\u2019']|{unit.code}|[$€£¥₹]", "", typed, flags=re.IGNORECASE).replace(
        "\u2212", "-"
    )
    is_less = text.startswith(("-", "(")) or text.endswith("-") or text.upper().endswith("DR")
    digits = re.sub(r"(CR|DR)$", "", text, flags=re.IGNORECASE).strip("+-()")
    if not re.fullmatch(r"\d[\d.,]*|[.,]\d+", digits, flags=re.ASCII):
        raise ValidationError(_("“%(typed)s” is not an amount.") % {"typed": typed[:40]})
    minor = int(_in_minor(digits, decimals(unit), typed))
    return -minor if is_less else minor


def _in_minor(digits: str, places: int, typed: str) -> str:
    """Return the digits of the minor units. The last mark is the decimal one, unless three digits follow it."""
    last = max(digits.rfind("."), digits.rfind(","))
    head, tail = (digits[:last], digits[last + 1 :]) if last >= 0 else (digits, "")
    mark = digits[last] if last >= 0 else ""
    if (len(tail) == 3 and places != 3) or (mark and mark in head):
        head, tail = digits, ""
    groups = re.split(r"[.,]", head)
    # In India thousands are followed by groups of two.
    is_grouped = len(groups[-1]) == 3 and all(len(group) in {2, 3} for group in groups[1:]) and len(groups[0]) <= 3
    if (len(groups) > 1 and not is_grouped) or len(tail.rstrip("0")) > places:
        raise ValidationError(_("“%(typed)s” is not an amount in this currency.") % {"typed": typed[:40]})
    return "".join(groups) + tail[:places].ljust(places, "0")
