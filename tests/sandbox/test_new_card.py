"""A donor leaves a new card on the portal's page, and what it is used for; customers are changed and forgotten."""

from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import Give
from tests.sandbox.receiver import Receiver
from tests.sandbox_process import (
    AUTHENTICATION_CARD,
    DECLINED_CARD,
    FAILS_ON_RENEWAL_CARD,
    GOOD_CARD,
    Sandbox,
    words,
)

Client = stripe.StripeClient
BACK = "http://localhost:8000/giving/"
DAY = 86400


def portal_session(client: Client, customer: str, /, **more: Any) -> stripe.billing_portal.Session:
    flow: Any = {
        "type": "payment_method_update",
        "after_completion": {"type": "redirect", "redirect": {"return_url": f"{BACK}?card=new"}},
    }
    params: Any = {"customer": customer, "return_url": BACK, "flow_data": flow} | more
    return client.v1.billing_portal.sessions.create(params)


def default_of(client: Client, customer: str) -> str | None:
    settings = client.v1.customers.retrieve(customer).invoice_settings
    assert settings
    method = settings.default_payment_method
    return None if method is None else str(method)


def test_a_new_card_becomes_the_customers_default_only(
    client: Client, sandbox: Sandbox, receiver: Receiver, give: Give
) -> None:
    given = give(monthly=True)
    customer = str(given.customer)
    old = client.v1.subscriptions.retrieve(str(given.subscription)).default_payment_method
    session = portal_session(client, customer)

    page = sandbox.leave_card(session.url, "5555555555554444")

    assert (page.status, page.location) == (303, f"{BACK}?card=new")
    new = default_of(client, customer)
    assert new
    method = client.v1.payment_methods.retrieve(new)
    assert method.card
    assert (method.customer, method.card.brand) == (customer, "mastercard")
    assert client.v1.subscriptions.retrieve(str(given.subscription)).default_payment_method == old
    assert {each.id for each in client.v1.customers.payment_methods.list(customer).data} == {old, new}
    receiver.wait_for(new, "payment_method.attached")
    told = receiver.wait_for(customer, "customer.updated")
    assert told["data"]["previous_attributes"] == {"invoice_settings": {"default_payment_method": None}}


def test_a_failing_gift_is_saved_only_when_the_new_card_is_attached_to_it(
    client: Client, sandbox: Sandbox, give: Give
) -> None:
    given = give(FAILS_ON_RENEWAL_CARD, monthly=True)
    customer, subscription = str(given.customer), str(given.subscription)
    sandbox.clock(months=1)
    sandbox.leave_card(portal_session(client, customer).url)

    sandbox.clock(seconds=4 * DAY)
    still = client.v1.subscriptions.retrieve(subscription).status
    client.v1.subscriptions.update(subscription, {"default_payment_method": str(default_of(client, customer))})
    sandbox.clock(seconds=5 * DAY)

    assert (still, client.v1.subscriptions.retrieve(subscription).status) == ("past_due", "active")


def test_the_portals_page_is_used_once(client: Client, sandbox: Sandbox, give: Give) -> None:
    customer = str(give(monthly=True).customer)
    session = portal_session(client, customer)
    sandbox.leave_card(session.url)
    first = default_of(client, customer)

    again = sandbox.leave_card(session.url)

    assert again.status == 410
    assert "was used already" in words(again)
    assert default_of(client, customer) == first


def test_the_portals_page_must_be_opened_soon_and_used_within_an_hour(
    client: Client, sandbox: Sandbox, give: Give
) -> None:
    customer = str(give(monthly=True).customer)
    unopened, opened = (portal_session(client, customer) for _ in range(2))
    sandbox.request("GET", f"/portal/{opened.id}")

    sandbox.clock(seconds=30 * 60)

    assert sandbox.request("GET", f"/portal/{unopened.id}").status == 410
    assert sandbox.request("GET", f"/portal/{opened.id}").status == 200
    sandbox.clock(seconds=31 * 60)
    assert sandbox.leave_card(opened.url).status == 410
    assert default_of(client, customer) is None


