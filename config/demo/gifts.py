"""A year of made-up gifts, made in the sandbox first, so that books and Stripe agree as they would in life."""

import json
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.management import call_command
from moneyed import Money

from core import clock
from donations import changing, giving, refunds, tasks
from donations.models import Checkout, Payment, Refund, Subscription
from donations.models.giving import Interval
from ledger.models import Fund
from organisation.models import User

MONTHS = 12
_PAYS, _FAILS_LATER = "4242424242424242", "4000000000000341"


class SandboxMissing(Exception):
    """The demonstration's gifts are made in the sandbox, which is not there."""


@dataclass(frozen=True)
class Supporter:
    """Somebody made up. ``month``: how many months after the start of the year the first gift comes."""

    name: str
    month: int
    amount: int
    interval: Interval
    fund: str
    card: str = _PAYS
    campaign: str = ""

    @property
    def email(self) -> str:
        return f"{self.name.lower().replace(' ', '.')}@supporters.example"


_MONTHLY = [
    ("Ada Anchor", 0, 75),
    ("Ben Buoy", 0, 10),
    ("Cleo Compass", 1, 150),
    ("Dan Dory", 2, 45),
    ("Eve Eddy", 2, 120),
    ("Uma Upwind", 7, 200),
    ("Vic Vessel", 8, 90),
]
_MONTHLY_AID = [("Finn Fender", 0, 40), ("Gus Galley", 1, 20), ("Hana Harbour", 3, 100), ("Ivo Inlet", 4, 35)]
_ONCE = [("Jo Jetty", 1, 100), ("Kai Keel", 3, 250), ("Lou Lagoon", 6, 60), ("Mo Mainsail", 9, 500)]
_ONCE_AID = [("Oda Oar", 2, 120), ("Pia Pier", 5, 300), ("Quin Quay", 8, 80), ("Ray Rudder", 10, 450)]
SUPPORTERS = [
    *(Supporter(*each, Interval.MONTH, "general", campaign="keep-us-afloat") for each in _MONTHLY),
    *(Supporter(*each, Interval.MONTH, "aid") for each in _MONTHLY_AID),
    *(Supporter(*each, Interval.ONCE, "general", campaign="keep-us-afloat") for each in _ONCE),
    *(Supporter(*each, Interval.ONCE, "aid", campaign="a-liferaft-for-suspended-workers") for each in _ONCE_AID),
    Supporter("Tom Tiller", 6, 30, Interval.MONTH, "general", card=_FAILS_LATER),
]


def begin() -> None:
    """Set the sandbox's clock back to the start of the year. Only possible while nothing has happened there."""
    _sandbox("/_/clock", {"begin_months_ago": MONTHS})


def build_month(month: int) -> None:
    """Let the supporters whose time has come give, then move the clock on by a month and book what Stripe reports."""
    for supporter in SUPPORTERS:
        if supporter.month == month:
            _give(supporter, at=clock.now())
    _book()
    _sandbox("/_/clock", {"advance_months": 1})
    _book()


def change_minds(*, by: User, at: datetime) -> None:
    """One supporter stops, one gets a part of a gift back."""
    leaver = Subscription.objects.get(donor__name="Ben Buoy")
    changing.ask_to_stop(subscription=leaver, at=at)
    gift = Payment.objects.get(donor__name="Kai Keel")
    refund = refunds.ask(payment=gift, amount=Money(100, "USD"), reason=Refund.Reason.ASKED, by=by, at=at)
    refunds.send(refund=refund, at=at)
    _book()


def _give(supporter: Supporter, *, at: datetime) -> None:
    wish = giving.Wish(
        amount=Money(supporter.amount, "USD"),
        interval=supporter.interval,
        fund=Fund.objects.get(slug=supporter.fund),
        campaign=supporter.campaign,
        email=supporter.email,
        name=supporter.name,
        language="en",
    )
    checkout: Checkout = giving.write_down(wish, at=at)
    page = urlsplit(giving.open_page(checkout, at=at)).path
    form = {"email": supporter.email, "name": supporter.name, "card": supporter.card, "expiry": "12/44", "cvc": "123"}
    _post(page, urlencode(form).encode(), "application/x-www-form-urlencoded")


def _book() -> None:
    """Take over what happened at Stripe. No web server runs yet to be told, so the events are fetched."""
    call_command("replay_stripe_events", verbosity=0, stdout=_Nowhere())
    tasks.render_due()


def _sandbox(path: str, body: dict[str, Any]) -> None:
    _post(path, json.dumps(body).encode(), "application/json")


def _post(path: str, body: bytes, content_type: str) -> None:
    if not settings.STRIPE_API_URL:
        raise SandboxMissing
    address = settings.STRIPE_API_URL + path
    request = urllib.request.Request(address, data=body, headers={"Content-Type": content_type})  # noqa: S310 - the sandbox's address, from the settings
    opener = urllib.request.build_opener(_StayHere())
    with opener.open(request, timeout=60):
        return


class _StayHere(urllib.request.HTTPRedirectHandler):
    """The payment page leads back to our site, which does not run yet: arriving there does not matter."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None

    def http_error_303(self, request: Any, answer: Any, *args: Any) -> Any:
        return answer


class _Nowhere:
    """Swallows what a command prints."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        """Nothing is held."""
