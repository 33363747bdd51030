"""The statements of those without a mail address as one ZIP file, to be printed and posted, with a table of whom they go to."""

import csv
import io
import tempfile
import zipfile
from contextlib import ExitStack
from datetime import datetime
from typing import IO

from django.db import transaction
from django.http import FileResponse

from donations import statement_letters
from donations.models import StatementDocument, StatementRun
from organisation import audit, exports
from organisation.models import User

_SLICE = 20


@transaction.atomic
def to_print(*, run: StatementRun, by: User, at: datetime) -> FileResponse:
    """Answer with the PDFs that cannot be mailed, and write down who took how many."""
    documents = StatementDocument.objects.filter(statement__in=statement_letters.to_print(run), pdf__isnull=False)
    name = f"statements-{run.year}-to-print"
    with ExitStack() as closing:
        file = closing.enter_context(tempfile.TemporaryFile())
        rows = _write(file, list(documents.order_by("statement__sequence").values_list("pk", flat=True)), name, at=at)
        audit.record(actor=by, action="donations.statements_taken", subject=run, reason=f"zip:{rows}", at=at)
        file.seek(0)
        # From here on the answer closes it.
        closing.pop_all()
    return FileResponse(file, as_attachment=True, filename=f"{name}.zip", content_type="application/zip")


def _write(file: IO[bytes], keys: list[int], name: str, *, at: datetime) -> int:
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(["number", "name", "address", "pdf"])
    # The PDFs are packed already.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for start in range(0, len(keys), _SLICE):
            part = StatementDocument.objects.filter(pk__in=keys[start : start + _SLICE]).select_related("statement")
            for document in part.order_by("statement__sequence"):
                statement = document.statement
                archive.writestr(_entry(f"{name}/{statement.number}.pdf", at), document.content)
                writer.writerow(
                    [
                        statement.number,
                        exports.disarmed(statement.snapshot["donor"]["name"]),
                        exports.disarmed(statement.snapshot["address"]),
                        f"{statement.number}.pdf",
                    ]
                )
        archive.writestr(_entry(f"{name}/index.csv", at), table.getvalue().encode())
    return len(keys)


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, at.timetuple()[:6])
    entry.external_attr = 0o600 << 16
    return entry