def test_a_declined_card_is_not_kept_and_a_bank_is_asked(client: Client, sandbox: Sandbox, give: Give) -> None:
    customer = str(give(monthly=True).customer)
    session = portal_session(client, customer)

    declined = sandbox.leave_card(session.url, DECLINED_CARD)
    failed = sandbox.leave_card(session.url, AUTHENTICATION_CARD, authenticate=False)
    unknown = sandbox.leave_card(session.url, "1234")

    assert [page.status for page in (declined, failed, unknown)] == [402, 402, 422]
    assert default_of(client, customer) is None
    assert sandbox.leave_card(session.url, AUTHENTICATION_CARD).status == 303
    assert default_of(client, customer)


def test_without_a_redirect_the_page_says_that_it_is_done(client: Client, sandbox: Sandbox, give: Give) -> None:
    customer = str(give(monthly=True).customer)
    session = portal_session(client, customer, flow_data={"type": "payment_method_update"})

    page = sandbox.leave_card(session.url, GOOD_CARD)

    assert "Your new card is saved" in words(page)
    assert f'href="{BACK}"' in page.text


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"customer": "cus_none"}, "customer"),
        ({"flow_data": {"type": "subscription_cancel"}}, "flow_data[type]"),
        ({"return_url": "javascript:alert(1)"}, "return_url"),
        ({"configuration": "bpc_1"}, "configuration"),
    ],
)
def test_other_portal_sessions_are_refused(client: Client, give: Give, more: Any, param: str) -> None:
    customer = str(give(monthly=True).customer)

    with pytest.raises(stripe.InvalidRequestError) as caught:
        portal_session(client, customer, **more)

    assert caught.value.param == param


def test_only_a_customers_own_card_becomes_a_default(client: Client, sandbox: Sandbox, give: Give) -> None:
    ann, other = give(monthly=True), give(monthly=True)
    card = str(client.v1.subscriptions.retrieve(str(other.subscription)).default_payment_method)

    for refused in (
        lambda: client.v1.customers.update(str(ann.customer), {"invoice_settings": {"default_payment_method": card}}),
        lambda: client.v1.subscriptions.update(str(ann.subscription), {"default_payment_method": card}),
        lambda: client.v1.payment_methods.attach(card, {"customer": str(ann.customer)}),
    ):
        with pytest.raises(stripe.InvalidRequestError):
            refused()

    assert client.v1.payment_methods.attach(card, {"customer": str(other.customer)}).id == card


def test_a_detached_card_is_charged_no_more(client: Client, sandbox: Sandbox, receiver: Receiver, give: Give) -> None:
    given = give(monthly=True)
    card = str(client.v1.subscriptions.retrieve(str(given.subscription)).default_payment_method)

    client.v1.payment_methods.detach(card)
    sandbox.clock(months=1)

    assert receiver.wait_for(card, "payment_method.detached")["data"]["previous_attributes"]["customer"]
    assert client.v1.subscriptions.retrieve(str(given.subscription)).status == "past_due"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_methods.attach(card, {"customer": str(given.customer)})


def test_a_customer_is_renamed_and_forgotten(client: Client, sandbox: Sandbox, receiver: Receiver, give: Give) -> None:
    given = give(monthly=True)
    customer, subscription = str(given.customer), str(given.subscription)

    renamed = client.v1.customers.update(customer, {"email": "new@example.org", "name": "Ann New"})
    deleted = client.v1.customers.delete(customer)

    assert (renamed.email, renamed.name, deleted.deleted) == ("new@example.org", "Ann New", True)
    remnant = client.v1.customers.retrieve(customer)
    assert remnant.to_dict() == {"id": customer, "object": "customer", "deleted": True}
    assert client.v1.subscriptions.retrieve(subscription).status == "canceled"
    receiver.wait_for(customer, "customer.deleted")
    assert sandbox.request("GET", "/").status == 200
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.customers.update(customer, {"name": "Nobody"})
    assert caught.value.code == "resource_missing"
