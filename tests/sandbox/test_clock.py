"""The clock moves: subscriptions renew, fail, try again, end; checkouts expire."""

import time
from datetime import UTC, datetime

import pytest
import stripe

from tests.sandbox.conftest import Give, checkout_params, client_for
from tests.sandbox.receiver import Receiver, receiving
from tests.sandbox_process import FAILS_ON_RENEWAL_CARD, Sandbox, running_sandbox, words

DAY = 86400


def invoices_of(client: stripe.StripeClient, session: stripe.checkout.Session) -> list[stripe.Invoice]:
    listed = client.v1.invoices.list({"subscription": str(session.subscription), "limit": 100})
    return list(listed.auto_paging_iter())


def test_a_month_later_the_gift_comes_again(
    client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver, give: Give
) -> None:
    session = give(monthly=True)
    first = client.v1.subscriptions.retrieve(str(session.subscription)).items.data[0]

    sandbox.clock(months=1)

    renewal, creation = invoices_of(client, session)
    assert (renewal.billing_reason, creation.billing_reason) == ("subscription_cycle", "subscription_create")
    assert (renewal.status, renewal.amount_paid, renewal.created) == ("paid", 2500, first.current_period_end)
    now = client.v1.subscriptions.retrieve(str(session.subscription))
    assert now.items.data[0].current_period_start == first.current_period_end
    assert now.latest_invoice == renewal.id
    sandbox.settle()
    types = [event["type"] for event in receiver.about(str(renewal.id))]
    assert sorted(types) == ["invoice.created", "invoice.finalized", "invoice.paid", "invoice.payment_succeeded"]


def test_each_payment_is_made_once(client: stripe.StripeClient, sandbox: Sandbox, give: Give) -> None:
    session = give(monthly=True)

    sandbox.clock(months=12)

    assert len(invoices_of(client, session)) == 13
    charges = client.v1.charges.list({"customer": str(session.customer), "limit": 100}).data
    assert len({charge.balance_transaction for charge in charges}) == len(charges) == 13


def test_a_card_that_fails_is_tried_again_and_then_given_up(
    client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver, give: Give
) -> None:
    session = give(FAILS_ON_RENEWAL_CARD, monthly=True)

    sandbox.clock(months=1)
    waiting = client.v1.subscriptions.retrieve(str(session.subscription))
    failed = client.v1.invoices.retrieve(str(waiting.latest_invoice), {"expand": ["payments"]})
    sandbox.clock(seconds=16 * DAY)
    ended = client.v1.subscriptions.retrieve(str(session.subscription))

    assert (waiting.status, failed.status, failed.attempt_count) == ("past_due", "open", 1)
    assert failed.next_payment_attempt == failed.created + 3 * DAY
    assert failed.payments
    assert failed.payments.data[0].status == "open"
    assert ended.status == "canceled"
    assert ended.cancellation_details
    assert ended.cancellation_details.reason == "payment_failed"
    sandbox.settle()
    attempts = [event for event in receiver.about(failed.id) if event["type"] == "invoice.payment_failed"]
    assert sorted(event["created"] - failed.created for event in attempts) == [0, 3 * DAY, 8 * DAY, 15 * DAY]


def test_a_new_card_saves_a_failing_gift(client: stripe.StripeClient, sandbox: Sandbox, give: Give, email: str) -> None:
    session = give(FAILS_ON_RENEWAL_CARD, monthly=True)
    params = checkout_params(email, monthly=True, customer=str(session.customer))
    del params["customer_email"]
    other = client.v1.checkout.sessions.create(params)
    sandbox.pay(str(other.url))
    paid = client.v1.checkout.sessions.retrieve(other.id, {"expand": ["subscription"]}).subscription
    assert isinstance(paid, stripe.Subscription)
    good = paid.default_payment_method
    sandbox.clock(months=1)

    client.v1.subscriptions.update(str(session.subscription), {"default_payment_method": str(good)})
    sandbox.clock(seconds=4 * DAY)

    assert client.v1.subscriptions.retrieve(str(session.subscription)).status == "active"
    assert invoices_of(client, session)[0].status == "paid"


