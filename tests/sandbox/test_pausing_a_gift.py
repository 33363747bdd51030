"""A whole gift is paused and resumed: no period begins meanwhile, and nothing is billed."""

from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import Give
from tests.sandbox.receiver import Receiver
from tests.sandbox_process import FAILS_ON_RENEWAL_CARD, Sandbox

DAY = 86400
Client = stripe.StripeClient
NO_CREDIT: Any = {"bill_for": {"unused_time_from": {"type": "none"}}}
KEEP_THE_DAY: Any = {"billing_cycle_anchor": {"type": "unchanged"}, "proration_behavior": "none"}


def invoices_of(client: Client, subscription: str) -> int:
    return len(client.v1.invoices.list({"subscription": subscription, "limit": 100}).data)


def period_end(subscription: stripe.Subscription) -> int:
    return subscription.items.data[0].current_period_end


def test_a_paused_gift_brings_no_invoices(client: Client, sandbox: Sandbox, receiver: Receiver, give: Give) -> None:
    subscription = str(give(monthly=True).subscription)

    paused = client.v1.subscriptions.pause(subscription, NO_CREDIT)
    sandbox.clock(months=3)

    assert paused.status == "paused"
    assert paused.status_details
    assert paused.status_details.paused.subscription.type == "pause_requested"
    assert invoices_of(client, subscription) == 1
    assert period_end(client.v1.subscriptions.retrieve(subscription)) == period_end(paused)
    assert receiver.wait_for(subscription, "customer.subscription.paused")["data"]["object"]["status"] == "paused"


def test_a_resumed_gift_begins_anew_today(client: Client, sandbox: Sandbox, receiver: Receiver, give: Give) -> None:
    subscription = str(give(monthly=True).subscription)
    client.v1.subscriptions.pause(subscription, NO_CREDIT)
    sandbox.clock(seconds=50 * DAY)
    now = sandbox.call("GET", "/_/clock")["now"]

    resumed = client.v1.subscriptions.resume(subscription)

    assert (resumed.status, resumed.status_details) == ("active", None)
    assert abs(resumed.billing_cycle_anchor - now) < 60
    assert invoices_of(client, subscription) == 2
    receiver.wait_for(subscription, "customer.subscription.resumed")
    sandbox.clock(months=1)
    assert invoices_of(client, subscription) == 3


def test_a_resumed_gift_may_keep_its_day(client: Client, sandbox: Sandbox, give: Give) -> None:
    subscription = str(give(monthly=True).subscription)
    anchor = client.v1.subscriptions.pause(subscription, NO_CREDIT).billing_cycle_anchor
    sandbox.clock(seconds=50 * DAY)

    resumed = client.v1.subscriptions.resume(subscription, KEEP_THE_DAY)

    assert (resumed.status, resumed.billing_cycle_anchor, invoices_of(client, subscription)) == ("active", anchor, 1)
    sandbox.clock(to=period_end(resumed) + 60)
    assert invoices_of(client, subscription) == 2


def test_a_pause_within_the_period_costs_nothing(client: Client, sandbox: Sandbox, give: Give) -> None:
    subscription = str(give(monthly=True).subscription)
    paused = client.v1.subscriptions.pause(subscription, NO_CREDIT)

    resumed = client.v1.subscriptions.resume(subscription, KEEP_THE_DAY)
    sandbox.clock(months=1)

    assert period_end(resumed) == period_end(paused)
    assert invoices_of(client, subscription) == 2


def test_a_gift_that_is_behind_is_still_behind_after_a_pause(client: Client, sandbox: Sandbox, give: Give) -> None:
    subscription = str(give(FAILS_ON_RENEWAL_CARD, monthly=True).subscription)
    sandbox.clock(months=1)
    client.v1.subscriptions.pause(subscription, NO_CREDIT)

    assert client.v1.subscriptions.resume(subscription, KEEP_THE_DAY).status == "past_due"


def test_a_paused_gift_can_be_stopped(client: Client, sandbox: Sandbox, give: Give) -> None:
    at_once, with_period = (str(give(monthly=True).subscription) for _ in range(2))
    for each in (at_once, with_period):
        client.v1.subscriptions.pause(each, NO_CREDIT)

    client.v1.subscriptions.cancel(at_once)
    client.v1.subscriptions.update(with_period, {"cancel_at_period_end": True})
    sandbox.clock(months=1)

    assert {client.v1.subscriptions.retrieve(each).status for each in (at_once, with_period)} == {"canceled"}


@pytest.mark.parametrize("wish", [{}, {"bill_for": {"unused_time_from": {"type": "now"}}}, {"type": "service"}])
def test_a_pause_that_would_credit_money_is_refused(client: Client, give: Give, wish: Any) -> None:
    subscription = str(give(monthly=True).subscription)

    with pytest.raises(stripe.InvalidRequestError):
        client.v1.subscriptions.pause(subscription, wish)

    assert client.v1.subscriptions.retrieve(subscription).status == "active"


def test_what_is_not_paused_cannot_be_resumed(client: Client, give: Give) -> None:
    subscription = str(give(monthly=True).subscription)

    with pytest.raises(stripe.InvalidRequestError):
        client.v1.subscriptions.resume(subscription)
    client.v1.subscriptions.pause(subscription, NO_CREDIT)
    for wish in ({"payment_behavior": "resume_on_payment_success"}, {"billing_cycle_anchor": {"type": "unchanged"}}):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            client.v1.subscriptions.resume(subscription, wish)  # type: ignore[arg-type]
        assert caught.value.code == "sandbox_not_built"
