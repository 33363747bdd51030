"""Payment intents and their charges."""

from dataclasses import dataclass
from typing import Any

from stripe.params._charge_list_params import ChargeListParams
from stripe.params._charge_retrieve_params import ChargeRetrieveParams
from stripe.params._payment_intent_list_params import PaymentIntentListParams
from stripe.params._payment_intent_retrieve_params import PaymentIntentRetrieveParams
from stripe.params._payment_intent_update_params import PaymentIntentUpdateParams

from sandbox import amounts, balance, cards, declines, events, exchange, listing, metadata, schedule, shapes
from sandbox.balance import Line
from sandbox.cards import Decline
from sandbox.routing import Route
from sandbox.store import Transaction, new_id

Json = dict[str, Any]

# A bank that will complain does so a moment later.
SECONDS_UNTIL_COMPLAINT = 30


@dataclass(frozen=True)
class Purpose:
    """What a payment is for."""

    amount: int
    currency: str
    customer: str | None
    description: str | None
    metadata: dict[str, str]
    off_session_later: bool = False


def open_intent(transaction: Transaction, purpose: Purpose) -> Json:
    identifier = new_id("pi")
    body = {
        "id": identifier,
        "object": "payment_intent",
        "amount": purpose.amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic_async",
        "client_secret": f"{identifier}_{new_id('secret', 25)}",
        "confirmation_method": "automatic",
        "created": transaction.now,
        "currency": purpose.currency,
        "customer": purpose.customer,
        "description": purpose.description,
        "livemode": False,
        "metadata": purpose.metadata,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "setup_future_usage": "off_session" if purpose.off_session_later else None,
        "status": "requires_payment_method",
    }
    intent = shapes.make(transaction, body)
    events.record(transaction, "payment_intent.created", intent)
    return intent


def ask_to_authenticate(transaction: Transaction, intent: Json, payment_method: Json, url: str) -> None:
    """The bank wants to know that it is the donor."""
    intent["status"] = "requires_action"
    intent["payment_method"] = payment_method["id"]
    intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": {"url": url, "return_url": url}}
    events.record(transaction, "payment_intent.requires_action", transaction.save(intent))


def _wait_for_donor(transaction: Transaction, intent: Json, payment_method: Json) -> None:
    """The bank asks a donor who is not there: the intent waits for the answer on the invoice's page."""
    intent["status"] = "requires_action"
    intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    intent["last_payment_error"] = _error(declines.AUTHENTICATION_REQUIRED, payment_method)
    events.record(transaction, "payment_intent.requires_action", transaction.save(intent))


def _error(decline: Decline, payment_method: Json) -> Json:
    error = {
        "type": "card_error",
        "code": decline.code,
        "message": decline.message,
        "payment_method": payment_method,
        "payment_method_type": "card",
    }
    if decline.decline_code:
        error["decline_code"] = decline.decline_code
    return error


def confirm(
    transaction: Transaction,
    intent: Json,
    payment_method: Json,
    *,
    renewal: bool = False,
    authenticated: bool = False,
) -> Decline | None:
    """Charge the card behind a payment method.

    :param renewal: without the donor being there
    :return: why the bank refuses, or None if it pays
    """
    card = cards.behind(transaction, payment_method)
    decline = declines.of(transaction, payment_method, off_session=renewal, authenticated=authenticated)
    intent["payment_method"] = payment_method["id"]
    intent["next_action"] = None
    if decline is declines.AUTHENTICATION_REQUIRED:
        _wait_for_donor(transaction, intent, payment_method)
        return decline
    if decline:
        fail(transaction, intent, payment_method, decline)
        return decline
    charge = _charge(transaction, intent, payment_method, decline=None, authenticated=authenticated)
    intent["status"] = "succeeded"
    intent["amount_received"] = intent["amount"]
    intent["latest_charge"] = charge["id"]
    intent["last_payment_error"] = None
    events.record(transaction, "payment_intent.succeeded", transaction.save(intent))
    events.record(transaction, "charge.succeeded", charge)
    # With asynchronous capture, the default, the balance transaction comes a moment after the charge.
    charge["balance_transaction"] = _book(transaction, charge)
    events.record(transaction, "charge.updated", transaction.save(charge), {"balance_transaction": None})
    if card.dispute or card.warning:
        action = schedule.DISPUTE_CHARGE if card.dispute else schedule.WARN_OF_FRAUD
        schedule.plan(transaction, action, charge["id"], transaction.now + SECONDS_UNTIL_COMPLAINT)
    return None


def _book(transaction: Transaction, charge: Json) -> str:
    money = exchange.settled(transaction, charge["amount"], charge["currency"])
    fee = amounts.fee(money.amount, money.currency)
    line = Line("charge", charge["id"], money, charge["description"], fee=fee)
    return str(balance.book(transaction, line)["id"])


