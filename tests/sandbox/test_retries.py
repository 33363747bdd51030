"""After the last try a gift ends, stays unpaid or stays behind, as the organisation chose."""

from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import Give
from tests.sandbox.receiver import Receiver
from tests.sandbox_process import FAILS_ON_RENEWAL_CARD, Sandbox

DAY = 86400
Client = stripe.StripeClient


@pytest.fixture(autouse=True)
def usual_retries(sandbox: Sandbox) -> Iterator[None]:
    yield
    sandbox.retries()


def status_of(client: Client, session: stripe.checkout.Session) -> str:
    return client.v1.subscriptions.retrieve(str(session.subscription)).status


def invoices_of(client: Client, session: stripe.checkout.Session) -> list[stripe.Invoice]:
    return client.v1.invoices.list({"subscription": str(session.subscription), "limit": 100}).data


@pytest.mark.parametrize(
    ("outcome", "status"), [("cancel", "canceled"), ("unpaid", "unpaid"), ("past_due", "past_due")]
)
def test_the_outcome_after_the_last_try(
    client: Client, sandbox: Sandbox, give: Give, outcome: str, status: str
) -> None:
    assert sandbox.retries(outcome=outcome, days=[2]) == {"outcome": outcome, "days": [2]}
    session = give(FAILS_ON_RENEWAL_CARD, monthly=True)

    sandbox.clock(months=1)
    tried = invoices_of(client, session)[0]
    sandbox.clock(seconds=2 * DAY)

    assert tried.next_payment_attempt == tried.created + 2 * DAY
    failed = invoices_of(client, session)[0]
    assert (failed.status, failed.attempt_count, failed.next_payment_attempt) == ("open", 2, None)
    assert status_of(client, session) == status


def test_an_unpaid_gift_makes_drafts_until_it_is_paid(client: Client, sandbox: Sandbox, give: Give) -> None:
    sandbox.retries(outcome="unpaid", days=[])
    session = give(FAILS_ON_RENEWAL_CARD, monthly=True)
    sandbox.clock(months=2)
    draft, owed, _ = invoices_of(client, session)
    assert (draft.status, draft.auto_advance, owed.status, status_of(client, session)) == (
        "draft", False, "open", "unpaid",
    )  # fmt: skip

    sandbox.pay(str(owed.hosted_invoice_url))
    after = status_of(client, session)
    card = client.v1.customers.payment_methods.list(str(session.customer)).data[0].id
    paid: Any = client.v1.invoices.pay(str(draft.id), {"payment_method": card})

    assert (after, paid.status, status_of(client, session)) == ("active", "paid", "active")


def test_a_gift_that_stays_behind_is_charged_again_next_month(client: Client, sandbox: Sandbox, give: Give) -> None:
    sandbox.retries(outcome="past_due", days=[1])
    session = give(monthly=True)
    card = str(client.v1.subscriptions.retrieve(str(session.subscription)).default_payment_method)
    sandbox.card_becomes(card, "insufficient_funds")
    sandbox.clock(months=1)
    sandbox.clock(seconds=2 * DAY)

    sandbox.card_becomes(card, None)
    sandbox.clock(months=1)

    assert [each.status for each in invoices_of(client, session)] == ["paid", "open", "paid"]
    assert status_of(client, session) == "active"


def test_a_gift_that_ends_asks_for_nothing_more(
    client: Client, sandbox: Sandbox, receiver: Receiver, give: Give
) -> None:
    session = give(FAILS_ON_RENEWAL_CARD, monthly=True)
    sandbox.clock(months=1)
    client.v1.subscriptions.cancel(str(session.subscription))

    sandbox.clock(seconds=20 * DAY)

    invoice = invoices_of(client, session)[0]
    assert (invoice.status, invoice.attempt_count, invoice.next_payment_attempt) == ("open", 1, None)
    told = receiver.wait_for(str(invoice.id), "invoice.updated")
    assert told["data"]["previous_attributes"]["auto_advance"] is True


@pytest.mark.parametrize(
    "wish", ['{"outcome": "hope"}', '{"days": [0]}', '{"days": "soon"}', '{"days": [1,1,1,1,1,1,1,1,1]}']
)
def test_other_choices_are_refused(sandbox: Sandbox, wish: str) -> None:
    before = sandbox.call("GET", "/_/retries")

    assert sandbox.request("POST", "/_/retries", wish).status == 400

    assert sandbox.call("GET", "/_/retries") == before == {"outcome": "cancel", "days": [3, 5, 7]}
