"""Proves every invariant of books, receipts, aid and the audit trail on live data."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import proofs
from config.proofs import Part
from core import clock


class Command(BaseCommand):
    help = "Prove the invariants of books, receipts, aid and the audit trail. Exit 1 names what is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")

    def handle(self, *args: Any, **options: Any) -> None:
        report = proofs.prove(at=clock.now(), tell=self._tell)
        broken = sum(len(part.broken) for part in report.values())
        if options["json"]:
            parts = {name: asdict(part) for name, part in report.items()}
            self.stdout.write(json.dumps({"sound": not broken, "parts": parts}, indent=2))
        else:
            for name, part in report.items():
                self._write(name, part)
        if broken:
            raise CommandError(f"{broken} thing(s) are not as they must be.", returncode=1)
        if not options["json"]:
            self.stdout.write("All of it is sound.")

    def _write(self, name: str, part: Part) -> None:
        rows = ", ".join(f"{count:,} {what}" for what, count in part.checked.items())
        self.stdout.write(f"{'BROKEN' if part.broken else 'sound '}  {name}: {rows} ({part.took:.1f} s)")
        for sentence in part.broken:
            self.stdout.write(f"        {sentence}")
        for sentence in part.warnings:
            self.stdout.write(f"        Warning: {sentence}")
        for sentence in part.notes:
            self.stdout.write(f"        {sentence}")

    def _tell(self, name: str) -> None:
        """Say what is being looked at, to whoever sits there and waits."""
        if self.stderr.isatty():
            self.stderr.write(f"… {name}", self.style.NOTICE)
