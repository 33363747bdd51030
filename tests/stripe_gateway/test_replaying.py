"""``replay_stripe_events`` fetches what Stripe could not deliver, and tries again what failed."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import stripe
from django.core.management import CommandError, call_command
from django.test import Client

from ledger.models import Fund
from stripe_gateway.models import StripeEvent
from tests.sandbox_process import STRIPE_KEY, Sandbox, running_sandbox
from tests.stripe_gateway.conftest import SECRET
from tests.stripe_gateway.recorded import dumped, post

pytestmark = pytest.mark.django_db
NOWHERE = "http://127.0.0.1:9/"


@pytest.fixture(autouse=True)
def _handlers(settings: Any) -> None:
    settings.STRIPE_HANDLERS = "tests.stripe_gateway.recorded.COUNTS"


@pytest.fixture
def sandbox(settings: Any, tmp_path: Path) -> Iterator[Sandbox]:
    with running_sandbox(NOWHERE, tmp_path) as running:
        settings.STRIPE_API_URL = running.api_url
        settings.STRIPE_SECRET_KEY = STRIPE_KEY
        yield running


def replay(*options: str) -> str:
    said = StringIO()
    call_command("replay_stripe_events", *options, stdout=said, stderr=said)
    return said.getvalue()


def fail(client: Client, settings: Any) -> None:
    """Leave a failed event behind."""
    settings.STRIPE_HANDLERS = "tests.stripe_gateway.recorded.FAILS"
    post(client, dumped(), SECRET)
    replay()
    assert StripeEvent.objects.get().state == "failed"


def test_what_stripe_could_not_deliver_is_fetched_and_stored_once(sandbox: Sandbox) -> None:
    api = stripe.StripeClient(STRIPE_KEY, base_addresses={"api": sandbox.api_url})
    api.v1.customers.create({"email": "ann@example.org"})

    first, second = replay(), replay()

    assert "1 undelivered events fetched from Stripe, 1 of them new." in first
    assert "1 undelivered events fetched from Stripe, 0 of them new." in second
    assert StripeEvent.objects.get().type == "customer.created"


def test_failed_events_are_tried_again_when_asked_for(
    client: Client, sandbox: Sandbox, aid_fund: Fund, settings: Any
) -> None:
    fail(client, settings)
    settings.STRIPE_HANDLERS = "tests.stripe_gateway.recorded.COUNTS"

    assert "1 events have failed so far" in replay()
    assert "1 failed events are tried again." in replay("--failed")

    assert StripeEvent.objects.get().state == "done"


def test_events_that_fail_again_are_no_success(client: Client, sandbox: Sandbox, aid_fund: Fund, settings: Any) -> None:
    fail(client, settings)

    with pytest.raises(CommandError, match="still fail"):
        replay("--failed")


def test_without_stripe_the_rest_is_done_and_the_command_says_so(client: Client, settings: Any) -> None:
    settings.STRIPE_API_URL = NOWHERE.rstrip("/")
    post(client, dumped(), SECRET)

    with pytest.raises(CommandError, match="does not answer"):
        replay()

    assert StripeEvent.objects.get().state == "done"


def test_what_happened_first_is_worked_through_first(sandbox: Sandbox) -> None:
    api = stripe.StripeClient(STRIPE_KEY, base_addresses={"api": sandbox.api_url})
    made = [api.v1.customers.create({"email": f"ann{number}@example.org"}).id for number in range(3)]
    for customer in made:
        api.v1.customers.update(customer, {"name": "Ann"})

    replay()

    stored = StripeEvent.objects.filter(object_id__in=made, type="customer.updated").order_by("pk")
    assert [event.object_id for event in stored] == made
