"""What a program gets that asks wrongly, twice, or for a lot."""

import json
import threading
import time
import uuid
from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import Give, checkout_params, client_for
from tests.sandbox_process import STRIPE_KEY, Sandbox


def refusal(client: stripe.StripeClient, **changes: Any) -> stripe.InvalidRequestError:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.create(checkout_params("ann@example.org", **changes))
    return caught.value


def price(**changes: Any) -> list[Any]:
    data = {"currency": "usd", "unit_amount": 2500, "product_data": {"name": "Gift"}} | changes
    return [{"price_data": {name: value for name, value in data.items() if value is not None}, "quantity": 1}]


@pytest.mark.parametrize(
    ("changes", "param", "code"),
    [
        ({"colour": "red"}, "colour", "parameter_unknown"),
        ({"line_items": price(colour="red")}, "line_items[0][price_data][colour]", "parameter_unknown"),
        ({"line_items": price(currency=None)}, "line_items[0][price_data][currency]", "parameter_missing"),
        ({"line_items": price(unit_amount="ten")}, "line_items[0][price_data][unit_amount]", "parameter_invalid_integer"),
        ({"line_items": price(unit_amount=12.5)}, "line_items[0][price_data][unit_amount]", "parameter_invalid_integer"),
        ({"line_items": price(unit_amount=-1)}, "line_items[0][price_data][unit_amount]", "parameter_invalid_integer"),
        ({"line_items": price(unit_amount=100_000_000)}, "line_items[0][price_data][unit_amount]", "amount_too_large"),
        ({"line_items": price(unit_amount=49)}, None, "amount_too_small"),
        ({"line_items": price(currency="jpy", unit_amount=49)}, None, "amount_too_small"),
        ({"line_items": price(currency="isk", unit_amount=50050)}, "line_items[0][price_data][unit_amount]", None),
        ({"line_items": price(currency="xyz")}, "line_items[0][price_data][currency]", None),
        ({"line_items": price(product="prod_none", product_data=None)}, "line_items[0][price_data][product]", "resource_missing"),
        ({"line_items": price(recurring={"interval": "fortnight"})}, "line_items[0][price_data][recurring][interval]", None),
        ({"line_items": price(recurring={"interval": "month"})}, "line_items", None),
        ({"mode": "subscription", "submit_type": None, "payment_intent_data": None}, "line_items", None),
        ({"mode": "gift"}, "mode", None),
        ({"success_url": ""}, "success_url", "parameter_invalid_empty"),
        ({"success_url": "javascript:alert(1)"}, "success_url", "url_invalid"),
        ({"customer": "cus_none", "customer_email": None}, "customer", "resource_missing"),
        ({"expires_at": int(time.time()) + 60}, "expires_at", None),
        ({"metadata": {"long": "x" * 501}}, "metadata[long]", None),
        ({"metadata": {f"k{n}": "v" for n in range(51)}}, "metadata", None),
        ({"customer_email": "nobody"}, "customer_email", "email_invalid"),
        ({"payment_method_types": ["card"]}, "payment_method_types", "payment_method_types_no_longer_supported"),
        ({"discounts": [{"coupon": "x"}]}, "discounts[0]", "sandbox_not_built"),
    ],
)  # fmt: skip
def test_wrong_parameters_are_refused_as_stripe_does(
    client: stripe.StripeClient, changes: dict[str, Any], param: str | None, code: str | None
) -> None:
    changes = dict(changes)
    unwanted = [name for name in changes if changes[name] is None]
    params = checkout_params("ann@example.org") | changes
    for name in unwanted:
        del params[name]

    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.create(params)

    assert (caught.value.http_status, caught.value.param, caught.value.code) == (400, param, code)
    assert caught.value.request_id


def test_a_refused_request_leaves_nothing_behind(client: stripe.StripeClient) -> None:
    before = client.v1.products.list({"limit": 1}).data

    refusal(client, line_items=[*price(), *price(unit_amount=-1)])

    assert [each.id for each in client.v1.products.list({"limit": 1}).data] == [each.id for each in before]


def test_yen_have_no_cents(client: stripe.StripeClient, give: Give) -> None:
    session = give(line_items=price(currency="jpy", unit_amount=1000))

    intent = client.v1.payment_intents.retrieve(
        str(session.payment_intent), {"expand": ["latest_charge.balance_transaction"]}
    )
    assert isinstance(intent.latest_charge, stripe.Charge)
    money = intent.latest_charge.balance_transaction
    assert isinstance(money, stripe.BalanceTransaction)
    assert (money.amount, money.fee, money.currency) == (650, 49, "usd")


def test_unknown_ids_and_addresses_are_not_found(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such customer: 'cus_none'") as caught:
        client.v1.customers.retrieve("cus_none")

    assert (caught.value.http_status, caught.value.code, caught.value.param) == (404, "resource_missing", "id")
    page = sandbox.request("GET", "/v1/nothing", headers={"Authorization": f"Bearer {STRIPE_KEY}"})
    assert page.status == 404
    assert json.loads(page.text)["error"]["type"] == "invalid_request_error"


def test_another_key_is_not_let_in(sandbox: Sandbox) -> None:
    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key provided"):
        client_for(sandbox, "sk_test_another_one_altogether").v1.customers.list()

    assert sandbox.request("GET", "/v1/customers").status == 401


def test_another_api_version_is_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=r"speaks API version 2026-10-28\.endive"):
        client.v1.customers.list({}, {"stripe_version": "2019-12-03"})


