"""Compares what Stripe has with what we have, and mends by the same deeds that events use."""

from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from donations import payouts, reconciling, stripe_events
from stripe_gateway import door


def _day(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is no day: write it as YYYY-MM-DD") from error


class Command(BaseCommand):
    help = (
        "Goes through Stripe's payments, checkouts, recurring gifts, refunds, disputes, fraud warnings and payouts, and"
        " brings ours up to date. With --check nothing is changed: every difference is named, and the exit code is 1 if"
        " there is one. Safe to run again."
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
        compared: Counter[str] = Counter()
        found = 0
        for step in reconciling.walk(since):
            compared[step.trade] += 1
            if step.difference:
                found += 1
                self.stdout.write(f"{step.object_id}: {step.difference}")
                if mends:
                    self._mend(step)
            if compared.total() % 100 == 0:
                self.stderr.write(f"{compared.total()} objects of Stripe compared …")
        what = ", ".join(f"{count} {trade}" for trade, count in compared.items())
        self.stdout.write(
            f"{compared.total()} objects of Stripe compared ({what or 'there are none'}), {found} differed."
        )
        return found

    def _mend(self, step: reconciling.Step) -> None:
        try:
            step.mend(at=clock.now())
        except (stripe_events.NotBookedYet, payouts.LinesDoNotAddUp):
            self.stdout.write(f"{step.object_id}: waits for a payment that is held, or that Stripe has not written yet")
