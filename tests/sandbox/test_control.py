"""The control page, and pages of other sites that would like to use it."""

import stripe

from tests.sandbox.conftest import Give
from tests.sandbox_process import Sandbox, words


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
