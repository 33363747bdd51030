"""What the sandbox shows has the shape that the SDK annotates: nothing missing, nothing of its own."""

import json
from typing import Any
from urllib.parse import urlencode

import stripe

from tests.sandbox.conftest import Give
from tests.sandbox.receiver import Receiver
from tests.sandbox.sdk_shapes import problems
from tests.sandbox_process import AUTHENTICATION_CARD, DECLINED_CARD, FAILS_ON_RENEWAL_CARD, STRIPE_KEY, Sandbox

LISTS = (
    "balance_transactions",
    "charges",
    "checkout/sessions",
    "customers",
    "events",
    "invoice_payments",
    "invoices",
    "payment_intents",
    "payment_methods",
    "prices",
    "products",
    "refunds",
    "subscriptions",
)


def raw(sandbox: Sandbox, path: str, **params: str) -> Any:
    """An answer of the API before the SDK touches it."""
    page = sandbox.request("GET", f"/v1/{path}?{urlencode(params)}", headers={"Authorization": f"Bearer {STRIPE_KEY}"})
    assert page.status == 200, page.text
    return json.loads(page.text)


def test_every_object_has_the_sdks_shape(sandbox: Sandbox, client: stripe.StripeClient, give: Give) -> None:
    once = give(customer_creation="always", client_reference_id="7")
    give(DECLINED_CARD)
    give(AUTHENTICATION_CARD)
    monthly = give(FAILS_ON_RENEWAL_CARD, monthly=True)
    client.v1.refunds.create({"payment_intent": str(once.payment_intent), "amount": 300})
    sandbox.clock(months=1)
    client.v1.subscriptions.cancel(str(monthly.subscription))

    found = {}
    for path in LISTS:
        listed = raw(sandbox, path, limit="100", **({"status": "all"} if path == "subscriptions" else {}))
        assert listed["data"], path
        found[path] = [problem for each in listed["data"] for problem in problems(each)]

    assert found == {path: [] for path in LISTS}


def test_expanded_objects_have_the_sdks_shape(sandbox: Sandbox, give: Give) -> None:
    monthly = give(monthly=True)
    once = give()

    found = [
        *problems(
            raw(sandbox, f"checkout/sessions/{monthly.id}", **{"expand[0]": "line_items", "expand[1]": "invoice"})
        ),
        *problems(raw(sandbox, f"invoices/{monthly.invoice}", **{"expand[]": "payments.data.payment.payment_intent"})),
        *problems(raw(sandbox, f"payment_intents/{once.payment_intent}", **{"expand[]": "latest_charge.refunds"})),
        *problems(raw(sandbox, f"subscriptions/{monthly.subscription}", **{"expand[]": "latest_invoice.payments"})),
    ]

    assert found == []


def test_every_event_carries_an_object_of_the_sdks_shape(sandbox: Sandbox, receiver: Receiver, give: Give) -> None:
    sandbox.settle()
    before = len(receiver.received)
    give(DECLINED_CARD)
    give(AUTHENTICATION_CARD)
    give(monthly=True)
    give(FAILS_ON_RENEWAL_CARD, monthly=True)
    sandbox.clock(months=1)
    sandbox.settle()

    events = receiver.received[before:]
    found = [problem for event in events for problem in problems(event) + problems(event["data"]["object"])]

    assert found == []
