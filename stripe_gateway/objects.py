"""Stripe's objects as ours: small, typed, with Money and times. The rest of Liferaft sees only these."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import stripe
from moneyed import Money

from core.money import from_minor

_MONTHS = {"month": 1, "year": 12}


class UnexpectedShape(Exception):
    """Stripe's answer lacks what the pinned version promises. Says which field, never its value."""


@dataclass(frozen=True)
class BalanceMove:
    """A line of the Stripe balance: the fact that money moved. ``gross`` less ``fee`` is ``net``; refunds are negative.

    In the currency in which the account settles, which may be another than the donor's.
    """

    id: str
    gross: Money
    fee: Money
    net: Money
    at: datetime


@dataclass(frozen=True)
class PaidCharge:
    """A charge that succeeded. ``amount`` is what the donor gave; ``balance`` is none until Stripe has booked it."""

    id: str
    intent_id: str
    amount: Money
    livemode: bool
    balance: BalanceMove | None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Session:
    """A Checkout Session. ``state``: open, complete, expired; ``payment_state``: paid, unpaid, no_payment_required."""

    id: str
    url: str
    state: str
    payment_state: str
    reference: str
    intent_id: str
    invoice_id: str
    subscription_id: str


@dataclass(frozen=True)
class Invoice:
    """An invoice of a subscription. ``metadata`` is the subscription's, frozen when the invoice was finalised.

    ``pay_at``: Stripe's page where it can be paid by hand. ``failure``: Stripe's word for why the last try failed.
    """

    id: str
    state: str
    amount: Money
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    subscription_id: str
    metadata: Mapping[str, str]
    paid_intent_ids: tuple[str, ...]
    pay_at: str
    failure: str


@dataclass(frozen=True)
class Card:
    """What may be told of a card. ``expires_on``: the last day of its last month."""

    id: str
    brand: str
    last4: str
    expires_on: date | None


@dataclass(frozen=True)
class Subscription:
    """A subscription. ``state`` is Stripe's word: incomplete, active, past_due, unpaid, paused, canceled…

    ``months``: after how many it is charged again; none if it is not a whole number of months. ``ended_because``: Stripe's
    word, for example payment_failed; empty while it runs.
    """

    id: str
    state: str
    customer_id: str
    item_id: str
    product_id: str
    amount: Money
    months: int | None
    metadata: Mapping[str, str]
    started_at: datetime
    paid_until: datetime
    paused_until: datetime | None
    ended_at: datetime | None
    ends_at_period_end: bool
    ended_because: str
    card: Card | None


@dataclass(frozen=True)
class Refund:
    """A refund. ``failure`` is the line that brings the money back after ``state`` became failed."""

    id: str
    state: str
    amount: Money
    reason: str
    intent_id: str
    charge_id: str
    metadata: Mapping[str, str]
    created_at: datetime
    balance: BalanceMove | None
    failure: BalanceMove | None


def session(raw: stripe.checkout.Session) -> Session:
    return Session(
        id=raw.id,
        url=raw.url or "",
        state=raw.status or "",
        payment_state=raw.payment_status,
        reference=raw.client_reference_id or "",
        intent_id=id_of(raw.payment_intent),
        invoice_id=id_of(raw.invoice),
        subscription_id=id_of(raw.subscription),
    )


def paid_charge(raw: stripe.PaymentIntent) -> PaidCharge | None:
    """Return the charge of a payment intent retrieved with its charge and balance transaction, if it succeeded."""
    if raw.status != "succeeded":
        return None
    charge = raw.latest_charge
    if not isinstance(charge, stripe.Charge):
        raise UnexpectedShape("payment_intent.latest_charge")
    return PaidCharge(
        id=charge.id,
        intent_id=raw.id,
        amount=from_minor(charge.amount, charge.currency),
        livemode=raw.livemode,
        balance=balance_move(charge.balance_transaction),
        metadata=words(raw.metadata),
    )


