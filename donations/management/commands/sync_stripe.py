"""Compares Stripe's payments, monthly gifts and refunds with ours, and mends by the same deeds that events use."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from donations import reconciling
from stripe_gateway import door


def _day(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is no day: write it as YYYY-MM-DD") from error


class Command(BaseCommand):
    help = (
        "Goes through Stripe's payments, monthly gifts and refunds and brings ours up to date. With --check nothing is"
        " changed: every difference is named, and the exit code is 1 if there is one. Safe to run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=_day, metavar="DATE", help="only what was made since then (YYYY-MM-DD)")
        parser.add_argument("--check", action="store_true", help="change nothing, report differences, exit 1 on any")

    def handle(self, *args: Any, since: datetime | None, check: bool, **options: Any) -> None:
        try:
            found = self._compare(since, mends=not check)
            if check and found:
                raise CommandError("Stripe and the books differ. Run sync_stripe without --check to mend it.")
            if found and self._compare(since, mends=False):
                raise CommandError("Some differences are left for a person to look at.")
        except door.StripeUnavailable as error:
            raise CommandError("Stripe does not answer. What was done so far stays; run this again later.") from error

    def _compare(self, since: datetime | None, *, mends: bool) -> int:
        """Name every difference, mend it if asked, and return how many there were."""
        count = found = 0
        for step in reconciling.walk(since):
            count += 1
            if step.difference:
                found += 1
                self.stdout.write(f"{step.object_id}: {step.difference}")
                if mends:
                    step.mend(at=clock.now())
            if count % 100 == 0:
                self.stderr.write(f"{count} objects of Stripe compared …")
        self.stdout.write(f"{count} objects of Stripe compared, {found} differed.")
        return found