def fail(transaction: Transaction, intent: Json, payment_method: Json, decline: Decline) -> None:
    """The bank refuses: the intent waits for another card."""
    charge = None
    if decline is not cards.NOT_AUTHENTICATED:  # there the bank was never asked for money
        charge = _charge(transaction, intent, payment_method, decline=decline, authenticated=False)
        intent["latest_charge"] = charge["id"]
    intent["status"] = "requires_payment_method"
    intent["payment_method"] = None
    intent["next_action"] = None
    error = _error(decline, payment_method)
    if charge:
        error["charge"] = charge["id"]
    else:
        error["type"] = "invalid_request_error"
    intent["last_payment_error"] = error
    transaction.save(intent)
    if charge:
        events.record(transaction, "charge.failed", charge)
    events.record(transaction, "payment_intent.payment_failed", intent)


def cancel(transaction: Transaction, intent: Json, reason: str | None = None) -> None:
    intent["status"] = "canceled"
    intent["canceled_at"] = transaction.now
    intent["cancellation_reason"] = reason
    events.record(transaction, "payment_intent.canceled", transaction.save(intent))


def _charge(
    transaction: Transaction, intent: Json, payment_method: Json, *, decline: Decline | None, authenticated: bool
) -> Json:
    amount, paid = intent["amount"], decline is None
    details = cards.details_on_charge(payment_method, amount=amount, authenticated=authenticated, approved=paid)
    identifier = new_id("ch")
    facts = {
        "id": identifier,
        "amount_captured": amount if paid else 0,
        "captured": paid,
        "failure_code": decline.code if decline else None,
        "failure_message": decline.message if decline else None,
        "outcome": _outcome(decline),
        "paid": paid,
        "receipt_url": f"{transaction.public_url}/#{identifier}" if paid else None,
        "status": "succeeded" if paid else "failed",
    }
    return make_charge(transaction, intent, payment_method, details, facts)


def make_charge(transaction: Transaction, intent: Json, payment_method: Json, details: Json, facts: Json) -> Json:
    """Store a charge for an intent.

    :param details: its `payment_method_details`
    :param facts: its id, and how it went
    """
    body = {
        "object": "charge",
        "amount": intent["amount"],
        "amount_refunded": 0,
        "billing_details": payment_method["billing_details"],
        "calculated_statement_descriptor": "LIFERAFT SANDBOX",
        "created": transaction.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "payment_intent": intent["id"],
        "payment_method": payment_method["id"],
        "payment_method_details": details,
        "radar_options": {},
        "refunded": False,
    }
    return shapes.make(transaction, body | facts)


def _outcome(decline: Decline | None) -> Json:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": "01" if decline else None,
        "network_status": "declined_by_network" if decline else "approved_by_network",
        "reason": (decline.decline_code or decline.code) if decline else None,
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": "The bank declined the payment." if decline else "Payment complete.",
        "type": "issuer_declined" if decline else "authorized",
    }


def retrieve_intent(transaction: Transaction, params: Json, identifier: str) -> Json:
    return transaction.get("payment_intent", identifier)


def update_intent(transaction: Transaction, params: Json, identifier: str) -> Json:
    intent = transaction.get("payment_intent", identifier)
    if "metadata" in params:
        intent["metadata"] = metadata.merged(intent["metadata"], params["metadata"])
    if "description" in params:
        intent["description"] = params["description"]
    return transaction.save(intent)


def list_intents(transaction: Transaction, params: Json) -> Json:
    return listing.of_kind(
        transaction, params, "payment_intent", url="/v1/payment_intents", filters=("created", "customer")
    )


def retrieve_charge(transaction: Transaction, params: Json, identifier: str) -> Json:
    return transaction.get("charge", identifier)


def list_charges(transaction: Transaction, params: Json) -> Json:
    filters = ("created", "customer", "payment_intent")
    return listing.of_kind(transaction, params, "charge", url="/v1/charges", filters=filters)


ROUTES = [
    Route(
        "GET",
        "/v1/payment_intents",
        list_intents,
        PaymentIntentListParams,
        listing.PAGING | {"created", "customer"},
    ),
    Route("GET", "/v1/payment_intents/{id}", retrieve_intent, PaymentIntentRetrieveParams),
    Route("POST", "/v1/payment_intents/{id}", update_intent, PaymentIntentUpdateParams, {"metadata", "description"}),
    Route(
        "GET", "/v1/charges", list_charges, ChargeListParams, listing.PAGING | {"created", "customer", "payment_intent"}
    ),
    Route("GET", "/v1/charges/{id}", retrieve_charge, ChargeRetrieveParams),
]
