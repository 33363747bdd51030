"""Writes the auditor's export of the sealed books."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from ledger import chain_export
from organisation import audit
from organisation.models import Organisation


class Command(BaseCommand):
    help = "Write all sealed bookings and all public heads to a ZIP file, for an auditor and check_books.py."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="where to: books.zip")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        try:
            with path.open("xb") as file:
                many = chain_export.write(file, tell=self._tell)
        except FileExistsError as error:
            raise CommandError(f"{path} is there already; nothing was written.") from error
        at = clock.now()
        audit.record(
            actor=None, action="ledger.chain_exported", subject=Organisation.current(), reason=f"zip:{many}", at=at
        )
        self.stdout.write(f"{many:,} bookings are in {path}. To check them: python3 check_books.py {path}")

    def _tell(self, done: int, of: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done:,} of {of:,}", ending="")
