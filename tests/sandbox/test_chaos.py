"""Webhooks that come twice, in another order, late, or never."""

from collections.abc import Iterator

import pytest
import stripe

from tests.sandbox.conftest import client_for
from tests.sandbox.receiver import Receiver, receiving
from tests.sandbox_process import Sandbox, running_sandbox

DAY = 86400


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def sandbox(receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox of its own: chaos would trouble the others."""
    with running_sandbox(receiver.url, tmp_path_factory.mktemp("chaos")) as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> stripe.StripeClient:
    return client_for(sandbox)


def customers(client: stripe.StripeClient, number: int) -> list[str]:
    return [client.v1.customers.create({"name": f"Ann {n}"}).id for n in range(number)]


def came(receiver: Receiver) -> list[str]:
    return [event["data"]["object"]["id"] for event in receiver.received]


def test_every_event_may_come_twice(client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.call("POST", "/_/chaos", {"duplicate": 1})

    made = customers(client, 5)
    sandbox.settle()

    assert sorted(came(receiver)) == sorted(made * 2)


def test_a_lost_event_is_found_in_the_list(client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.call("POST", "/_/chaos", {"drop": 0.5, "seed": 3})

    made = customers(client, 12)
    settled = sandbox.settle()
    missed = [event.data.object["id"] for event in client.v1.events.list({"delivery_success": False, "limit": 100})]
    arrived = came(receiver)
    sandbox.settle(retry=True)

    assert settled["settled"]
    assert arrived
    assert missed
    assert sorted(arrived + missed) == sorted(made)
    assert sorted(came(receiver)) == sorted(made)


def test_the_same_seed_loses_the_same_events(tmp_path_factory: pytest.TempPathFactory) -> None:
    lost = []
    for _ in range(2):
        with receiving() as receiver, running_sandbox(receiver.url, tmp_path_factory.mktemp("seed")) as sandbox:
            sandbox.call("POST", "/_/chaos", {"drop": 0.5, "seed": 9})
            made = customers(client_for(sandbox), 12)
            sandbox.settle()
            lost.append([n for n, customer in enumerate(made) if customer not in came(receiver)])

    assert lost[0] == lost[1] != []


def test_events_come_days_later(client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.call("POST", "/_/chaos", {"delay_days": 3})
    made = customers(client, 2)

    sandbox.clock(seconds=2 * DAY)
    assert sandbox.settle()["undelivered"] == 2
    assert came(receiver) == []
    sandbox.clock(seconds=DAY)
    sandbox.settle()

    assert sorted(came(receiver)) == sorted(made)


def test_the_order_is_lost_and_nothing_else(client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.call("POST", "/_/chaos", {"delay_days": 1, "shuffle": True, "seed": 1})
    made = customers(client, 60)

    sandbox.clock(seconds=2 * DAY)
    sandbox.settle()

    arrived = came(receiver)
    assert sorted(arrived) == sorted(made)
    # Eight walk at once, so neighbours change places anyway; shuffled, the first few come from everywhere.
    assert max(made.index(each) for each in arrived[:12]) > 30


def test_chaos_ends_and_odd_wishes_are_refused(sandbox: Sandbox) -> None:
    sandbox.call("POST", "/_/chaos", {"duplicate": 0.2, "seed": 4})

    assert sandbox.call("GET", "/_/chaos")["duplicate"] == 0.2
    assert sandbox.call("DELETE", "/_/chaos")["duplicate"] == 0
    for wish in ('{"drop": 2}', '{"duplicate": "often"}', '{"delay_days": -1}', '{"seed": "x"}'):
        assert sandbox.request("POST", "/_/chaos", wish).status == 400, wish
