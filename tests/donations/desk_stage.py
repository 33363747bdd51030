"""The stage for tests of the fundraiser's desk: gifts, recurring gifts and failures on given days, and what a page shows.

March 2026 in New York, where the organisation is.
"""

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client
from moneyed import Money

from core.money import to_minor
from donations import giving
from donations.models import Checkout, Donor, FailedRenewal, Payment, Subscription
from ledger.models import Fund
from stripe_gateway.objects import BalanceMove, PaidCharge

# In New York this is the last evening of February and the first morning of March.
FEBRUARY = datetime(2026, 3, 1, 4, 30, tzinfo=UTC)
MARCH = datetime(2026, 3, 1, 5, 30, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)


def give(
    number: int,
    *,
    fund: Fund,
    amount: Money,
    at: datetime = NOW,
    email: str = "ann@mail.example",
    name: str = "",
    campaign: str = "",
) -> Payment:
    """A gift once, booked as Stripe's would be."""
    booked = Money(amount.amount, fund.currency)
    fee = Money(1, fund.currency)
    checkout = Checkout.objects.create(
        email=email,
        name=name,
        amount_minor=to_minor(amount),
        currency=amount.currency.code,
        interval="once",
        fund=fund,
        campaign=campaign,
        started_at=at,
    )
    return _book(number, checkout, amount, BalanceMove(f"txn_{number}", booked, fee, booked - fee, at), None)


def begin(
    number: int,
    *,
    fund: Fund,
    dollars: int = 10,
    state: str = "active",
    interval: str = "month",
    at: datetime = NOW,
    ended_at: datetime | None = None,
    email: str = "ann@mail.example",
) -> Subscription:
    """A gift that comes again; its first payment is not booked."""
    checkout = Checkout.objects.create(
        email=email, amount_minor=dollars * 100, currency="USD", interval=interval, fund=fund, started_at=at
    )
    return Subscription.objects.create(
        stripe_id=f"sub_{number}",
        stripe_customer_id="cus_1",
        state=state,
        donor=giving.donor_of(checkout, at=at),
        checkout=checkout,
        amount_minor=dollars * 100,
        currency="USD",
        interval=interval,
        fund=fund,
        started_at=at,
        paid_until=at + timedelta(days=30),
        ended_at=ended_at,
    )


def renew(number: int, subscription: Subscription, *, invoice: str = "", at: datetime = NOW) -> Payment:
    """A payment of a recurring gift."""
    amount, fee = subscription.amount, Money(1, subscription.currency)
    move = BalanceMove(f"txn_{number}", amount, fee, amount - fee, at)
    renewal = giving.Renewal(subscription, invoice or f"in_{number}", [amount])
    return _book(number, subscription.checkout, amount, move, renewal)


def _book(number: int, checkout: Checkout, amount: Money, move: BalanceMove, renewal: giving.Renewal | None) -> Payment:
    charge = PaidCharge(f"ch_{number}", f"pi_{number}", amount, livemode=False, balance=move)
    payment = giving.record_payment(charge=charge, move=move, checkout=checkout, renewal=renewal, at=move.at)
    assert isinstance(payment, Payment)
    return payment


def fail(subscription: Subscription, *, invoice: str, attempt: int = 1, at: datetime = NOW) -> FailedRenewal:
    return FailedRenewal.objects.create(
        subscription=subscription,
        invoice_id=invoice,
        attempt=attempt,
        amount_minor=subscription.amount_minor,
        currency=subscription.currency,
        reason="insufficient_funds",
        noted_at=at,
    )


def donor(name: str, email: str = "", **known: Any) -> Donor:
    return Donor.objects.create(name=name, email=email, since=NOW, **known)


def page(browser: Client, address: str, **asked: str) -> str:
    """A page's title and content, its spaces made plain."""
    answer = browser.get(html.unescape(address), asked)
    assert answer.status_code == 200, answer.status_code
    text = " ".join(answer.content.decode().split())
    return text[text.index("<title>") : text.index("</title>") + 8] + text[text.index("<main") :]


def rows(text: str) -> int:
    """How many rows the page's first list has."""
    body = re.search(r"<tbody>(.*?)</tbody>", text)
    return body[1].count("<tr>") if body else 0
