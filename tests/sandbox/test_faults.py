"""Requests that fail on demand, before or after their work was done."""

from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import Give
from tests.sandbox_process import STRIPE_KEY, Sandbox


@pytest.fixture(autouse=True)
def no_fault_is_left(sandbox: Sandbox) -> Iterator[None]:
    yield
    sandbox.call("DELETE", "/_/faults")


def fault(sandbox: Sandbox, path: str, **wish: object) -> None:
    sandbox.call("POST", "/_/faults", {"path": path, "method": "POST"} | wish)


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (429, stripe.RateLimitError, "rate_limit"),
        (409, stripe.APIError, "lock_timeout"),
        (402, stripe.CardError, "card_declined"),
        (401, stripe.AuthenticationError, None),
        (403, stripe.PermissionError, None),
        (500, stripe.APIError, None),
        (503, stripe.APIError, None),
    ],
)
def test_the_sdk_understands_each_fault(
    client: stripe.StripeClient,
    sandbox: Sandbox,
    email: str,
    status: int,
    error: type[stripe.StripeError],
    code: str | None,
) -> None:
    fault(sandbox, "/v1/customers", status=status)

    with pytest.raises(error) as caught:
        client.v1.customers.create({"email": email})

    said: Any = caught.value.json_body
    assert (caught.value.http_status, said["error"].get("code")) == (status, code)
    assert client.v1.customers.list({"email": email}).data == []
    client.v1.customers.create({"email": email})
    assert len(client.v1.customers.list({"email": email}).data) == 1


def test_a_fault_is_only_for_its_address_and_as_often_as_wished(
    client: stripe.StripeClient, sandbox: Sandbox, give: Give
) -> None:
    charge = str(give().payment_intent)
    fault(sandbox, "/v1/payment_intents/{id}", method="GET", status=503, times=2, message="Closed for today.")

    client.v1.payment_intents.list()
    for _ in range(2):
        with pytest.raises(stripe.APIError, match="Closed for today"):
            client.v1.payment_intents.retrieve(charge)
    assert client.v1.payment_intents.retrieve(charge).id == charge


def test_the_sdk_tries_again_by_itself(sandbox: Sandbox, email: str) -> None:
    patient = stripe.StripeClient(STRIPE_KEY, base_addresses={"api": sandbox.api_url}, max_network_retries=2)
    fault(sandbox, "/v1/customers", status=503, times=2)

    made = patient.v1.customers.create({"email": email})

    assert [each.id for each in patient.v1.customers.list({"email": email}).data] == [made.id]


def test_work_may_be_done_although_the_answer_is_an_error(
    client: stripe.StripeClient, sandbox: Sandbox, give: Give
) -> None:
    intent = str(give(amount=2500).payment_intent)
    fault(sandbox, "/v1/refunds", status=500, after_execution=True)

    for _ in range(2):  # the error is kept under the key, as at Stripe
        with pytest.raises(stripe.APIError):
            client.v1.refunds.create({"payment_intent": intent, "amount": 700}, {"idempotency_key": f"refund-{intent}"})

    assert [refund.amount for refund in client.v1.refunds.list({"payment_intent": intent}).data] == [700]
    assert (
        sandbox.events("refund.created")[0]["object"] == client.v1.refunds.list({"payment_intent": intent}).data[0].id
    )


@pytest.mark.parametrize("after_execution", [True, False])
def test_an_answer_that_never_comes_can_be_asked_for_again(
    client: stripe.StripeClient, sandbox: Sandbox, give: Give, after_execution: bool
) -> None:
    intent = str(give(amount=2500).payment_intent)
    fault(sandbox, "/v1/refunds", cut=True, after_execution=after_execution)
    options: stripe.RequestOptions = {"idempotency_key": f"refund-{intent}"}

    with pytest.raises(stripe.APIConnectionError):
        client.v1.refunds.create({"payment_intent": intent, "amount": 700}, options)
    done = client.v1.refunds.list({"payment_intent": intent}).data
    again = client.v1.refunds.create({"payment_intent": intent, "amount": 700}, options)

    assert [refund.id for refund in done] == ([again.id] if after_execution else [])
    assert [refund.id for refund in client.v1.refunds.list({"payment_intent": intent}).data] == [again.id]


def test_faults_are_listed_and_cleared_and_odd_ones_refused(sandbox: Sandbox) -> None:
    fault(sandbox, "/v1/refunds", times=3)

    listed = sandbox.call("GET", "/_/faults")["faults"]
    assert [(each["path"], each["status"], each["times"]) for each in listed] == [("/v1/refunds", 500, 3)]
    assert sandbox.call("DELETE", "/_/faults") == {"faults": []}
    for wish in ('{"path": "/donate"}', '{"path": "/v1/x", "status": 418}', '{"path": "/v1/x", "times": 0}', "{}"):
        assert sandbox.request("POST", "/_/faults", wish).status == 400, wish
