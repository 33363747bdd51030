"""A year of receipts as one ZIP file: every PDF under its number, and a table that says what each is and what became of it.

Written while it is sent, a few PDFs in memory at a time. A file that breaks off has no end, and no program opens it.
"""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from core.money import from_minor
from donations.models import Receipt, ReceiptDocument, ReceiptSeries
from organisation import audit
from organisation.models import User

# So many PDFs are fetched at a time.
_SLICE = 20
_COLUMNS = [
    "number",
    "issued_on",
    "given_on",
    "amount",
    "currency",
    "state",
    "ended_because",
    "replaces",
    "replaced_by",
    "pdf",
    "sha256",
]


@transaction.atomic
def take(*, series: ReceiptSeries, by: User, at: datetime) -> Iterator[bytes]:
    """Write down that somebody takes a year's receipts, and return the file, piece by piece."""
    keys = list(Receipt.objects.filter(series=series).order_by("sequence").values_list("pk", flat=True))
    audit.record(actor=by, action="donations.receipts_taken", subject=series, reason=f"zip:{len(keys)}", at=at)
    return _pieces(series, keys, at=at)


class _Pipe(io.RawIOBase):
    """Takes what is written and gives it away: the ZIP file never is anywhere as a whole."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: "bytes | bytearray | memoryview", /) -> int:  # type: ignore[override]  # what zipfile writes
        self._pieces.append(bytes(piece))
        return len(piece)

    def given(self) -> bytes:
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole


def _pieces(series: ReceiptSeries, keys: list[int], *, at: datetime) -> Iterator[bytes]:
    pipe = _Pipe()
    folder = series.prefix.rstrip("-")
    # The PDFs are packed already.
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        with archive.open(_entry(f"{folder}/index.csv", at), "w") as index:
            for rows in _slices(keys):
                index.write(_lines(rows, with_names=rows[0].pk == keys[0]))
                yield pipe.given()
            if not keys:
                index.write(_lines([], with_names=True))
        for rows in _slices(keys):
            for document in ReceiptDocument.objects.filter(receipt__in=rows, pdf__isnull=False).select_related(
                "receipt"
            ):
                archive.writestr(_entry(f"{folder}/{document.receipt.number}.pdf", at), document.content)
            yield pipe.given()
    yield pipe.given()


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, at.timetuple()[:6])
    entry.external_attr = 0o600 << 16
    return entry


def _slices(keys: list[int]) -> Iterator[list[Receipt]]:
    for start in range(0, len(keys), _SLICE):
        yield list(_with_what_follows().filter(pk__in=keys[start : start + _SLICE]))


def _with_what_follows() -> "QuerySet[Receipt]":
    receipts = Receipt.objects.select_related("replaces", "replaced_by", "document").order_by("sequence")
    return receipts.defer("document__pdf", "replaces__snapshot", "replaced_by__snapshot")


def _lines(receipts: list[Receipt], *, with_names: bool) -> bytes:
    """Return lines of the table; of erased donors no PDF is left, only its hash."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if with_names:
        writer.writerow(_COLUMNS)
    for receipt in receipts:
        document: ReceiptDocument | None = getattr(receipt, "document", None)
        follows: Receipt | None = getattr(receipt, "replaced_by", None)
        is_there = document is not None and receipt.erased_at is None
        writer.writerow(
            [
                receipt.number,
                receipt.issued_on.isoformat(),
                receipt.snapshot.get("given_on", ""),
                from_minor(receipt.amount_minor, receipt.currency).amount,
                receipt.currency,
                receipt.state,
                receipt.ended_because,
                receipt.replaces.number if receipt.replaces else "",
                follows.number if follows else "",
                f"{receipt.number}.pdf" if is_there else "",
                bytes(document.sha256).hex() if document else "",
            ]
        )
    return text.getvalue().encode()
