"""Tables that leave the desk: as CSV or as a spreadsheet, without formulas, each noted in the audit trail.

The whole file is written to the disk before its first byte is sent: an export that breaks is an error page and no
table that lacks its end, and the trail knows how many rows left. Memory stays the same for ten rows and a million.
"""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import IO
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.db import transaction
from django.http import FileResponse
from django.utils.text import slugify
from moneyed import Money
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from organisation import audit
from organisation.models import Organisation, User

# Money is written as its amount, so that it can be added up; its currency needs a column of its own.
Cell = str | int | Decimal | Money | date | datetime | None

# What a spreadsheet takes for the beginning of a formula (owasp.org/www-community/attacks/CSV_Injection), also after
# a character that it may take for the end of a cell.
_BEGINS_A_FORMULA = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_FORMULA_INSIDE = re.compile(rf"([;\t\r\n]\s*)(?=[{re.escape(_BEGINS_A_FORMULA)}])")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DAY, _MINUTE = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"


class Form(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True)
class Table:
    """What leaves. ``rows`` is gone through once and may be a generator."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]


@transaction.atomic
def download(*, table: Table, form: Form, by: User, action: str, at: datetime, note: str = "") -> FileResponse:
    """Answer with the table as a file, and write down who took how many rows of what.

    CSV is UTF-8 after RFC 4180. Times are the organisation's.

    :param action: for example ``donations.gifts_exported``
    :param note: what was asked for, kept sealed; see ``noted``
    """
    organisation = Organisation.current()
    zone = ZoneInfo(organisation.time_zone)
    rows = ([_plain(cell, zone) for cell in row] for row in table.rows)
    write = _write_xlsx if form == Form.XLSX else _write_csv
    with ExitStack() as closing:
        file = closing.enter_context(tempfile.TemporaryFile())
        count = write(file, table.columns, rows)
        audit.record(actor=by, action=action, subject=organisation, reason=f"{form}:{count}", note=note, at=at)
        closing.pop_all()  # The answer closes it, and with that it is gone.
    file.seek(0)
    name = f"{slugify(table.title) or 'table'}-{at.astimezone(zone):%Y-%m-%d}.{form}"
    kind = _XLSX if form == Form.XLSX else "text/csv; charset=utf-8"
    headers = {"Cache-Control": "private, no-store"}
    return FileResponse(file, as_attachment=True, filename=name, content_type=kind, headers=headers)


Plain = str | int | Decimal | date | datetime | None


def _plain(cell: Cell, zone: ZoneInfo) -> Plain:
    """Return the cell as files know it: money as its amount, times without a zone."""
    if isinstance(cell, Money):
        return Decimal(cell.amount)
    if isinstance(cell, datetime):
        return cell.astimezone(zone).replace(tzinfo=None, microsecond=0)
    # Marked words and the like are strings to us.
    return cell if isinstance(cell, (int, Decimal, date, type(None))) else str(cell)


def _write_csv(file: IO[bytes], columns: Sequence[str], rows: Iterable[Sequence[Plain]]) -> int:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    # Text in quotes, numbers bare.
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([disarmed(str(column)) for column in columns])
    count = 0
    for row in rows:
        writer.writerow([disarmed(cell) if isinstance(cell, str) else _figure(cell) for cell in row])
        count += 1
    text.detach()
    return count


def disarmed(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would run."""
    text = _FORMULA_INSIDE.sub(r"\1'", text)
    return f"'{text}" if text.lstrip(" ")[:1] in set(_BEGINS_A_FORMULA) else text


def _figure(value: int | Decimal | date | datetime | None) -> int | Decimal | str:
    if value is None:
        return ""
    return value if isinstance(value, (int, Decimal)) else str(value)


def _write_xlsx(file: IO[bytes], columns: Sequence[str], rows: Iterable[Sequence[Plain]]) -> int:
    # Writes row by row into a file of its own.
    workbook = Workbook(write_only=True, iso_dates=True)
    sheet = workbook.create_sheet()
    sheet.freeze_panes = "A2"
    count = 0
    try:
        sheet.append([_cell(sheet, str(column)) for column in columns])
        for row in rows:
            sheet.append([_cell(sheet, value) for value in row])
            count += 1
    finally:
        workbook.save(file)  # Also when a row failed: it takes openpyxl's own file away.
    return count


def _cell(sheet: object, value: Plain) -> WriteOnlyCell:
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"  # never a formula or an error value, whatever it begins with
        return cell
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, date):
        cell.number_format = _MINUTE if isinstance(value, datetime) else _DAY
    return cell


def noted(form: forms.Form) -> str:
    """Return what a list's filter asks for, as a note for the trail: of typed words only that there were some.

    The trail outlives whoever a search was for.
    """
    told = {}
    for name, field in form.fields.items():
        key = form.add_prefix(name)
        if value := form.data.get(key):
            told[key] = "*" if isinstance(field, forms.CharField) else str(value)
    return urlencode(told, safe="*")


def chosen(asked: str | None) -> Form | None:
    """Return the form that a list's address asks for by ``?export=``; none, if it asks for none that there is."""
    return Form(asked) if asked in {form.value for form in Form} else None
