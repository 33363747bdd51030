"""Loads the made-up organisation, so that every page has something to show."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cms import demo as pages
from config.demo import basics, cases, every_state, gifts, offline, spending
from core import clock
from donations.models import Payment
from organisation.models import Organisation, User

_WAVE = {8: [*cases.WAVE, *cases.HEIGHT], 9: cases.HEIGHT}


class Command(BaseCommand):
    help = "Load the made-up organisation of the demonstration into an empty database. May be run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--empty", action="store_true", help="organisation, funds and staff only, no content")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_PRODUCTION or settings.STRIPE_LIVEMODE:
            raise CommandError("The demonstration does not go into a real installation.")
        if Organisation.objects.filter(is_demo=False).exists():
            raise CommandError("This database has an organisation of its own; the demonstration would mix with it.")
        basics.build(at=clock.now())
        self.stdout.write("Organisation, funds and staff are there.")
        if options["empty"]:
            return
        pages.build(clock.now())
        self.stdout.write("Pages, newsletters and campaigns are there.")
        who = User.objects.get
        pages.send(editor=who(username="edith"), second=who(username="adam"), at=clock.now())
        self.stdout.write("Readers, and the letters of one issue, are there.")
        if not settings.SANDBOX_URL:
            self.stdout.write("Gifts and cases are left out: they are made with the sandbox, which is not in use here.")
        elif Payment.objects.exists():
            self.stdout.write("Gifts and cases are there already.")
        else:
            self._live_through_a_year()

    def _live_through_a_year(self) -> None:
        gifts.begin()
        fay = User.objects.get(username="fay")
        for month in range(gifts.MONTHS):
            if month in _WAVE:
                cases.build(_WAVE[month], start=clock.now())
            gifts.build_month(month, by=fay)
            spending.build_month(month, at=clock.now())
            self.stdout.write(f"Month {month + 1} of {gifts.MONTHS}: {Payment.objects.count()} gifts so far.")
            self.stdout.flush()
        offline.build(by=fay, at=clock.now())
        every_state.build(start=clock.now())
        words = cases.build(cases.TODAY, start=clock.now())
        self.stdout.write("A year has passed. The words of one made-up case, to see it as its worker does:")
        self.stdout.write(f"    {words}")
