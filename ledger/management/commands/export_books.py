"""Writes the books as plain text that Beancount reads."""

import tempfile
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger import plain_text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is no day: write it as YYYY-MM-DD") from error


class Command(BaseCommand):
    help = (
        "Writes all transactions of the books in the format of Beancount, to FILE or to the standard output. Check it with"
        " `bean-check FILE`. What lies before --since is brought forward in one transaction."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="where to write; - is standard output")
        parser.add_argument("--since", type=_day, metavar="DATE", help="the first day (YYYY-MM-DD)")
        parser.add_argument("--until", type=_day, metavar="DATE", help="the last day (YYYY-MM-DD)")

    def handle(self, *args: Any, file: Path | None, since: date | None, until: date | None, **options: Any) -> None:
        if since and until and until < since:
            raise CommandError("The last day (--until) is before the first one (--since).")
        if file is None or str(file) == "-":
            plain_text.write(self.stdout, since=since, until=until)
            return
        count = self._write(file, since, until)
        self.stderr.write(f"{count:,} transactions written to {file}")

    def _write(self, path: Path, since: date | None, until: date | None) -> int:
        """Write beside the file first: one that is there already is replaced by a whole one or not at all."""
        try:
            with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as beside:
                try:
                    count = plain_text.write(beside, since=since, until=until)
                except BaseException:
                    Path(beside.name).unlink()
                    raise
            Path(beside.name).replace(path)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}") from error
        return count
