"""The one door to Stripe: asks, and answers in our own types. Only this package imports ``stripe``."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache

import stripe
from django.conf import settings
from moneyed import Money
from stripe import StripeClient
from stripe.params import PaymentIntentListParams, RefundListParams, SubscriptionListParams
from stripe.params.checkout import SessionCreateParams, SessionCreateParamsLineItemPriceData

from core.money import to_minor
from stripe_gateway import idempotency, objects

# Pinned: shapes change with it, so it changes by a reviewed commit together with the SDK and the webhook endpoint.
API_VERSION = "2026-10-28.endive"
_CONNECT_SECONDS, _READ_SECONDS = 3, 10
_NETWORK_RETRIES = 2
_CHARGE_WITH_BALANCE = ["latest_charge.balance_transaction"]
_REFUND_WITH_BALANCE = ["balance_transaction", "failure_balance_transaction"]
_LANGUAGES = {"en": "en", "es": "es"}

# The SDK reports each request to Stripe's statistics and writes errors, which may quote what was typed, into the log.
stripe.enable_telemetry = False
logging.getLogger("stripe").setLevel(logging.CRITICAL)


class StripeUnavailable(Exception):
    """Stripe did not answer, or could not for the moment. The same call may be made again, under the same key."""


class StripeRefused(Exception):
    """Stripe refuses the request for good. ``code``: Stripe's word for why, for example ``resource_missing``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class CheckoutWish:
    """What to put before a supporter on Stripe's page."""

    reference: str
    amount: Money
    is_monthly: bool
    email: str
    title: str
    language: str
    success_url: str
    cancel_url: str
    metadata: Mapping[str, str]


def open_checkout(wish: CheckoutWish, *, key: str, at: datetime) -> objects.Session:
    """Open a hosted payment page.

    :param key: the idempotency key, see ``stripe_gateway.idempotency``
    :raises StripeUnavailable: if it may work later
    :raises StripeRefused: if it never will
    """
    request = asdict(wish) | {"amount": [to_minor(wish.amount), wish.amount.currency.code]}
    call = idempotency.claim(key, request, at=at)
    with _translated_errors():
        raw = _client().v1.checkout.sessions.create(_session_params(wish), {"idempotency_key": key})
    idempotency.answered(call, raw.id, at=at)
    return objects.session(raw)


def _session_params(wish: CheckoutWish) -> SessionCreateParams:
    price: SessionCreateParamsLineItemPriceData = {
        "currency": wish.amount.currency.code.lower(),
        "unit_amount": to_minor(wish.amount),
        "product_data": {"name": wish.title},
    }
    params: SessionCreateParams = {
        "mode": "subscription" if wish.is_monthly else "payment",
        "submit_type": "donate",
        "line_items": [{"price_data": price, "quantity": 1}],
        "client_reference_id": wish.reference,
        "customer_email": wish.email,
        "success_url": wish.success_url,
        "cancel_url": wish.cancel_url,
        "locale": _LANGUAGES.get(wish.language, "auto"),
        "metadata": dict(wish.metadata),
    }
    if wish.is_monthly:
        price["recurring"] = {"interval": "month"}
        params["subscription_data"] = {"metadata": dict(wish.metadata), "description": wish.title}
    else:
        params["payment_intent_data"] = {"metadata": dict(wish.metadata), "description": wish.title}
    return params


def refund(*, intent_id: str, amount: Money, metadata: Mapping[str, str], key: str, at: datetime) -> objects.Refund:
    """Send a payment back, whole or in part.

    :raises StripeUnavailable: if it may work later
    :raises StripeRefused: if it never will
    """
    minor = to_minor(amount)
    call = idempotency.claim(key, {"intent": intent_id, "amount": minor, "metadata": dict(metadata)}, at=at)
    with _translated_errors():
        raw = _client().v1.refunds.create(
            {
                "payment_intent": intent_id,
                "amount": minor,
                "reason": "requested_by_customer",
                "metadata": dict(metadata),
                "expand": _REFUND_WITH_BALANCE,
            },
            {"idempotency_key": key},
        )
    idempotency.answered(call, raw.id, at=at)
    return objects.refund(raw)


