"""Works through Stripe's events that did not come through."""

from argparse import ArgumentParser
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
            events = StripeEvent.objects.filter(state=StripeEvent.State.FAILED)
            for event in events:
                inbox.try_again(event, at=at)
            self.stdout.write(f"{len(events)} failed events are tried again.")
        fetched = 0
        try:
            for fetched, posted in enumerate(reading.undelivered_events(), start=1):  # noqa: B007 - counted
                inbox.store(posted, at=at)
        except door.StripeUnavailable as error:
            raise CommandError("Stripe does not answer. What was fetched is stored; run this again later.") from error
        self.stdout.write(f"{fetched} undelivered events fetched from Stripe.")
        taken = tasks.process_due()
        left = StripeEvent.objects.filter(state=StripeEvent.State.FAILED).count()
        self.stdout.write(f"{taken} events worked through, {left} have failed so far.")
        if left and failed:
            raise CommandError("Some events still fail; the desk shows why.")
