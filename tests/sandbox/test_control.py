"""The control page, and pages of other sites that would like to use it."""

from urllib.parse import urlencode

import pytest
import stripe

from tests.sandbox.conftest import Give, client_for
from tests.sandbox.receiver import receiving
from tests.sandbox_process import Sandbox, running_sandbox, words


def test_the_control_page_shows_what_happened(sandbox: Sandbox, give: Give, email: str) -> None:
    session = give(amount=1234, monthly=True)

    page = sandbox.request("GET", "/")

    text = words(page)
    assert page.status == 200
    assert email in text
    assert "12.34 USD every month" in text
    assert "checkout.session.completed" in text
    assert str(session.subscription) in page.text
    assert "No real money moves" in text


def test_a_subscription_is_cancelled_from_the_control_page(
    client: stripe.StripeClient, sandbox: Sandbox, give: Give
) -> None:
    session = give(monthly=True)

    page = sandbox.post_form(f"/_/subscriptions/{session.subscription}/cancel")

    assert page.status == 303
    assert client.v1.subscriptions.retrieve(str(session.subscription)).status == "canceled"


def test_the_control_page_says_what_is_wrong(sandbox: Sandbox) -> None:
    page = sandbox.post_form("/_/charges/ch_none/refund", amount="a lot")

    assert page.status == 400
    assert "must be a whole number" in words(page)


def test_another_sites_page_cannot_steer_it(sandbox: Sandbox) -> None:
    before = sandbox.call("GET", "/_/clock")["offset"]

    page = sandbox.request("POST", "/_/clock", '{"advance_seconds": 60}', {"Sec-Fetch-Site": "cross-site"})

    assert page.status == 403
    assert sandbox.call("GET", "/_/clock")["offset"] == before


def test_broken_wishes_are_refused(sandbox: Sandbox) -> None:
    for body in ("{", "[]", '{"advance_seconds": "x"}', '"x"'):
        page = sandbox.request("POST", "/_/clock", body, {"Content-Type": "application/json"})
        assert page.status == 400, body


def test_a_foreign_name_reaches_nothing(sandbox: Sandbox) -> None:
    for path in ("/_/clock", "/_/mailbox", "/v1/events", "/mailbox/"):
        assert sandbox.request("GET", path, headers={"Host": "evil.example"}).status == 400


def test_what_happens_to_a_gift_is_chosen_on_the_page(
    client: stripe.StripeClient, sandbox: Sandbox, give: Give
) -> None:
    intent = str(give().payment_intent)
    charge = client.v1.charges.list({"payment_intent": intent}).data[0].id

    page = sandbox.post_form(f"/_/charges/{charge}/dispute", reason="duplicate", inquiry="true", back="disputes")

    assert (page.status, page.location) == (303, "/#disputes")
    inquiry = client.v1.disputes.list({"charge": charge}).data[0]
    assert (inquiry.reason, inquiry.status) == ("duplicate", "warning_needs_response")
    shown = sandbox.request("GET", "/")
    assert f'action="/_/disputes/{inquiry.id}/escalate"' in shown.text
    assert sandbox.post_form("/_/settlement", back="//evil.example").location == "/"


def test_only_one_persons_gifts_are_shown(sandbox: Sandbox, give: Give, email: str) -> None:
    give()
    give(monthly=True)

    mine = sandbox.request("GET", f"/?who={email.split('@')[0].upper()}@")
    nobodys = sandbox.request("GET", "/?who=nobody")

    assert words(mine).count(email) >= 3  # two gifts and a subscription
    assert "Nobody has paid yet." in words(nobodys)
    assert "Nobody gives regularly yet." in words(nobodys)


def test_trouble_is_made_and_ended_on_the_page(sandbox: Sandbox) -> None:
    fields = {"path": "/v1/refunds", "method": "POST", "status": "503", "times": "2", "cut": "true"}
    sandbox.request("POST", "/_/faults", urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"})
    sandbox.post_form("/_/chaos", drop="0.5", duplicate="", delay_days="", seed="")
    troubled = words(sandbox.request("GET", "/"))
    sandbox.post_form("/_/faults/clear")
    sandbox.post_form("/_/chaos")
    calm = words(sandbox.request("GET", "/"))

    assert "POST /v1/refunds: the connection breaks off, 2 more times" in troubled
    assert "Webhooks are troubled." in troubled
    assert "the connection breaks off, 2" not in calm
    assert "Webhooks come as they should." in calm


def test_a_sandbox_that_forgot_everything_still_delivers(tmp_path_factory: pytest.TempPathFactory) -> None:
    with receiving() as receiver, running_sandbox(receiver.url, tmp_path_factory.mktemp("forgetful")) as sandbox:
        api = client_for(sandbox)
        for _ in range(25):  # so often that each of its postmen has been on the way
            for _ in range(6):
                api.v1.customers.create({"email": "ann@example.org"})
            sandbox.call("POST", "/_/forget")

        customer = api.v1.customers.create({"email": "ben@example.org"})

        assert [each.id for each in api.v1.customers.list().data] == [customer.id]
        assert receiver.wait_for(customer.id, "customer.created")
