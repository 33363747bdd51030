"""What a changed, paused, failing or mended gift shows has the shape that the SDK annotates."""

from typing import Any

import pytest
import stripe

from tests.sandbox import published_schema
from tests.sandbox.conftest import Give
from tests.sandbox.receiver import Receiver
from tests.sandbox.sdk_shapes import problems
from tests.sandbox.test_shapes import raw
from tests.sandbox_process import ASKS_EACH_TIME_CARD, FAILS_ON_RENEWAL_CARD, Sandbox

Client = stripe.StripeClient


def test_every_event_of_a_changed_gift_has_the_sdks_shape(
    client: Client, sandbox: Sandbox, receiver: Receiver, give: Give
) -> None:
    sandbox.settle()
    before = len(receiver.received)

    _live_through_changes(client, sandbox, give)
    _live_through_failures(client, sandbox, give)
    sandbox.settle()

    events = receiver.received[before:]
    assert {
        "billing_portal.session.created",
        "customer.deleted",
        "customer.subscription.paused",
        "customer.subscription.resumed",
        "customer.subscription.trial_will_end",
        "invoice.marked_uncollectible",
        "invoice.payment_action_required",
        "invoice.voided",
        "payment_intent.requires_action",
        "payment_method.attached",
        "payment_method.detached",
    } <= {event["type"] for event in events}
    assert [problem for event in events for problem in problems(event) + problems(event["data"]["object"])] == []
    for path, status in (("subscriptions", "all"), ("invoices", ""), ("payment_intents", ""), ("payment_methods", "")):
        listed = raw(sandbox, path, limit="100", **({"status": status} if status else {}))["data"]
        assert [problem for each in listed for problem in problems(each)] == [], path


@pytest.mark.skipif(
    not published_schema.PLACE.exists(), reason=f"Stripe's description is not there: {published_schema.PLACE}"
)
def test_every_event_of_a_changed_gift_fits_the_published_description(
    client: Client, sandbox: Sandbox, receiver: Receiver, give: Give
) -> None:
    sandbox.settle()
    before = len(receiver.received)

    _live_through_changes(client, sandbox, give)
    _live_through_failures(client, sandbox, give)
    sandbox.settle()

    found = {
        f"{event['type']}: {problem}"
        for event in receiver.received[before:]
        for problem in published_schema.problems(event["data"]["object"])
    }
    assert sorted(found) == []


def _live_through_changes(client: Client, sandbox: Sandbox, give: Give) -> None:
    changed, voided, written_off, paused = (str(give(monthly=True).subscription) for _ in range(4))
    until = client.v1.subscriptions.retrieve(changed).items.data[0].current_period_end
    client.v1.subscriptions.update(changed, {"trial_end": until, "proration_behavior": "none"})
    client.v1.subscriptions.update(voided, {"pause_collection": {"behavior": "void", "resumes_at": until + 60}})
    client.v1.subscriptions.update(written_off, {"pause_collection": {"behavior": "mark_uncollectible"}})
    client.v1.subscriptions.pause(paused, {"bill_for": {"unused_time_from": {"type": "none"}}})
    sandbox.clock(months=1)
    client.v1.subscriptions.resume(paused)


def _live_through_failures(client: Client, sandbox: Sandbox, give: Give) -> None:
    asked, failed = give(ASKS_EACH_TIME_CARD, monthly=True), give(FAILS_ON_RENEWAL_CARD, monthly=True)
    customer = str(failed.customer)
    sandbox.clock(months=1)
    owed = client.v1.invoices.list({"subscription": str(asked.subscription), "limit": 1}).data[0]
    sandbox.post_form(f"/invoice/{owed.id}/authenticate", answer="complete")
    completion: Any = {"type": "hosted_confirmation", "hosted_confirmation": {"custom_message": "Thank you"}}
    flow: Any = {"type": "payment_method_update", "after_completion": completion}
    session = client.v1.billing_portal.sessions.create({"customer": customer, "flow_data": flow})
    sandbox.leave_card(session.url)
    settings = client.v1.customers.retrieve(customer).invoice_settings
    assert settings
    client.v1.payment_methods.detach(str(settings.default_payment_method))
    client.v1.customers.delete(customer)
