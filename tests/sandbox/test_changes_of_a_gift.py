"""A regular gift changes: its amount, its interval, its day, and a pause in which nothing is collected."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import Give, checkout_params, client_for
from tests.sandbox.receiver import Receiver, receiving
from tests.sandbox_process import Sandbox, running_sandbox

DAY = 86400

Client = stripe.StripeClient


def invoices_of(client: Client, subscription: str) -> list[stripe.Invoice]:
    return list(client.v1.invoices.list({"subscription": subscription, "limit": 100}).auto_paging_iter())


def charged(client: Client, subscription: str) -> list[int]:
    """What was collected, oldest first."""
    return [each.amount_paid for each in invoices_of(client, subscription)[::-1] if each.amount_paid]


def item_with(client: Client, subscription: str, amount: int, interval: str = "month", count: int = 1) -> Any:
    """The parameters that give a subscription's one item a new price."""
    item = client.v1.subscriptions.retrieve(subscription).items.data[0]
    price = {
        "currency": item.price.currency,
        "product": str(item.price.product),
        "recurring": {"interval": interval, "interval_count": count},
        "unit_amount": amount,
    }
    return {"items": [{"id": item.id, "price_data": price}], "proration_behavior": "none"}


def period(subscription: stripe.Subscription) -> tuple[int, int]:
    item = subscription.items.data[0]
    return item.current_period_start, item.current_period_end


