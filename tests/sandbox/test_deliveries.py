"""Webhooks arrive until they are taken, whatever happens in between."""

import json
import socket
import time

import pytest
import stripe

from tests.ports import free_port
from tests.sandbox.conftest import Give, checkout_params, client_for
from tests.sandbox.receiver import Receiver, receiving
from tests.sandbox_process import Sandbox, running_sandbox


def test_a_refused_webhook_comes_again_until_it_is_taken(
    client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver, email: str
) -> None:
    sandbox.settle()
    receiver.refuse = 2

    customer = client.v1.customers.create({"email": email})

    receiver.wait_for(customer.id, "customer.created")
    sandbox.settle()
    noted = next(event for event in sandbox.events("customer.created") if event["object"] == customer.id)
    assert noted["attempts"] == 3
    assert noted["delivered_at"]


def test_events_that_were_not_taken_can_be_listed(
    client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver, email: str
) -> None:
    sandbox.settle()
    receiver.refuse = 10_000
    try:
        customer = client.v1.customers.create({"email": email})
        sandbox.settle()

        missed = client.v1.events.list({"delivery_success": False}).data
    finally:
        receiver.refuse = 0
    counts = sandbox.settle(retry=True)

    assert [event.data.object["id"] for event in missed] == [customer.id]
    assert missed[0].pending_webhooks == 1
    assert counts["undelivered"] == 0
    assert client.v1.events.list({"delivery_success": False}).data == []


def test_one_event_can_be_delivered_several_times_at_once(sandbox: Sandbox, receiver: Receiver, give: Give) -> None:
    session = give()
    event = receiver.wait_for(session.id, "checkout.session.completed")

    statuses = sandbox.deliver(event["id"], times=3)

    assert statuses == [200, 200, 200]
    assert len(receiver.about(session.id)) == 4
    assert sandbox.request("POST", "/_/events/evt_none/deliver").status == 404


def test_nothing_is_lost_when_the_sandbox_is_killed(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("killed")
    nobody = f"http://127.0.0.1:{free_port()}/"
    with running_sandbox(nobody, folder) as sandbox:
        session = client_for(sandbox).v1.checkout.sessions.create(checkout_params("ann@example.org", monthly=True))
        sandbox.pay(str(session.url))
        sandbox.clock(months=1)
        offset = sandbox.call("GET", "/_/clock")["offset"]
        sandbox.kill()

    with receiving() as receiver, running_sandbox(receiver.url, folder) as sandbox:
        client = client_for(sandbox)
        again = client.v1.checkout.sessions.retrieve(session.id)
        sandbox.settle(retry=True)
        expected = sandbox.events()

        assert again.payment_status == "paid"
        assert sandbox.call("GET", "/_/clock")["offset"] == offset == int(sandbox.clock_file.read_text())
        assert {event["id"] for event in receiver.received} == {event["id"] for event in expected}
        assert len([event for event in expected if event["type"] == "invoice.paid"]) == 2


def test_a_key_used_before_a_crash_is_still_known(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("keys")
    nobody = f"http://127.0.0.1:{free_port()}/"
    with running_sandbox(nobody, folder) as sandbox:
        first = client_for(sandbox).v1.customers.create({"name": "Ann"}, {"idempotency_key": "customer-1-v1"})
        sandbox.kill()

    with running_sandbox(nobody, folder) as sandbox:
        second = client_for(sandbox).v1.customers.create({"name": "Ann"}, {"idempotency_key": "customer-1-v1"})

    assert second.id == first.id


def test_it_ends_gently_and_starts_quickly(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running_sandbox(f"http://127.0.0.1:{free_port()}/", tmp_path_factory.mktemp("gently")) as sandbox:
        begin = time.monotonic()
        assert sandbox.stop() == 0
        assert time.monotonic() - begin < 3
        begin = time.monotonic()
        sandbox.start()
        assert time.monotonic() - begin < 3

        assert json.loads(sandbox.request("GET", "/_/health").text)["ok"]


def test_a_receiver_that_never_answers_does_not_keep_it_alive(tmp_path_factory: pytest.TempPathFactory) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with running_sandbox(url, tmp_path_factory.mktemp("silent")) as sandbox:
            client_for(sandbox).v1.customers.create({"name": "Ann"})
            with silent.accept()[0]:
                begin = time.monotonic()
                code = sandbox.stop()

    assert code == 0
    assert time.monotonic() - begin < 5


def test_a_secret_that_does_not_match_is_noticed_by_the_receiver(
    receiver: Receiver, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = {"SANDBOX_WEBHOOK_SECRET": "whsec_another"}
    with running_sandbox(receiver.url, tmp_path_factory.mktemp("other"), extra_environment=other) as sandbox:
        customer = client_for(sandbox).v1.customers.create({"name": "Ann"})
        sandbox.settle()
        noted = sandbox.events()[0]

    assert (noted["last_status"], noted["delivered_at"]) == (400, None)
    assert receiver.about(customer.id) == []
    receiver.bad_signatures = 0