def invoice(raw: stripe.Invoice) -> Invoice:
    """Translate an invoice retrieved with its payments."""
    details = raw.parent.subscription_details if raw.parent else None
    payments = raw.payments.data if raw.payments else []
    tries = [payment.payment.payment_intent for payment in payments if payment.payment.type == "payment_intent"]
    return Invoice(
        id=raw.id,
        state=raw.status or "",
        amount=from_minor(raw.amount_due, raw.currency),
        attempts=raw.attempt_count,
        created_at=moment(raw.created),
        next_attempt_at=moment(raw.next_payment_attempt) if raw.next_payment_attempt else None,
        subscription_id=id_of(details.subscription) if details else "",
        metadata=words(details.metadata) if details else {},
        paid_intent_ids=tuple(
            id_of(payment.payment.payment_intent)
            for payment in payments
            if payment.status == "paid" and payment.payment.type == "payment_intent"
        ),
        pay_at=raw.hosted_invoice_url or "",
        failure=_failure(tries),
    )


def _failure(tries: Sequence[str | stripe.PaymentIntent | None]) -> str:
    """Return why the newest unpaid try failed: the bank's word if there is one, else Stripe's; empty if none did."""
    for intent in reversed(tries):
        if isinstance(intent, stripe.PaymentIntent) and intent.status != "succeeded":
            error = intent.last_payment_error
            if intent.status == "requires_action" and not error:
                return "authentication_required"
            if error:
                return str(getattr(error, "decline_code", None) or error.code or error.type)
    return ""


def subscription(raw: stripe.Subscription) -> Subscription:
    # A method of StripeObject has the same name as the field.
    items = raw["items"].data
    if len(items) != 1 or items[0].price.unit_amount is None:
        raise UnexpectedShape("subscription.items")
    item = items[0]
    recurring = item.price.recurring
    pause = raw.pause_collection
    return Subscription(
        id=raw.id,
        state=raw.status,
        customer_id=id_of(raw.customer),
        item_id=item.id,
        product_id=id_of(item.price.product),
        amount=from_minor(item.price.unit_amount * (item.quantity or 1), item.price.currency),
        months=_MONTHS[recurring.interval] * recurring.interval_count
        if recurring and recurring.interval in _MONTHS
        else None,
        metadata=words(raw.metadata),
        started_at=moment(raw.start_date),
        paid_until=moment(item.current_period_end),
        paused_until=moment(pause.resumes_at) if pause and pause.resumes_at else None,
        ended_at=moment(raw.ended_at) if raw.ended_at else None,
        ends_at_period_end=raw.cancel_at_period_end,
        ended_because=(raw.cancellation_details.reason if raw.cancellation_details else None) or "",
        card=_card(raw.default_payment_method),
    )


def _card(raw: str | stripe.PaymentMethod | None) -> Card | None:
    """Return the card of a subscription retrieved with its payment method; none for another way of paying."""
    if not isinstance(raw, stripe.PaymentMethod) or raw.card is None:
        return None
    last = monthrange(raw.card.exp_year, raw.card.exp_month)[1]
    return Card(raw.id, raw.card.brand, raw.card.last4 or "", date(raw.card.exp_year, raw.card.exp_month, last))


def refund(raw: stripe.Refund) -> Refund:
    """Translate a refund retrieved with its balance transactions."""
    return Refund(
        id=raw.id,
        state=raw.status or "",
        amount=from_minor(raw.amount, raw.currency),
        reason=raw.reason or "",
        intent_id=id_of(raw.payment_intent),
        charge_id=id_of(raw.charge),
        metadata=words(raw.metadata),
        created_at=moment(raw.created),
        balance=balance_move(raw.balance_transaction),
        failure=balance_move(getattr(raw, "failure_balance_transaction", None)),
    )


def balance_move(raw: str | stripe.BalanceTransaction | None) -> BalanceMove | None:
    if raw is None:
        return None
    if isinstance(raw, str):
        raise UnexpectedShape("balance_transaction")
    return BalanceMove(
        id=raw.id,
        gross=from_minor(raw.amount, raw.currency),
        fee=from_minor(raw.fee, raw.currency),
        net=from_minor(raw.net, raw.currency),
        at=moment(raw.created),
    )


def id_of(raw: str | stripe.StripeObject | None) -> str:
    """Return the id of what may be an id, an expanded object, or nothing (then an empty text)."""
    if raw is None:
        return ""
    return raw if isinstance(raw, str) else str(raw["id"])


def words(raw: stripe.StripeObject | None) -> dict[str, str]:
    return {str(name): str(value) for name, value in raw.to_dict().items()} if raw else {}


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