def day_of(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%d %b")


@pytest.mark.parametrize(
    ("interval", "count", "expected"),
    [
        ("month", 3, ["31 Aug", "30 Nov", "28 Feb", "31 May"]),
        ("year", 1, ["31 Aug", "31 Aug", "31 Aug", "31 Aug"]),
    ],
)
def test_a_gift_comes_each_quarter_or_year_on_its_day(
    tmp_path: Path, interval: str, count: int, expected: list[str]
) -> None:
    price = {"currency": "usd", "unit_amount": 9000, "product_data": {"name": "Gift"}}
    recurring = {"interval": interval, "interval_count": count}
    lines = [{"price_data": price | {"recurring": recurring}, "quantity": 1}]
    with receiving() as receiver, running_sandbox(receiver.url, tmp_path) as sandbox:
        client = client_for(sandbox)
        now = datetime.fromtimestamp(sandbox.call("GET", "/_/clock")["now"], UTC)
        # A 31 August whose next February is short.
        year = next(year for year in range(now.year + 1, now.year + 4) if (year + 1) % 4)
        sandbox.clock(to=f"{year}-08-31T12:00:00")
        session = client.v1.checkout.sessions.create(checkout_params("ann@example.org", monthly=True, line_items=lines))
        sandbox.pay(str(session.url))

        sandbox.clock(months=3 * (count if interval == "month" else 12))

        found = client.v1.invoices.list().data[::-1]
    assert [day_of(invoice.created) for invoice in found] == expected
    assert {invoice.amount_paid for invoice in found} == {9000}


def test_an_amount_changes_without_moving_the_day(
    client: Client, sandbox: Sandbox, receiver: Receiver, give: Give
) -> None:
    subscription = str(give(monthly=True, amount=2500).subscription)
    before = period(client.v1.subscriptions.retrieve(subscription))

    changed = client.v1.subscriptions.update(subscription, item_with(client, subscription, 4000))

    assert period(changed) == before
    assert charged(client, subscription) == [2500]
    told = receiver.wait_for(subscription, "customer.subscription.updated")
    assert told["data"]["previous_attributes"].keys() == {"items"}
    sandbox.clock(months=1)
    assert charged(client, subscription) == [2500, 4000]


def test_another_interval_charges_at_once_and_moves_the_day(client: Client, sandbox: Sandbox, give: Give) -> None:
    subscription = str(give(monthly=True, amount=2500).subscription)
    sandbox.clock(seconds=10 * DAY)
    now = sandbox.call("GET", "/_/clock")["now"]

    changed = client.v1.subscriptions.update(subscription, item_with(client, subscription, 30000, "year"))

    assert abs(changed.billing_cycle_anchor - now) < 60
    assert charged(client, subscription) == [2500, 30000]
    assert invoices_of(client, subscription)[0].billing_reason == "subscription_update"
    sandbox.clock(to=period(changed)[1] - DAY)
    assert len(invoices_of(client, subscription)) == 2
    sandbox.clock(seconds=2 * DAY)
    assert charged(client, subscription) == [2500, 30000, 30000]


def test_another_interval_from_the_next_payment_on(
    client: Client, sandbox: Sandbox, receiver: Receiver, give: Give
) -> None:
    """The way to change the rhythm without charging twice: nothing is due until the day that was paid for."""
    subscription = str(give(monthly=True, amount=2500).subscription)
    paid_until = period(client.v1.subscriptions.retrieve(subscription))[1]
    wish = item_with(client, subscription, 30000, "year") | {"trial_end": paid_until}

    changed = client.v1.subscriptions.update(subscription, wish)

    assert (changed.status, changed.trial_end, changed.billing_cycle_anchor) == ("trialing", paid_until, paid_until)
    assert period(changed)[1] == paid_until
    nothing = invoices_of(client, subscription)[0]
    assert (nothing.id, nothing.status, nothing.amount_due, nothing.billing_reason) == (
        changed.latest_invoice, "paid", 0, "subscription_update",
    )  # fmt: skip
    sandbox.clock(to=paid_until + 60)
    after = client.v1.subscriptions.retrieve(subscription)
    assert (after.status, period(after)[0]) == ("active", paid_until)
    assert charged(client, subscription) == [2500, 30000]
    receiver.wait_for(subscription, "customer.subscription.trial_will_end")
    assert receiver.wait_for(str(nothing.id), "invoice.paid")["data"]["object"]["amount_paid"] == 0


def test_a_payment_that_is_put_off_is_not_charged_before(client: Client, sandbox: Sandbox, give: Give) -> None:
    subscription = str(give(monthly=True).subscription)
    _, paid_until = period(client.v1.subscriptions.retrieve(subscription))

    client.v1.subscriptions.update(subscription, {"trial_end": paid_until + 40 * DAY, "proration_behavior": "none"})
    sandbox.clock(to=paid_until + 39 * DAY)
    meanwhile = charged(client, subscription)
    sandbox.clock(to=paid_until + 41 * DAY)

    assert (meanwhile, charged(client, subscription)) == ([2500], [2500, 2500])


def test_a_trial_ends_now_if_wished(client: Client, give: Give) -> None:
    subscription = str(give(monthly=True).subscription)
    until = period(client.v1.subscriptions.retrieve(subscription))[1]
    client.v1.subscriptions.update(subscription, {"trial_end": until, "proration_behavior": "none"})

    ended = client.v1.subscriptions.update(subscription, {"trial_end": "now", "proration_behavior": "none"})

    assert (ended.status, charged(client, subscription)) == ("active", [2500, 2500])


def test_while_collection_is_paused_invoices_are_made_and_voided(
    client: Client, sandbox: Sandbox, receiver: Receiver, give: Give
) -> None:
    subscription = str(give(monthly=True).subscription)
    first_end = period(client.v1.subscriptions.retrieve(subscription))[1]
    until = first_end + 10 * DAY

    paused = client.v1.subscriptions.update(
        subscription, {"pause_collection": {"behavior": "void", "resumes_at": until}}
    )
    sandbox.clock(to=first_end + 60)

    assert paused.pause_collection
    assert (paused.status, paused.pause_collection.resumes_at) == ("active", until)
    invoice = invoices_of(client, subscription)[0]
    assert (invoice.status, invoice.amount_paid, invoice.auto_advance) == ("void", 0, False)
    receiver.wait_for(str(invoice.id), "invoice.voided")
    moved_on = client.v1.subscriptions.retrieve(subscription)
    assert (moved_on.status, period(moved_on)[0]) == ("active", first_end)
    sandbox.clock(seconds=32 * DAY)
    resumed = client.v1.subscriptions.retrieve(subscription)
    assert resumed.pause_collection is None
    assert charged(client, subscription) == [2500, 2500]
    sandbox.settle()
    told = [event for event in receiver.about(subscription) if event["created"] == until]
    assert [event["data"]["previous_attributes"].keys() for event in told] == [{"pause_collection"}]


def test_a_pause_ends_when_it_is_taken_back(client: Client, sandbox: Sandbox, give: Give) -> None:
    subscription = str(give(monthly=True).subscription)
    client.v1.subscriptions.update(subscription, {"pause_collection": {"behavior": "keep_as_draft"}})
    sandbox.clock(months=1)
    draft = invoices_of(client, subscription)[0].status

    ended = client.v1.subscriptions.update(subscription, {"pause_collection": ""})
    sandbox.clock(seconds=32 * DAY)

    assert (draft, ended.pause_collection) == ("draft", None)
    assert charged(client, subscription) == [2500, 2500]


@pytest.mark.parametrize(
    ("wish", "param"),
    [
        ({"trial_end": 1_600_000_000, "proration_behavior": "none"}, "trial_end"),
        ({"trial_end": "now", "proration_behavior": "none"}, "trial_end"),
        ({"trial_end": 9_999_999_999, "proration_behavior": "none"}, "trial_end"),
        ({"trial_end": 2_100_000_000}, "proration_behavior"),
        ({"pause_collection": {"behavior": "void", "resumes_at": 1_600_000_000}}, "pause_collection[resumes_at]"),
        ({"default_payment_method": "pm_none"}, "default_payment_method"),
        ({"cancel_at": 2_100_000_000}, "cancel_at"),
    ],
)
def test_what_cannot_be_is_refused(client: Client, give: Give, wish: Any, param: str) -> None:
    subscription = str(give(monthly=True).subscription)

    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.subscriptions.update(subscription, wish)

    assert caught.value.param == param


def test_of_an_ended_gift_only_words_change(client: Client, give: Give) -> None:
    subscription = str(give(monthly=True).subscription)
    client.v1.subscriptions.cancel(subscription)

    noted = client.v1.subscriptions.update(subscription, {"metadata": {"why": "moved"}})

    assert noted.metadata["why"] == "moved"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.subscriptions.update(subscription, {"cancel_at_period_end": True})