def test_a_gift_cancelled_at_the_periods_end_ends_then(
    client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver, give: Give
) -> None:
    session = give(monthly=True)

    wished = client.v1.subscriptions.update(str(session.subscription), {"cancel_at_period_end": True})
    sandbox.clock(months=2)

    ended = client.v1.subscriptions.retrieve(str(session.subscription))
    assert (wished.status, ended.status, ended.ended_at) == ("active", "canceled", wished.cancel_at)
    assert len(invoices_of(client, session)) == 1
    receiver.wait_for(str(session.subscription), "customer.subscription.deleted")


def test_a_changed_amount_is_charged_from_the_next_period(
    client: stripe.StripeClient, sandbox: Sandbox, give: Give
) -> None:
    session = give(monthly=True)
    item = client.v1.subscriptions.retrieve(str(session.subscription)).items.data[0]

    client.v1.subscriptions.update(
        str(session.subscription),
        {
            "items": [
                {
                    "id": item.id,
                    "price_data": {
                        "currency": "usd",
                        "product": str(item.price.product),
                        "recurring": {"interval": "month"},
                        "unit_amount": 4000,
                    },
                }
            ],
            "proration_behavior": "none",
        },
    )
    sandbox.clock(months=1)

    assert [invoice.amount_paid for invoice in invoices_of(client, session)] == [4000, 2500]


def test_an_unpaid_checkout_expires(client: stripe.StripeClient, sandbox: Sandbox, email: str) -> None:
    session = client.v1.checkout.sessions.create(checkout_params(email))

    sandbox.clock(seconds=DAY + 1)

    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"


def test_the_last_day_of_the_month_is_kept(client: stripe.StripeClient, sandbox: Sandbox, give: Give) -> None:
    now = datetime.fromtimestamp(sandbox.call("GET", "/_/clock")["now"], UTC)
    sandbox.clock(to=f"{now.year + 1}-01-31T12:00:00")
    session = give(monthly=True)

    sandbox.clock(months=4)

    days = [datetime.fromtimestamp(invoice.created, UTC).day for invoice in invoices_of(client, session)]
    assert days == [31, 30, 31, 28 if (now.year + 1) % 4 else 29, 31]


def test_the_clock_never_goes_back(sandbox: Sandbox) -> None:
    now = sandbox.call("GET", "/_/clock")["now"]

    for wish in ({"advance_seconds": -1}, {"advance_to": now - 60}, {"advance_months": -1}, {"advance_to": "soon"}, {}):
        page = sandbox.request("POST", "/_/clock", str(wish).replace("'", '"'), {"Content-Type": "application/json"})
        assert page.status == 400, wish
    assert "only moves forward" in words(sandbox.post_form("/_/clock", advance_to="2020-01-01T00:00"))

    assert sandbox.call("GET", "/_/clock")["now"] >= now


def test_who_hears_of_a_renewal_already_reads_the_new_time(tmp_path_factory: pytest.TempPathFactory) -> None:
    with receiving() as receiver, running_sandbox(receiver.url, tmp_path_factory.mktemp("clock")) as sandbox:
        client = client_for(sandbox)
        session = client.v1.checkout.sessions.create(checkout_params("ann@example.org", monthly=True))
        sandbox.pay(str(session.url))
        sandbox.settle()
        receiver.clock_file = sandbox.clock_file

        moved = sandbox.clock(months=1)
        sandbox.settle()

    assert receiver.clocks
    assert set(receiver.clocks) == {moved["offset"]}


def test_a_year_of_several_hundred_gifts_takes_seconds(tmp_path_factory: pytest.TempPathFactory) -> None:
    with receiving() as receiver, running_sandbox(receiver.url, tmp_path_factory.mktemp("year")) as sandbox:
        client = client_for(sandbox)
        for number in range(25):
            params = checkout_params(f"ann{number}@example.org", monthly=True)
            sandbox.pay(str(client.v1.checkout.sessions.create(params).url))

        begin = time.monotonic()
        moved = sandbox.clock(months=12)
        settled = sandbox.settle()
        took = time.monotonic() - begin

    assert moved["happened"] == 300
    assert settled["settled"]
    assert len(receiver.received) == settled["events"] > 3000
    assert took < 60  # some ten seconds on a busy machine; a slow rule would take minutes
