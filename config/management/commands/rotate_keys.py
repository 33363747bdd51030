"""Seals everything that is sealed anew with the newest key."""

from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, InternalError, ProgrammingError

from config.sealed import SEALED
from core import clock, resealing, sealing
from core.resealing import Sealed
from organisation import audit
from organisation.models import Organisation

_ROWS = 100
# Rows that somebody else holds are left out at first, and come up again.
_ROUNDS = 3


class Command(BaseCommand):
    help = (
        "Seals with the newest key of SEALING_KEYS what older keys or versions sealed, 100 rows and one commit at a"
        " time. Can be stopped and started again at any time. Says at the end which keys are used nowhere any more;"
        " exit 1 names what could not be opened."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count only")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        try:
            left_over = [each for each in SEALED if not (dry_run or self._bring_up_to_date(each))]
        except KeyboardInterrupt as error:
            raise CommandError(
                "Stopped. What was sealed anew stays; run this again to go on.", returncode=130
            ) from error
        used: Counter[bytes] = Counter()
        for each in SEALED:
            found = each.headers()
            used += found
            if dry_run:
                self.stdout.write(f"{each.label}: {_stale(found):,} of {found.total():,} would be sealed anew")
        self._say_which_keys_are_used(used)
        if not dry_run and (_stale(used) or left_over):
            raise CommandError("Not everything is sealed with the newest key: see above.", returncode=1)

    def _bring_up_to_date(self, sealed: Sealed) -> bool:
        """Seal anew, in rounds, and say so; return whether nothing was left."""
        before = _stale(sealed.headers())
        broken: list[Any] = []
        try:
            for _round in range(_ROUNDS):
                broken = self._go_through(sealed)
                left = _stale(sealed.headers())
                if left <= len(broken):
                    break
        except (IntegrityError, InternalError, ProgrammingError) as error:
            # Its text may quote the row.
            self.stderr.write(f"{sealed.label}: the database refuses to change it ({type(error).__name__})")
            return False
        done = max(0, before - left)
        self._record(sealed, done)
        start = "\r" if self.stdout.isatty() else ""
        self.stdout.write(f"{start}done   {sealed.label}: {done:,} sealed anew")
        for pk in broken:
            self.stderr.write(f"{sealed.label}: row {pk} could not be opened")
        if left > len(broken):
            self.stderr.write(f"{sealed.label}: {left - len(broken):,} were in use all the time: run this again")
        return not broken and not left

    def _go_through(self, sealed: Sealed) -> list[Any]:
        total, looked_at, told = sealed.older().count(), 0, 0
        broken: list[Any] = []
        for batch in resealing.batches(sealed, size=_ROWS):
            looked_at += batch.looked_at
            broken += batch.broken
            percent = min(100, 100 * looked_at // max(1, total))
            self._tell(f"{percent:3} %  {sealed.label}", is_news=percent // 10 > told)
            told = percent // 10
        return broken

    def _tell(self, line: str, *, is_news: bool) -> None:
        """Say how far it is: on a terminal over and over in one line, in a log at each tenth."""
        if self.stdout.isatty():
            self.stdout.write(f"\r{line}", ending="")
            self.stdout.flush()
        elif is_news:
            self.stdout.write(line)

    def _record(self, sealed: Sealed, done: int) -> None:
        if done:
            audit.record(
                actor=None,
                action="organisation.resealed",
                subject=Organisation.current(),
                reason=sealed.label[:60],
                at=clock.now(),
            )

    def _say_which_keys_are_used(self, used: Counter[bytes]) -> None:
        by_key: Counter[str] = Counter()
        for header, many in used.items():
            by_key[sealing.key_id_of(header)] += many
        newest, *older = settings.SEALING_KEYS
        self.stdout.write(f"Key {newest} seals from now on; {by_key[newest]:,} things are sealed with it.")
        for key_id in older:
            if by_key[key_id]:
                self.stdout.write(f"Key {key_id} is still needed: {by_key[key_id]:,} things are sealed with it.")
            else:
                self.stdout.write(f"Key {key_id} is used nowhere any more: take it out of SEALING_KEYS.")
        for key_id in sorted(by_key.keys() - settings.SEALING_KEYS.keys()):
            self.stderr.write(f"Key {key_id!a} is not in SEALING_KEYS: {by_key[key_id]:,} things cannot be opened.")


def _stale(headers: Counter[bytes]) -> int:
    return headers.total() - headers[sealing.current_header()]
