"""Every object that the sandbox shows fits Stripe's published description, which is kept beside the repository."""

from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from tests.sandbox import published_schema
from tests.sandbox.conftest import checkout_params, client_for
from tests.sandbox.test_shapes import raw
from tests.sandbox_process import (
    AUTHENTICATION_CARD,
    BAD_ACCOUNT,
    DECLINED_CARD,
    FAILS_ON_RENEWAL_CARD,
    GOOD_ACCOUNT,
    GOOD_CARD,
    Sandbox,
    running_sandbox,
)

pytestmark = pytest.mark.skipif(
    not published_schema.PLACE.exists(), reason=f"Stripe's description is not there: {published_schema.PLACE}"
)

DAY = 86400
LISTS = (
    "balance_transactions",
    "charges",
    "checkout/sessions",
    "customers",
    "disputes",
    "events",
    "invoice_payments",
    "invoices",
    "payment_intents",
    "payment_methods",
    "payouts",
    "prices",
    "products",
    "radar/early_fraud_warnings",
    "refunds",
    "subscriptions",
)


@pytest.fixture(scope="module")
def lively(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox in which a bit of everything has happened."""
    with running_sandbox("http://127.0.0.1:9/", tmp_path_factory.mktemp("lively")) as sandbox:
        client = client_for(sandbox)
        for card in (GOOD_CARD, DECLINED_CARD, AUTHENTICATION_CARD, "4000000000000259", "4000000000005423"):
            give(client, sandbox, card)
        for card in ("4000000000005126", "4000000000007726", GOOD_CARD):
            client.v1.refunds.create({"payment_intent": give(client, sandbox, card), "amount": 300})
        for account in (GOOD_ACCOUNT, BAD_ACCOUNT):
            sandbox.pay_by_bank(
                str(client.v1.checkout.sessions.create(checkout_params("ann@example.org")).url), account
            )
        for card in (GOOD_CARD, FAILS_ON_RENEWAL_CARD):
            give(client, sandbox, card, monthly=True)
        change_subscriptions(client, sandbox)
        charge = client.v1.charges.list({"limit": 1}).data[0].id
        inquiry = sandbox.call("POST", f"/_/charges/{charge}/dispute", {"inquiry": True})
        sandbox.clock(seconds=10 * DAY)
        sandbox.call("POST", "/_/payouts")
        sandbox.call("POST", f"/_/disputes/{inquiry['id']}/escalate")
        sandbox.call("POST", f"/_/disputes/{inquiry['id']}/win")
        sandbox.clock(months=2)
        for payout in sandbox.call("POST", "/_/payouts")["payouts"]:
            sandbox.call("POST", f"/_/payouts/{payout['id']}/fail")
        yield sandbox


def give(client: stripe.StripeClient, sandbox: Sandbox, card: str, **wishes: Any) -> str:
    session = client.v1.checkout.sessions.create(checkout_params("ann@example.org", **wishes))
    sandbox.pay(str(session.url), card)
    return str(client.v1.checkout.sessions.retrieve(session.id).payment_intent)


def change_subscriptions(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    """Some are paused, uncollected, on another interval or on a card that the bank asks about."""
    names = []
    for _ in range(4):
        give(client, sandbox, GOOD_CARD, monthly=True)
        names.append(client.v1.subscriptions.list({"limit": 1}).data[0].id)
    uncollected, paused, yearly, asked = names
    client.v1.subscriptions.update(uncollected, {"pause_collection": {"behavior": "void"}})
    client.v1.subscriptions.pause(paused, {"bill_for": {"unused_time_from": {"type": "none"}}})
    item = client.v1.subscriptions.retrieve(yearly)["items"].data[0]
    price: Any = {
        "currency": "usd",
        "product": item.price.product,
        "recurring": {"interval": "year"},
        "unit_amount": 9000,
    }
    client.v1.subscriptions.update(
        yearly,
        {
            "items": [{"id": item.id, "price_data": price}],
            "proration_behavior": "none",
            "trial_end": item.current_period_end,
        },
    )
    method = str(client.v1.subscriptions.retrieve(asked).default_payment_method)
    sandbox.call("POST", f"/_/cards/{method}/become", {"declines": "authentication_required"})


@pytest.mark.parametrize("path", LISTS)
def test_every_object_fits(lively: Sandbox, path: str) -> None:
    all_of = {"status": "all"} if path == "subscriptions" else {}
    listed = raw(lively, path, limit="100", **all_of)["data"]

    assert listed
    assert sorted({problem for each in listed for problem in published_schema.problems(each)}) == []


def test_the_object_of_every_event_fits(lively: Sandbox) -> None:
    found: set[str] = set()
    after: dict[str, str] = {}
    kinds = set()
    while True:
        page = raw(lively, "events", limit="100", **after)
        for event in page["data"]:
            kinds.add(event["type"])
            found |= {f"{event['type']}: {each}" for each in published_schema.problems(event["data"]["object"])}
        if not page["has_more"]:
            break
        after = {"starting_after": page["data"][-1]["id"]}

    assert len(kinds) > 40
    assert sorted(found) == []


def test_the_balance_fits(lively: Sandbox) -> None:
    assert published_schema.problems(raw(lively, "balance")) == []