def test_the_same_key_replays_the_first_answer(client: stripe.StripeClient, email: str) -> None:
    key = str(uuid.uuid4())

    first = client.v1.customers.create({"email": email}, {"idempotency_key": key})
    second = client.v1.customers.create({"email": email}, {"idempotency_key": key})

    assert second.id == first.id
    assert second.last_response
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(client.v1.customers.list({"email": email}).data) == 1


def test_the_same_key_for_something_else_is_refused(client: stripe.StripeClient, email: str) -> None:
    key = str(uuid.uuid4())
    client.v1.customers.create({"email": email}, {"idempotency_key": key})

    with pytest.raises(stripe.IdempotencyError, match="same parameters") as caught:
        client.v1.customers.create({"email": email, "name": "Ann"}, {"idempotency_key": key})

    assert caught.value.http_status == 400


def test_a_refusal_is_replayed_too_but_wrong_parameters_free_the_key(client: stripe.StripeClient, give: Give) -> None:
    session = give()
    key, free = str(uuid.uuid4()), str(uuid.uuid4())
    too_much: Any = {"payment_intent": str(session.payment_intent), "amount": 9999}
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
            client.v1.refunds.create(too_much, {"idempotency_key": key})
    wrong: Any = {"payment_intent": str(session.payment_intent), "colour": "red"}
    with pytest.raises(stripe.InvalidRequestError, match="unknown parameter"):
        client.v1.refunds.create(wrong, {"idempotency_key": free})

    refund = client.v1.refunds.create({"payment_intent": str(session.payment_intent)}, {"idempotency_key": free})

    assert refund.status == "succeeded"


def test_two_requests_under_one_key_at_once_meet_a_conflict(
    sandbox: Sandbox, client: stripe.StripeClient, email: str
) -> None:
    key = str(uuid.uuid4())
    outcomes: list[int] = []

    def create() -> None:
        try:
            client.v1.customers.create({"email": email}, {"idempotency_key": key})
            outcomes.append(200)
        except stripe.StripeError as refused:
            outcomes.append(refused.http_status or 0)

    sandbox.call("POST", "/_/latency", {"milliseconds": 300})
    try:
        threads = [threading.Thread(target=create) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sandbox.call("POST", "/_/latency", {"milliseconds": 0})

    assert sorted(outcomes) == [200, 409, 409]
    assert len(client.v1.customers.list({"email": email}).data) == 1


def test_lists_come_in_pages(client: stripe.StripeClient, email: str) -> None:
    made = [client.v1.customers.create({"email": email, "name": str(n)}).id for n in range(5)]

    first = client.v1.customers.list({"email": email, "limit": 2})
    everything = [each.id for each in client.v1.customers.list({"email": email, "limit": 2}).auto_paging_iter()]
    before = client.v1.customers.list({"email": email, "limit": 2, "ending_before": made[1]})

    assert first.has_more
    assert everything == made[::-1]
    assert [each.id for each in before.data] == [made[3], made[2]]


def test_customers_are_found_by_email_and_metadata(client: stripe.StripeClient, email: str) -> None:
    made = client.v1.customers.create({"email": email, "metadata": {"donor": email}})
    client.v1.customers.update(made.id, {"name": "Ann", "metadata": {"since": "2026", "donor": ""}})

    found = client.v1.customers.search({"query": f'email:"{email}" AND metadata["since"]:"2026"'})

    assert [(each.id, each.name) for each in found.data] == [(made.id, "Ann")]
    assert found.data[0].metadata
    assert found.data[0].metadata.to_dict() == {"since": "2026"}


@pytest.mark.parametrize(
    "path", ["data.payments.data.payment.charge", "customer.colour", "amount_due", "number", "colour"]
)
def test_what_cannot_be_expanded_is_refused(client: stripe.StripeClient, give: Give, path: str) -> None:
    session = give(monthly=True)

    with pytest.raises(stripe.InvalidRequestError, match=r"cannot (be expanded|expand more than 4)"):
        client.v1.invoices.retrieve(str(session.invoice), {"expand": [path]})


def test_lists_expand_each_of_theirs(client: stripe.StripeClient, give: Give) -> None:
    session = give(customer_creation="always")

    found = client.v1.charges.list(
        {"customer": str(session.customer), "expand": ["data.balance_transaction", "data.customer"]}
    )

    assert isinstance(found.data[0].balance_transaction, stripe.BalanceTransaction)
    assert isinstance(found.data[0].customer, stripe.Customer)


def test_events_are_found_by_type_and_time(client: stripe.StripeClient, give: Give) -> None:
    session = give(monthly=True)

    latest = client.v1.events.list({"type": "checkout.session.*", "limit": 1}).data[0]

    assert latest.data.object["id"] == session.id
    assert client.v1.events.retrieve(latest.id).type == "checkout.session.completed"
    later = client.v1.events.list({"types": ["invoice.paid"], "created": {"gt": latest.created + 3600}})
    assert later.data == []
