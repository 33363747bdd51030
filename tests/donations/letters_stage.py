"""Recurring gifts as rows, for tests of the letters about them; the sandbox is not needed to wait for a day."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from moneyed import Money

from core.money import to_minor
from donations import giving
from donations.models import Checkout, Donor, Payment, Subscription
from donations.models.giving import Interval
from ledger.models import Fund
from mail.models import OutgoingEmail
from stripe_gateway.objects import BalanceMove, Invoice, PaidCharge

BEGAN = datetime(2025, 3, 10, 16, 0, tzinfo=UTC)


@dataclass
class Supporters:
    """Makes people who give again and again to a fund."""

    fund: Fund
    count: int = 0

    def __call__(self, email: str = "ann@example.org", name: str = "Ann Example", **facts: Any) -> Subscription:
        """Make a gift of $25 every month that runs since 10 March 2025 and is next due on 10 April 2026."""
        self.count += 1
        interval = str(facts.pop("interval", Interval.MONTH))
        language = str(facts.pop("language", "en"))
        employer = str(facts.pop("employer", ""))
        donor = Donor.objects.filter(email=email).first() if email else None
        donor = donor or Donor.objects.create(email=email, name=name, language=language, since=BEGAN)
        checkout = Checkout.objects.create(
            state=Checkout.State.PAID,
            email=email,
            name=name,
            language=language,
            employer=employer,
            amount_minor=2500,
            currency="USD",
            interval=interval,
            fund=self.fund,
            started_at=BEGAN,
            opened_at=BEGAN,
            ended_at=BEGAN,
        )
        usual: dict[str, object] = {
            "stripe_id": f"sub_{self.count}",
            "stripe_customer_id": f"cus_{self.count}",
            "state": "active",
            "donor": donor,
            "checkout": checkout,
            "amount_minor": 2500,
            "currency": "USD",
            "interval": interval,
            "fund": self.fund,
            "started_at": BEGAN,
            "paid_until": datetime(2026, 4, 10, 16, 0, tzinfo=UTC),
            "card_brand": "visa",
            "card_last4": "4242",
        }
        return Subscription.objects.create(**usual | facts)


def invoice(
    subscription: Subscription, *, attempts: int = 1, failure: str = "insufficient_funds", **facts: object
) -> Invoice:
    """An unpaid invoice, as Stripe would state it."""
    usual: dict[str, object] = {
        "id": f"in_{subscription.pk}",
        "state": "open",
        "amount": subscription.amount,
        "attempts": attempts,
        "created_at": BEGAN,
        "next_attempt_at": datetime(2026, 3, 13, 16, 0, tzinfo=UTC),
        "subscription_id": subscription.stripe_id,
        "metadata": {},
        "paid_intent_ids": (),
        "pay_at": "https://invoice.example/i/1",
        "failure": failure,
    }
    return Invoice(**usual | facts)  # type: ignore[arg-type]  # the usual ones are of the right types


def pay(subscription: Subscription, on: datetime, *, invoice_id: str = "") -> Payment:
    """Book a payment as Stripe's event would."""
    number, amount = Payment.objects.count() + 1, subscription.amount
    fee = Money(1, amount.currency)
    move = BalanceMove(id=f"txn_{number}", gross=amount, fee=fee, net=amount - fee, at=on)
    charge = PaidCharge(id=f"ch_{number}", intent_id=f"pi_{number}", amount=amount, livemode=False, balance=move)
    paid = giving.record_payment(
        charge=charge,
        move=move,
        checkout=subscription.checkout,
        renewal=giving.Renewal(subscription, invoice_id or f"in_paid_{number}", [amount]),
        at=on + timedelta(seconds=5),
    )
    assert isinstance(paid, Payment)
    assert to_minor(amount) == paid.given_minor
    return paid


def letters(start: str) -> list[OutgoingEmail]:
    """The letters whose key begins so, oldest first."""
    return list(OutgoingEmail.objects.filter(key__startswith=start).order_by("pk"))


def the_letter(start: str) -> OutgoingEmail:
    """The one letter whose key begins so; its HTML says what its text says."""
    (letter,) = letters(start)
    return letter
