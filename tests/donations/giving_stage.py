"""The stage for tests of gifts: a real sandbox, its events posted to our webhook address, and the worker's work."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import stripe
from django.core.cache import caches
from django.test import Client

from donations import tasks as donations_tasks
from donations.models import Checkout
from stripe_gateway import tasks as stripe_tasks
from tests.sandbox_process import GOOD_CARD, STRIPE_KEY, Sandbox, running_sandbox

Json = dict[str, Any]

WEBHOOK = "/webhooks/stripe/"
# Nobody listens there: the stage fetches the events itself and posts them when the test says so.
NOWHERE = "http://127.0.0.1:9/"


def work() -> None:
    """Do what the worker would do now."""
    stripe_tasks.process_due()
    donations_tasks.render_due()
    donations_tasks.tell_cards()


def signed(body: str, secret: str, *, timestamp: int | None = None) -> Json:
    """Return the arguments of a test client's POST of this body, signed as Stripe does."""
    header = stripe.WebhookSignature.generate_signature_header(body, secret, timestamp)
    return {"data": body, "content_type": "application/json", "headers": {"Stripe-Signature": header}}


@dataclass
class Stripe:
    """The Stripe of a test."""

    sandbox: Sandbox
    secret: str
    _seen: set[str] = field(default_factory=set)

    def deliver(self, client: Client, event: Json) -> Any:
        """Post one event to our webhook address, signed."""
        return client.post(WEBHOOK, **signed(json.dumps(event), self.secret))

    def new_events(self) -> list[Json]:
        """The events since the last time, oldest first."""
        fresh = [event for event in reversed(self.sandbox.events()) if event["id"] not in self._seen]
        self._seen.update(event["id"] for event in fresh)
        return [self.event(event["id"]) for event in fresh]

    def event(self, event_id: str) -> Json:
        """An event as Stripe posts it."""
        page = self.sandbox.request("GET", f"/v1/events/{event_id}", headers={"Authorization": f"Bearer {STRIPE_KEY}"})
        event: Json = json.loads(page.body)
        return event

    def deliver_new(self, client: Client) -> list[Json]:
        """Post everything that happened since the last time, oldest first, and do the worker's work."""
        events = self.new_events()
        for event in events:
            assert self.deliver(client, event).status_code == 200
        work()
        return events

    @property
    def api(self) -> stripe.StripeClient:
        return stripe.StripeClient(STRIPE_KEY, base_addresses={"api": self.sandbox.api_url})


_shared: list[Sandbox] = []


@contextmanager
def one_sandbox(folder: Path) -> Iterator[None]:
    """Keep one sandbox running for all stages of this process: to start one takes longer than most tests."""
    with running_sandbox(NOWHERE, folder) as sandbox:
        _shared.append(sandbox)
        try:
            yield
        finally:
            _shared.clear()


@contextmanager
def stripe_stage(settings: Any, tmp_path: Path) -> Iterator[Stripe]:
    """A sandbox that knows of nothing yet, with our settings pointing at it."""
    with ExitStack() as stack:
        if not _shared:
            stack.enter_context(one_sandbox(tmp_path))
        sandbox = _shared[0]
        sandbox.call("POST", "/_/forget")
        # Nobody listens to it: the test delivers the events.
        sandbox.call("POST", "/_/chaos", {"drop": 1})
        settings.STRIPE_API_URL = sandbox.api_url
        settings.STRIPE_SECRET_KEY = STRIPE_KEY
        settings.STRIPE_WEBHOOK_SECRETS = ["whsec_stage"]
        settings.CLOCK_FILE = str(sandbox.clock_file)
        yield Stripe(sandbox, "whsec_stage")


def forget_throttles() -> None:
    caches["shared"].clear()


def begin(client: Client, **wish: str) -> Any:
    """Choose, go on, fill in, press the button: the answer to that."""
    choice = {"amount": "25", "interval": "month", "fund": "aid"} | {
        name: value for name, value in wish.items() if name not in {"email", "name"}
    }
    screen = client.get("/donate/", choice)
    token = re.search(r'name="form_token" value="([^"]+)"', screen.content.decode())
    assert token, screen.content.decode()
    fields = {"email": wish.get("email", "ann@example.org"), "name": wish.get("name", "Ann Example")}
    return client.post("/donate/", choice | fields | {"form_token": token[1]})


def give(client: Client, stripe: Stripe, *, card: str = GOOD_CARD, **wish: str) -> Checkout:
    """Give through the front door: our form, the hosted page. Nothing is delivered yet."""
    answer = begin(client, **wish)
    assert answer.status_code == 303, answer.content.decode()
    page = stripe.sandbox.pay(answer["Location"], card, email=wish.get("email", "ann@example.org"))
    assert "/donate/thanks/?session=cs_" in page.location, page.text
    return Checkout.objects.latest("pk")
