"""Erases what has outlived its time: applications never sent, attachments, identities, stories, words of old letters."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import keeping
from core import clock


class Command(BaseCommand):
    help = (
        "Erases what is kept no longer, one case and one commit at a time; the worker does the same every hour. Can be"
        " stopped and started again at any time. For how long what is kept is changed at the desk."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count only")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        at = clock.now()
        for each in keeping.EXPIRING:
            for name, many in each.due(at).items():
                self.stdout.write(f"{many:,} {name}")
        if dry_run:
            self.stdout.write("Nothing was erased: this was a dry run.")
            return
        done: Counter[str] = Counter()
        try:
            for each, many in keeping.erase(at=at):
                done[each.label] += many
                self._tell(each.label, done[each.label])
        except KeyboardInterrupt as error:
            raise CommandError("Stopped. What was erased is gone; run this again to go on.", returncode=130) from error
        if self.stdout.isatty():
            self.stdout.write("")
        self.stdout.write(f"{done.total():,} were erased." if done.total() else "There was nothing to erase.")

    def _tell(self, label: str, done: int) -> None:
        """On a terminal the count is written over again and again; in a log the counts before are enough."""
        if self.stdout.isatty():
            self.stdout.write(f"\r{done:,} {label} erased  ", ending="")
            self.stdout.flush()
