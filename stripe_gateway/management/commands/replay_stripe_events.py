"""Works through Stripe's events that did not come through."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from stripe_gateway import door, inbox, reading, tasks
from stripe_gateway.models import StripeEvent


class Command(BaseCommand):
    help = (
        "Fetches the events of the last 30 days that Stripe could not deliver and works through everything that is due."
        " With --failed, events whose processing failed are tried again as well. Safe to run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--failed", action="store_true", help="also try events again whose processing failed")

    def handle(self, *args: Any, failed: bool, **options: Any) -> None:
        at = clock.now()
        if failed:
            self.stdout.write(f"{inbox.try_all_again(at)} failed events are tried again.")
        is_complete = self._fetch(at)
        taken = 0
        while slice_taken := tasks.process_due():
            taken += slice_taken
            self.stdout.write(f"{taken} events worked through.")
        left = StripeEvent.objects.filter(state=StripeEvent.State.FAILED).count()
        self.stdout.write(f"{left} events have failed so far.")
        if not is_complete:
            raise CommandError("Stripe does not answer. What was fetched is stored; run this again later.")
        if left and failed:
            raise CommandError("Some events still fail; the desk shows why.")

    def _fetch(self, at: datetime) -> bool:
        """Store what Stripe could not deliver; return whether that was all of it."""
        fetched: list[dict[str, object]] = []
        new, is_complete = 0, True
        try:
            for event in reading.undelivered_events():
                fetched += [event]  # What came before Stripe falls silent is kept.
        except door.StripeUnavailable:
            is_complete = False
        # Stripe lists the newest first. Payouts come after the gifts that they hold.
        for posted in reversed(fetched):
            try:
                new += inbox.store(posted, at=at)
            except (inbox.Malformed, inbox.OtherMode) as refused:
                self.stderr.write(f"{posted.get('id')} is refused: {type(refused).__name__}")
        self.stdout.write(f"{len(fetched)} undelivered events fetched from Stripe, {new} of them new.")
        return is_complete
