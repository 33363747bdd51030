"""Test cards and the payment methods made of them."""

import hashlib
from dataclasses import dataclass
from typing import Any

from stripe.params._customer_list_payment_methods_params import CustomerListPaymentMethodsParams
from stripe.params._payment_method_list_params import PaymentMethodListParams
from stripe.params._payment_method_retrieve_params import PaymentMethodRetrieveParams

from sandbox import listing, shapes
from sandbox.routing import Route
from sandbox.store import Transaction, new_id

Json = dict[str, Any]


@dataclass(frozen=True)
class Decline:
    """Why a bank refuses; `message` is what the donor reads."""

    code: str
    decline_code: str | None
    message: str


DECLINED = Decline("card_declined", "generic_decline", "Your card was declined.")
NOT_AUTHENTICATED = Decline(
    "payment_intent_authentication_failure",
    None,
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
)


@dataclass(frozen=True)
class TestCard:
    """A card number and how its bank behaves."""

    number: str
    brand: str
    what_it_does: str
    decline: Decline | None = None
    decline_on_renewal: Decline | None = None
    asks_to_authenticate: bool = False
    asks_on_renewal: bool = False
    dispute: str | None = None  # the reason that its owner will give
    inquiry: bool = False  # the bank only asks at first
    refunds: str = "at once"  # or "late", or "fail"
    warning: str | None = None  # the kind of fraud that its network will suspect


# docs.stripe.com/testing
CARDS = {
    card.number: card
    for card in (
        TestCard("4242424242424242", "visa", "pays"),
        TestCard("5555555555554444", "mastercard", "pays"),
        TestCard("378282246310005", "amex", "pays"),
        TestCard("4000000000000002", "visa", "is declined", decline=DECLINED),
        TestCard(
            "4000000000009995",
            "visa",
            "has too little money",
            decline=Decline("card_declined", "insufficient_funds", "Your card has insufficient funds."),
        ),
        TestCard(
            "4000000000000069",
            "visa",
            "has expired",
            decline=Decline("expired_card", None, "Your card has expired."),
        ),
        TestCard("4000002500003155", "visa", "asks you to confirm it is you", asks_to_authenticate=True),
        TestCard(
            "4000002760003184",
            "visa",
            "asks you to confirm each time, so a renewal waits for you",
            asks_to_authenticate=True,
            asks_on_renewal=True,
        ),
        TestCard("4000000000000341", "visa", "pays once and fails on renewal", decline_on_renewal=DECLINED),
        TestCard("4000000000000259", "visa", "pays, then disputes it as fraudulent", dispute="fraudulent"),
        TestCard("4000000000002685", "visa", "pays, then disputes it as not received", dispute="product_not_received"),
        TestCard("4000000000001976", "visa", "pays, then its bank inquires", dispute="general", inquiry=True),
        TestCard("4000000000005423", "visa", "pays, then its network warns of fraud", warning="misc"),
        TestCard("4000000000005126", "visa", "pays; a refund to it fails days later", refunds="fail"),
        TestCard("4000000000007726", "visa", "pays; a refund to it takes days", refunds="late"),
    )
}


def make_payment_method(
    transaction: Transaction, card: TestCard, *, expiry: tuple[int, int], billing: Json, customer: str | None
) -> Json:
    """Store a payment method.

    :param expiry: month and year
    :param billing: `billing_details` in Stripe's shape
    """
    facts = {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "display_brand": card.brand,
        "exp_month": expiry[0],
        "exp_year": expiry[1],
        "fingerprint": hashlib.sha256(card.number.encode()).hexdigest()[:16],
        "funding": "credit",
        "generated_from": None,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
    body = {
        "id": new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": billing,
        "card": facts,
        "created": transaction.now,
        "customer": customer,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }
    return shapes.make(transaction, body, {"number": card.number})


def behind(transaction: Transaction, payment_method: Json) -> TestCard:
    """The test card of a payment method."""
    return CARDS[transaction.hidden(payment_method["id"])["number"]]


CHALLENGE_PASSED: Json = {
    "authentication_flow": "challenge",
    "electronic_commerce_indicator": "05",
    "exemption_indicator": None,
    "result": "authenticated",
    "result_reason": None,
    "transaction_id": None,
    "version": "2.2.0",
}


def details_on_charge(payment_method: Json, *, amount: int, authenticated: bool, approved: bool) -> Json:
    """A charge's `payment_method_details`."""
    card = payment_method["card"]
    return {
        "type": "card",
        "card": {
            "amount_authorized": amount if approved else None,
            "authorization_code": "123456" if approved else None,
            "brand": card["brand"],
            "checks": card["checks"],
            "country": card["country"],
            "exp_month": card["exp_month"],
            "exp_year": card["exp_year"],
            "extended_authorization": {"status": "disabled"},
            "fingerprint": card["fingerprint"],
            "funding": card["funding"],
            "incremental_authorization": {"status": "unavailable"},
            "installments": None,
            "last4": card["last4"],
            "mandate": None,
            "multicapture": {"status": "unavailable"},
            "network": card["brand"],
            "network_token": {"used": False},
            "network_transaction_id": None,
            "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
            "regulated_status": card["regulated_status"],
            "three_d_secure": CHALLENGE_PASSED if authenticated else None,
            "transaction_link_id": None,
            "wallet": None,
        },
    }


def retrieve(transaction: Transaction, params: Json, identifier: str) -> Json:
    return transaction.get("payment_method", identifier)


def list_all(transaction: Transaction, params: Json) -> Json:
    return listing.of_kind(
        transaction, params, "payment_method", url="/v1/payment_methods", filters=("customer", "type")
    )


def list_of_customer(transaction: Transaction, params: Json, customer: str) -> Json:
    transaction.get("customer", customer)
    url = f"/v1/customers/{customer}/payment_methods"
    asked = params | {"customer": customer}
    return listing.of_kind(transaction, asked, "payment_method", url=url, filters=("customer", "type"))


ROUTES = [
    Route("GET", "/v1/payment_methods", list_all, PaymentMethodListParams, listing.PAGING | {"customer", "type"}),
    Route("GET", "/v1/payment_methods/{id}", retrieve, PaymentMethodRetrieveParams),
    Route(
        "GET",
        "/v1/customers/{id}/payment_methods",
        list_of_customer,
        CustomerListPaymentMethodsParams,
        listing.PAGING | {"type"},
    ),
]
