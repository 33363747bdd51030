"""Loads the made-up organisation, so that every page has something to show."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.demo import basics
from core import clock
from organisation.models import Organisation


class Command(BaseCommand):
    help = "Load the made-up organisation of the demonstration into an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--empty", action="store_true", help="organisation, funds and staff only, no content")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_PRODUCTION or settings.STRIPE_LIVEMODE:
            raise CommandError("The demonstration does not go into a real installation.")
        if Organisation.objects.filter(is_demo=False).exists():
            raise CommandError("This database has an organisation of its own; the demonstration would mix with it.")
        basics.build(at=clock.now())
        self.stdout.write("Organisation, funds and staff are there.")
