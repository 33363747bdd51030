"""What we ask Stripe to change. Each call goes under a key from our rows, written down before it is made."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NotRequired, TypedDict

from moneyed import Money
from stripe.params import SubscriptionUpdateParams
from stripe.params.checkout import SessionCreateParams, SessionCreateParamsLineItemPriceData

from core.money import to_minor
from stripe_gateway import idempotency, objects
from stripe_gateway.door import client, translated_errors

_REFUND_WITH_BALANCE = ["balance_transaction", "failure_balance_transaction"]
_LANGUAGES = {"en": "en", "es": "es"}
_ENDED = {"canceled", "incomplete_expired"}


class _Every(TypedDict):
    interval: str
    interval_count: NotRequired[int]


@dataclass(frozen=True)
class CheckoutWish:
    """What to put before a supporter on Stripe's page. ``months``: after how many it comes again; 0: never."""

    reference: str
    amount: Money
    months: int
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
    with translated_errors():
        raw = client().v1.checkout.sessions.create(_session_params(wish), {"idempotency_key": key})
    idempotency.answered(call, raw.id, at=at)
    return objects.session(raw)


def _session_params(wish: CheckoutWish) -> SessionCreateParams:
    price: SessionCreateParamsLineItemPriceData = {
        "currency": wish.amount.currency.code.lower(),
        "unit_amount": to_minor(wish.amount),
        "product_data": {"name": wish.title},
    }
    params: SessionCreateParams = {
        "mode": "subscription" if wish.months else "payment",
        "submit_type": "donate",
        "line_items": [{"price_data": price, "quantity": 1}],
        "client_reference_id": wish.reference,
        "customer_email": wish.email,
        "success_url": wish.success_url,
        "cancel_url": wish.cancel_url,
        "locale": _LANGUAGES.get(wish.language, "auto"),
        "metadata": dict(wish.metadata),
    }
    if wish.months:
        price["recurring"] = {**_every(wish.months)}
        params["subscription_data"] = {"metadata": dict(wish.metadata), "description": wish.title}
    else:
        params["payment_intent_data"] = {"metadata": dict(wish.metadata), "description": wish.title}
    return params


def _every(months: int) -> _Every:
    """Return Stripe's words for "every so many months"."""
    return {"interval": "year"} if months == 12 else {"interval": "month", "interval_count": months}


def refund(
    *,
    intent_id: str,
    amount: Money,
    metadata: Mapping[str, str],
    key: str,
    at: datetime,
    is_fraud: bool = False,
) -> objects.Refund:
    """Send a payment back, whole or in part.

    :param is_fraud: Stripe then refuses the card and the address from now on
    :raises StripeUnavailable: if it may work later
    :raises StripeRefused: if it never will
    """
    minor = to_minor(amount)
    call = idempotency.claim(key, {"intent": intent_id, "amount": minor, "metadata": dict(metadata)}, at=at)
    with translated_errors():
        raw = client().v1.refunds.create(
            {
                "payment_intent": intent_id,
                "amount": minor,
                "reason": "fraudulent" if is_fraud else "requested_by_customer",
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
    with translated_errors():
        raw = client().v1.subscriptions.retrieve(subscription_id)
        if raw.status not in _ENDED:
            client().v1.subscriptions.cancel(subscription_id)
    idempotency.answered(call, subscription_id, at=at)


def change_terms(subscription_id: str, *, amount: Money, months: int, key: str, at: datetime) -> None:
    """Charge another amount, or after another number of months, from the next payment on; nothing is prorated.

    A new interval would be charged at once: what is paid for already becomes a trial, so that the day stays.

    :raises StripeUnavailable: if it may work later
    :raises StripeRefused: if it never will
    """
    call = idempotency.claim(
        key, {"terms": subscription_id, "amount": [to_minor(amount), amount.currency.code], "months": months}, at=at
    )
    with translated_errors():
        now = objects.subscription(client().v1.subscriptions.retrieve(subscription_id))
        params: SubscriptionUpdateParams = {
            "items": [
                {
                    "id": now.item_id,
                    "price_data": {
                        "currency": amount.currency.code.lower(),
                        "product": now.product_id,
                        "unit_amount": to_minor(amount),
                        "recurring": {**_every(months)},
                    },
                }
            ],
            "proration_behavior": "none",
        }
        if now.months != months:
            params["trial_end"] = int(now.paid_until.timestamp())
        client().v1.subscriptions.update(subscription_id, params, {"idempotency_key": key})
    idempotency.answered(call, subscription_id, at=at)


def pause(subscription_id: str, *, until: datetime, key: str, at: datetime) -> None:
    """Charge nothing before that moment; Stripe goes on by itself, also if we are down then.

    :raises StripeUnavailable: if it may work later
    :raises StripeRefused: if it never will
    """
    _update(
        subscription_id,
        {"pause_collection": {"behavior": "void", "resumes_at": int(until.timestamp())}},
        key=key,
        at=at,
    )


def go_on(subscription_id: str, *, key: str, at: datetime) -> None:
    """End a pause.

    :raises StripeUnavailable: if it may work later
    :raises StripeRefused: if it never will
    """
    _update(subscription_id, {"pause_collection": ""}, key=key, at=at)


def use_card(subscription_id: str, *, payment_method_id: str, key: str, at: datetime) -> None:
    """Charge this card from now on. Retries try the subscription's own card first, so it must be attached there.

    :raises StripeUnavailable: if it may work later
    :raises StripeRefused: if it never will
    """
    _update(subscription_id, {"default_payment_method": payment_method_id}, key=key, at=at)


def _update(subscription_id: str, params: SubscriptionUpdateParams, *, key: str, at: datetime) -> None:
    call = idempotency.claim(key, {"update": subscription_id, **params}, at=at)
    with translated_errors():
        client().v1.subscriptions.update(subscription_id, params, {"idempotency_key": key})
    idempotency.answered(call, subscription_id, at=at)


def open_portal(customer_id: str, *, return_url: str, language: str) -> str:
    """Return the address of Stripe's page where a customer enters another card. It opens once, soon, for them alone.

    :raises StripeUnavailable: if it may work later
    :raises StripeRefused: if there is no such customer
    """
    with translated_errors():
        session = client().v1.billing_portal.sessions.create(
            {
                "customer": customer_id,
                "return_url": return_url,
                "locale": _LANGUAGES.get(language, "auto"),
                "flow_data": {
                    "type": "payment_method_update",
                    "after_completion": {"type": "redirect", "redirect": {"return_url": return_url}},
                },
            }
        )
    return session.url


def pay_invoice(invoice_id: str, *, payment_method_id: str, key: str, at: datetime) -> None:
    """Try an open invoice again, now, with this card. What came of it is told by a webhook.

    :raises StripeUnavailable: if it may work later
    :raises StripeRefused: if the bank says no, or it is paid already
    """
    call = idempotency.claim(key, {"pay": invoice_id, "with": payment_method_id}, at=at)
    with translated_errors():
        client().v1.invoices.pay(invoice_id, {"payment_method": payment_method_id}, {"idempotency_key": key})
    idempotency.answered(call, invoice_id, at=at)


def forget_customer(customer_id: str, *, key: str, at: datetime) -> None:
    """Have Stripe delete what it keeps of a customer: name, address, cards. What was paid stays there, as the law asks.

    :raises StripeUnavailable: if it may work later
    :raises StripeRefused: if there is no such customer any more
    """
    call = idempotency.claim(key, {"delete": customer_id}, at=at)
    with translated_errors():
        client().v1.customers.delete(customer_id)
    idempotency.answered(call, customer_id, at=at)