def cancel_subscription(subscription_id: str, *, key: str, at: datetime) -> None:
    """End a subscription now. One that has ended already is left as it is.

    :raises StripeUnavailable: if it may work later
    :raises StripeRefused: if there is no such subscription at Stripe
    """
    call = idempotency.claim(key, {"cancel": subscription_id}, at=at)
    with _translated_errors():
        raw = _client().v1.subscriptions.retrieve(subscription_id)
        if raw.status not in {"canceled", "incomplete_expired"}:
            _client().v1.subscriptions.cancel(subscription_id)
    idempotency.answered(call, subscription_id, at=at)


def session(session_id: str) -> objects.Session:
    with _translated_errors():
        return objects.session(_client().v1.checkout.sessions.retrieve(session_id))


def paid_charge(intent_id: str) -> objects.PaidCharge | None:
    """Return the successful charge of a payment intent, or none if there is none (yet)."""
    with _translated_errors():
        return objects.paid_charge(_client().v1.payment_intents.retrieve(intent_id, {"expand": _CHARGE_WITH_BALANCE}))


def intent_of_charge(charge_id: str) -> str:
    """Return the payment intent of a charge; empty for charges made without one."""
    with _translated_errors():
        return objects.id_of(_client().v1.charges.retrieve(charge_id).payment_intent)


def invoice(invoice_id: str) -> objects.Invoice:
    with _translated_errors():
        return objects.invoice(_client().v1.invoices.retrieve(invoice_id, {"expand": ["payments"]}))


def invoice_of_intent(intent_id: str) -> objects.Invoice | None:
    """Return the invoice that a payment intent pays, if it pays one."""
    with _translated_errors():
        found = _client().v1.invoice_payments.list(
            {"payment": {"type": "payment_intent", "payment_intent": intent_id}, "limit": 1}
        )
    return invoice(objects.id_of(found.data[0].invoice)) if found.data else None


def subscription(subscription_id: str) -> objects.Subscription:
    with _translated_errors():
        return objects.subscription(_client().v1.subscriptions.retrieve(subscription_id))


def find_refund(refund_id: str) -> objects.Refund:
    with _translated_errors():
        return objects.refund(_client().v1.refunds.retrieve(refund_id, {"expand": _REFUND_WITH_BALANCE}))


def succeeded_intents(since: datetime | None) -> Iterator[str]:
    """Yield the ids of all payment intents that succeeded, newest first."""
    params: PaymentIntentListParams = {"limit": 100}
    if since:
        params["created"] = {"gte": int(since.timestamp())}
    with _translated_errors():
        for raw in _client().v1.payment_intents.list(params).auto_paging_iter():
            if raw.status == "succeeded":
                yield raw.id


def subscriptions(since: datetime | None) -> Iterator[str]:
    """Yield the ids of all subscriptions, also of ended ones, newest first."""
    params: SubscriptionListParams = {"limit": 100, "status": "all"}
    if since:
        params["created"] = {"gte": int(since.timestamp())}
    with _translated_errors():
        for raw in _client().v1.subscriptions.list(params).auto_paging_iter():
            yield raw.id


def refunds(since: datetime | None) -> Iterator[str]:
    """Yield the ids of all refunds, newest first."""
    params: RefundListParams = {"limit": 100}
    if since:
        params["created"] = {"gte": int(since.timestamp())}
    with _translated_errors():
        for raw in _client().v1.refunds.list(params).auto_paging_iter():
            yield raw.id


def undelivered_events() -> Iterator[dict[str, object]]:
    """Yield the events of the last 30 days that Stripe could not deliver to us, as it would have posted them."""
    with _translated_errors():
        for raw in _client().v1.events.list({"limit": 100, "delivery_success": False}).auto_paging_iter():
            yield raw.to_dict(for_json=True)


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Turn the SDK's errors into ours. Their texts may quote what somebody typed and stay behind."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise StripeUnavailable(type(error).__name__) from None
    except stripe.StripeError as error:
        if error.http_status is None or error.http_status >= 500 or error.http_status == 409:
            raise StripeUnavailable(f"{type(error).__name__} {error.http_status}") from None
        raise StripeRefused(str(error.code or type(error).__name__)) from None


def _client() -> StripeClient:
    return _make(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_URL)


@cache
def _make(secret_key: str, api_url: str) -> StripeClient:
    return StripeClient(
        secret_key,
        stripe_version=API_VERSION,
        base_addresses={"api": api_url} if api_url else {},
        max_network_retries=_NETWORK_RETRIES,
        http_client=stripe.RequestsClient(timeout=(_CONNECT_SECONDS, _READ_SECONDS)),
    )
