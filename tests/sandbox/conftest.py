"""One sandbox for the session; every test brings its own donors."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stripe

from tests.sandbox.receiver import Receiver, receiving
from tests.sandbox_process import STRIPE_KEY, Sandbox, running_sandbox

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def shared_receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def receiver(shared_receiver: Receiver) -> Receiver:
    return shared_receiver


@pytest.fixture(scope="session")
def shared_sandbox(shared_receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(shared_receiver.url, tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def sandbox(shared_sandbox: Sandbox) -> Sandbox:
    return shared_sandbox


@pytest.fixture(scope="module", autouse=True)
def _without_the_gifts_of_other_files(shared_sandbox: Sandbox) -> None:
    """Each move of the clock renews all the gifts that there are."""
    shared_sandbox.call("POST", "/_/forget")


def client_for(sandbox: Sandbox, key: str = STRIPE_KEY) -> stripe.StripeClient:
    return stripe.StripeClient(key, base_addresses={"api": sandbox.api_url}, max_network_retries=0)


@pytest.fixture(scope="session")
def client(sandbox: Sandbox) -> stripe.StripeClient:
    return client_for(sandbox)


@pytest.fixture
def email() -> str:
    return f"ann{next(_numbers)}@example.org"


def checkout_params(email: str, *, amount: int = 2500, monthly: bool = False, **more: Any) -> Any:
    """What Liferaft asks for when a donor gives."""
    price: dict[str, Any] = {"currency": "usd", "unit_amount": amount, "product_data": {"name": "Gift"}}
    purpose = {"fund": "aid", "campaign": "7"}
    params: dict[str, Any] = {
        "mode": "payment",
        "line_items": [{"price_data": price, "quantity": 1}],
        "customer_email": email,
        "success_url": "http://localhost:8000/donate/thanks/?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://localhost:8000/donate/",
        "metadata": purpose,
    }
    if monthly:
        price["recurring"] = {"interval": "month"}
        params |= {"mode": "subscription", "subscription_data": {"metadata": purpose}}
    else:
        params |= {"submit_type": "donate", "payment_intent_data": {"metadata": purpose}}
    return params | more


Give = Callable[..., stripe.checkout.Session]


@pytest.fixture
def give(client: stripe.StripeClient, sandbox: Sandbox, email: str) -> Give:
    """A donor gives: `give(monthly=True, card=…)`; the session comes back as it is afterwards."""

    def give(card: str = "4242424242424242", **wishes: Any) -> stripe.checkout.Session:
        session = client.v1.checkout.sessions.create(checkout_params(email, **wishes))
        assert session.url
        sandbox.pay(session.url, card, email=email)
        return client.v1.checkout.sessions.retrieve(session.id)

    return give
