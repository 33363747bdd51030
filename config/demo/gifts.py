"""A year of made-up gifts, made in the sandbox first, so that books and Stripe agree as they would in life."""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.core.management import call_command
from moneyed import Money

from config.demo import sandbox
from config.demo.supporters import SUPPORTERS, Supporter
from core import clock
from donations import changing, giving, refunds, tasks
from donations.models import Checkout, Payment, Refund, Subscription
from donations.models.giving import Interval
from ledger.models import Fund
from organisation.models import User
from stripe_gateway import reading

MONTHS = 12


def begin() -> None:
    """Set the sandbox's clock back to the start of the year. Only possible while nothing has happened there."""
    sandbox.control("/_/clock", {"begin_months_ago": MONTHS})
    sandbox.control("/_/payouts/schedule", {"interval": "monthly"})


def build_month(month: int, *, by: User) -> None:
    """Let the supporters whose time has come give and change their minds, then move the clock on and book it all."""
    for supporter in SUPPORTERS:
        if supporter.month == month:
            _give(supporter, at=clock.now())
    _book()
    if month in _TURNS:
        _TURNS[month](by, clock.now())
        _book()
    sandbox.control("/_/clock", {"advance_months": 1})
    _book()


def _more_from_dan(by: User, at: datetime) -> None:
    changing.ask_for_terms(subscription=_gift_of("Dan Dory"), amount=Money(60, "USD"), interval=Interval.MONTH, at=at)


def _eve_pauses(by: User, at: datetime) -> None:
    changing.ask_to_pause(subscription=_gift_of("Eve Eddy"), until=at + timedelta(days=62), at=at)


def _bank_says_no_to_bo(by: User, at: datetime) -> None:
    """The next renewal fails; a month later the bank says yes again, and the next try rescues the gift."""
    _let_card_decline("Bo Bowline", "insufficient_funds")


def _let_card_decline(name: str, reason: str | None) -> None:
    card = reading.subscription(_gift_of(name).stripe_id).card
    if card:
        sandbox.control(f"/_/cards/{card.id}/become", {"declines": reason})


def _change_minds(by: User, at: datetime) -> None:
    """One bank says yes again, one supporter stops, one gets a part of a gift back."""
    _let_card_decline("Bo Bowline", None)
    changing.ask_to_stop(subscription=_gift_of("Ben Buoy"), at=at)
    gift = Payment.objects.get(donor__name="Kai Keel")
    refund = refunds.ask(payment=gift, amount=Money(100, "USD"), reason=Refund.Reason.ASKED, by=by, at=at)
    refunds.send(refund=refund, at=at)


_TURNS: dict[int, Callable[[User, datetime], None]] = {
    4: _more_from_dan,
    5: _eve_pauses,
    8: _bank_says_no_to_bo,
    9: _change_minds,
}


def _gift_of(name: str) -> Subscription:
    return Subscription.objects.get(donor__name=name)


def _give(supporter: Supporter, *, at: datetime) -> None:
    currency = supporter.currency
    wish = giving.Wish(
        amount=Money(supporter.amount, currency),
        interval=supporter.interval,
        fund=Fund.objects.get(slug=supporter.fund),
        campaign=supporter.campaign,
        email=supporter.email,
        name=supporter.name,
        language="en",
        fee_cover=Money(supporter.fee_cover, currency) if supporter.fee_cover else None,
        honouree=supporter.honouree,
        employer=supporter.employer,
        wall_name=supporter.wall_name,
        message=supporter.message,
    )
    checkout: Checkout = giving.write_down(wish, at=at)
    page = urlsplit(giving.open_page(checkout, at=at)).path
    sandbox.pay(page, email=supporter.email, name=supporter.name, card=supporter.card)


def _book() -> None:
    """Take over what happened at Stripe. No web server runs yet to be told, so the events are fetched."""
    call_command("replay_stripe_events", verbosity=0, stdout=_Nowhere())
    tasks.render_due()


class _Nowhere:
    """Swallows what a command prints."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        """Nothing is held."""
