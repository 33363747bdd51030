"""The sandbox's pages in a real browser: no script needed, nothing that axe complains about, nothing cut off."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
import stripe
from playwright.sync_api import Browser, Page

from tests import looking
from tests.chromium import running_chromium
from tests.sandbox.conftest import Give, checkout_params
from tests.sandbox_process import (
    ASKS_EACH_TIME_CARD,
    AUTHENTICATION_CARD,
    DECLINED_CARD,
    GOOD_ACCOUNT,
    GOOD_CARD,
    Sandbox,
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A narrow page; axe needs a script of its own, so the policy against scripts is set aside for it."""
    context = browser.new_context(viewport={"width": 320, "height": 700}, color_scheme=request.param, bypass_csp=True)
    yield context.new_page()
    context.close()


def assert_is_fit(page: Page) -> None:
    assert looking.report(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.get_by_text("No real money moves").is_visible()


def test_the_hosted_page_from_a_slip_to_a_bank_that_asks(
    page: Page, client: stripe.StripeClient, email: str, sandbox: Sandbox
) -> None:
    params = checkout_params(email, monthly=True)
    session = client.v1.checkout.sessions.create(params | {"success_url": f"{sandbox.api_url}/mailbox/"})

    page.goto(str(session.url))
    assert_is_fit(page)
    page.get_by_role("button", name="Subscribe 25.00 USD every month").click()
    assert_is_fit(page)
    assert page.get_by_text("Enter a card number.").is_visible()
    for label, text in (("Expiry", "12 / 44"), ("Security code", "123"), ("Name on card", "Ann Example")):
        page.get_by_label(label).fill(text)
    page.get_by_label("Card number").fill(DECLINED_CARD)
    page.get_by_role("button").click()
    assert page.get_by_role("alert").inner_text() == "Your card was declined."
    assert_is_fit(page)
    page.get_by_label("Card number").fill(AUTHENTICATION_CARD)
    page.get_by_label("Security code").fill("123")
    page.get_by_role("button").click()
    assert_is_fit(page)
    page.get_by_role("button", name="Complete").click()

    assert page.url == f"{sandbox.api_url}/mailbox/"
    page.goto(str(session.url))
    assert page.get_by_role("heading", name="Already paid").is_visible()
    assert_is_fit(page)


def test_the_page_for_a_bank_account(page: Page, client: stripe.StripeClient, email: str, sandbox: Sandbox) -> None:
    params = checkout_params(email)
    session = client.v1.checkout.sessions.create(params | {"success_url": f"{sandbox.api_url}/mailbox/"})
    page.goto(str(session.url))

    page.get_by_role("link", name="Pay from a bank account instead").click()
    assert_is_fit(page)
    page.get_by_role("button").click()
    assert_is_fit(page)
    assert page.get_by_text("Enter an account number.").is_visible()
    for label, text in (("Routing number", "110000000"), ("Account number", GOOD_ACCOUNT), ("Name", "Ann Example")):
        page.get_by_label(label).fill(text)
    page.get_by_role("button").click()

    assert page.url == f"{sandbox.api_url}/mailbox/"
    page.goto(str(session.url))
    assert page.get_by_role("heading", name="Already on its way").is_visible()
    assert_is_fit(page)


def test_the_control_page(page: Page, client: stripe.StripeClient, give: Give, email: str, sandbox: Sandbox) -> None:
    give(monthly=True)
    give()
    client.v1.refunds.create({"payment_intent": str(give().payment_intent), "amount": 500})
    sandbox.call("POST", "/_/faults", {"path": "/v1/none"})

    page.goto(f"{sandbox.api_url}/?who={email}")

    for each in page.locator("details").all():
        each.evaluate("element => element.open = true")
    assert_is_fit(page)
    page.get_by_role("button", name="Warn of fraud").first.click()
    assert page.url == f"{sandbox.api_url}/#disputes"
    assert_is_fit(page)
    page.get_by_role("button", name="A day on").click()
    assert page.url == f"{sandbox.api_url}/#clock"
    sandbox.call("DELETE", "/_/faults")


def test_the_pages_that_mend_a_failing_gift(
    page: Page, client: stripe.StripeClient, give: Give, sandbox: Sandbox
) -> None:
    given = give(ASKS_EACH_TIME_CARD, monthly=True)
    sandbox.clock(months=1)
    invoice = client.v1.invoices.list({"subscription": str(given.subscription), "limit": 1}).data[0]
    flow: Any = {"customer": str(given.customer), "flow_data": {"type": "payment_method_update"}}
    card = {"Card number": GOOD_CARD, "Expiry": "12 / 44", "Security code": "123", "Name on card": "Ann Example"}

    page.goto(client.v1.billing_portal.sessions.create(flow).url)
    assert_is_fit(page)
    page.get_by_role("button", name="Save card").click()
    assert_is_fit(page)
    for label, text in card.items():
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Save card").click()
    assert page.get_by_role("heading", name="Your new card is saved").is_visible()
    assert_is_fit(page)
    page.reload()
    assert_is_fit(page)
    page.goto(str(invoice.hosted_invoice_url))
    assert_is_fit(page)
    page.get_by_role("link", name="confirm the payment").click()
    assert_is_fit(page)
    page.get_by_role("button", name="Complete").click()
    assert page.get_by_role("heading", name="Paid").is_visible()
    assert_is_fit(page)


def test_the_mailbox(page: Page, email: str, sandbox: Sandbox) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "post@example.org", email, "Thank you"
    message.set_content("Thank you, Ann.")
    message.add_alternative(
        "<html lang=en><title>Thank you</title><main><h1>Thank you, Ann.</h1></main>", subtype="html"
    )
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="receipt.pdf")
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as smtp:
        smtp.send_message(message)

    page.goto(f"{sandbox.api_url}/mailbox/?to={email}")
    assert_is_fit(page)
    page.get_by_role("link", name="Thank you").click()

    assert_is_fit(page)
    assert page.frame_locator("iframe").get_by_role("heading", name="Thank you, Ann.").is_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="receipt.pdf").click()
    assert download.value.suggested_filename == "receipt.pdf"
