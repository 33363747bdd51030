"""Reads a table of readers, whatever saved it: its encoding, what separates its cells, its line of column names.

Row by row, so that memory stays small for a file of millions. What is no table is refused with a sentence.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

_HEAD_BYTES = 4096
_PART_BYTES = 1 << 20
_SEPARATORS = ",;\t"
_BETWEEN_WORDS = re.compile(r"[\s_\-]+")
_SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?\s*$')


class Unreadable(Exception):
    """The file is no table that we understand. ``args[0]`` is a sentence for whoever sent it."""


@dataclass(frozen=True)
class Table:
    """A file whose first line was read. ``columns`` are in plain small letters: ``optin time``."""

    columns: Sequence[str]
    rows: Iterator[tuple[int, list[str]]]


def read(file: IO[bytes]) -> Table:
    """Return the columns and the rows, each with its number as a spreadsheet shows it. Reads on as rows are taken.

    :param file: can be gone through more than once
    :raises Unreadable: here, or while rows are taken
    """
    encoding = _encoding(file)
    file.seek(0)
    lines = _lines(file, encoding)
    first = next(lines, "").lstrip("\ufeff")
    separator = _SEPARATOR_LINE.match(first)
    if separator:
        first = next(lines, "")
    rows = _cells(_again(first, lines), separator[1] if separator else _separator(first))
    _number, names = next(rows, (0, []))
    if not any(names):
        raise Unreadable(_("The file is empty."))
    skipped = 1 if separator else 0
    return Table([plain(name) for name in names], ((number + skipped, cells) for number, cells in rows))


def plain(name: str) -> str:
    """Return a column's name in the way that it is looked for: ``OPTIN_TIME`` is ``optin time``."""
    return _BETWEEN_WORDS.sub(" ", name).strip().casefold()


def _encoding(file: IO[bytes]) -> str:
    """Find out how the file's letters are written, looking at all of it."""
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    _refuse_what_is_no_table(head)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if b"\0" in head:
        return _utf_16_without_mark(head)
    # Spreadsheets on Windows write what they call ANSI.
    for encoding in ("utf-8", "cp1252"):
        if _fits(file, encoding):
            return encoding
    raise Unreadable(_("This is no text. Save the table as “CSV (UTF-8)” and try again."))


def _refuse_what_is_no_table(head: bytes) -> None:
    begins = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not begins:
        raise Unreadable(_("The file is empty."))
    if begins.startswith((b"pk\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Unreadable(
            _("This is an archive (ZIP) or a spreadsheet, whatever its name says. Unpack it, or save it as CSV.")
        )
    if begins.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise Unreadable(_("This is a web page, not a table. Download the list again while you are signed in there."))
    if begins.startswith((b"%pdf", b"\x1f\x8b", b"\x89png", b"\xff\xd8\xff")):
        raise Unreadable(_("This is no text. Save the table as “CSV (UTF-8)” and try again."))


def _utf_16_without_mark(head: bytes) -> str:
    """Tell from where the zeros stand: Latin letters have one in each pair of bytes."""
    pairs = len(head) // 2
    if head[1::2].count(0) > pairs // 2:
        return "utf-16-le"
    if head[0::2].count(0) > pairs // 2:
        return "utf-16-be"
    raise Unreadable(_("This is no text. Save the table as “CSV (UTF-8)” and try again."))


def _fits(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while part := file.read(_PART_BYTES):
            if b"\0" in part:
                return False
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _lines(file: IO[bytes], encoding: str) -> Iterator[str]:
    """Yield the lines with their ends: only those that CSV knows, not each that Unicode has."""
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield from text
    except UnicodeError as error:
        raise Unreadable(_("The file breaks off in the middle of a letter. Download it again.")) from error
    finally:
        with suppress(ValueError):  # The file is closed already.
            text.detach()  # It stays the caller's to close.


def _again(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _separator(first: str) -> str:
    return max(_SEPARATORS, key=first.count)


def _cells(lines: Iterator[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield rows that hold something, with their numbers. Rows are counted, not lines: a cell may hold some."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield number, cells
    except csv.Error as error:
        raise Unreadable(
            _("Row %(number)s breaks off inside a quoted field. Please check its quotation marks.")
            % {"number": number + 1}
        ) from error
