"""Proves every invariant of books, receipts, aid and the audit trail on live data."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from config.proofs import PROOFS


class Command(BaseCommand):
    help = "Prove the invariants of books, receipts, aid and the audit trail. Exit 1 names what is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")

    def handle(self, *args: Any, **options: Any) -> None:
        report = self._report()
        broken = [sentence for part in report.values() for sentence in part["broken"]]
        if options["json"]:
            self.stdout.write(json.dumps({"sound": not broken, "parts": report}, indent=2))
        else:
            for name, part in report.items():
                rows = ", ".join(f"{count:,} {what}" for what, count in part["checked"].items())
                self.stdout.write(f"{'BROKEN' if part['broken'] else 'sound '}  {name}: {rows}")
                for sentence in part["broken"]:
                    self.stdout.write(f"        {sentence}")
        if broken:
            raise CommandError(f"{len(broken)} thing(s) are not as they must be.", returncode=1)
        if not options["json"]:
            self.stdout.write("All of it is sound.")

    @transaction.atomic
    def _report(self) -> dict[str, dict[str, Any]]:
        """Look at everything in one snapshot of the database (in a test, in the test's own transaction)."""
        connection = transaction.get_connection()
        if not connection.savepoint_ids:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return {proof.name: {"checked": proof.checked(), "broken": list(proof.broken())} for proof in PROOFS}
