"""A card that paid once fails: for which reason, when it is tried again, and how a donor mends it."""

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import Give, checkout_params
from tests.sandbox.receiver import Receiver
from tests.sandbox_process import (
    ASKS_EACH_TIME_CARD,
    AUTHENTICATION_CARD,
    DECLINED_CARD,
    FAILS_ON_RENEWAL_CARD,
    Sandbox,
    words,
)

DAY = 86400
Client = stripe.StripeClient


def card_of(client: Client, session: stripe.checkout.Session) -> str:
    return str(client.v1.subscriptions.retrieve(str(session.subscription)).default_payment_method)


def latest_invoice(client: Client, session: stripe.checkout.Session) -> stripe.Invoice:
    return client.v1.invoices.list({"subscription": str(session.subscription), "limit": 1}).data[0]


def intent_of(client: Client, invoice: stripe.Invoice) -> stripe.PaymentIntent:
    payments = client.v1.invoices.retrieve(
        str(invoice.id), {"expand": ["payments.data.payment.payment_intent"]}
    ).payments
    assert payments
    intent = payments.data[0].payment.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    return intent


def status_of(client: Client, session: stripe.checkout.Session) -> str:
    return client.v1.subscriptions.retrieve(str(session.subscription)).status


def charges_for(client: Client, invoice: stripe.Invoice) -> list[stripe.Charge]:
    return client.v1.charges.list({"payment_intent": intent_of(client, invoice).id}).data


@pytest.mark.parametrize(
    ("reason", "code", "decline_code"),
    [
        ("insufficient_funds", "card_declined", "insufficient_funds"),
        ("lost_card", "card_declined", "lost_card"),
        ("do_not_honor", "card_declined", "do_not_honor"),
        ("expired_card", "expired_card", None),
        ("processing_error", "processing_error", None),
    ],
)
def test_a_renewal_fails_for_its_reason(
    client: Client, sandbox: Sandbox, give: Give, reason: str, code: str, decline_code: str | None
) -> None:
    session = give(monthly=True)
    sandbox.card_becomes(card_of(client, session), reason)

    sandbox.clock(months=1)

    invoice = latest_invoice(client, session)
    intent = intent_of(client, invoice)
    error = intent.last_payment_error
    assert error
    told = error.to_dict()
    assert (told["code"], told.get("decline_code")) == (code, decline_code)
    assert told["payment_method"]["id"] == card_of(client, session)
    assert (invoice.status, invoice.attempt_count, status_of(client, session)) == ("open", 1, "past_due")
    charge = charges_for(client, invoice)[0]
    assert (charge.status, charge.failure_code) == ("failed", code)


def test_a_card_that_is_well_again_pays_on_the_next_try(client: Client, sandbox: Sandbox, give: Give) -> None:
    session = give(monthly=True)
    card = card_of(client, session)
    sandbox.card_becomes(card, "insufficient_funds")
    sandbox.clock(months=1)

    sandbox.card_becomes(card, None)
    sandbox.clock(seconds=4 * DAY)

    assert (latest_invoice(client, session).status, status_of(client, session)) == ("paid", "active")


def test_a_lost_card_is_not_charged_again_but_the_tries_are_counted(
    client: Client, sandbox: Sandbox, receiver: Receiver, give: Give
) -> None:
    session = give(monthly=True)
    card = card_of(client, session)
    sandbox.card_becomes(card, "lost_card")
    sandbox.clock(months=1)
    sandbox.card_becomes(card, None)

    sandbox.clock(seconds=4 * DAY)

    invoice = latest_invoice(client, session)
    assert (invoice.status, invoice.attempt_count, len(charges_for(client, invoice))) == ("open", 2, 1)
    sandbox.settle()
    assert [each["type"] for each in receiver.about(str(invoice.id))].count("invoice.payment_failed") == 2


def test_a_card_fails_when_its_month_is_over(client: Client, sandbox: Sandbox, give: Give, email: str) -> None:
    session = give(monthly=True)
    method = client.v1.payment_methods.retrieve(card_of(client, session))
    assert method.card
    session_of_short_card = _with_card_until_next_month(client, sandbox, email)

    sandbox.clock(months=1)
    still_good = status_of(client, session_of_short_card)
    sandbox.clock(seconds=32 * DAY)

    assert (still_good, status_of(client, session_of_short_card)) == ("active", "past_due")
    error = intent_of(client, latest_invoice(client, session_of_short_card)).last_payment_error
    assert error
    assert error.code == "expired_card"
    assert status_of(client, session) == "active"


def _with_card_until_next_month(client: Client, sandbox: Sandbox, email: str) -> stripe.checkout.Session:
    now = datetime.fromtimestamp(sandbox.call("GET", "/_/clock")["now"], UTC)
    year, month = divmod(now.year * 12 + now.month, 12)
    session = client.v1.checkout.sessions.create(checkout_params(email, monthly=True))
    fields = {"email": email, "name": "Ann", "card": "4242424242424242", "cvc": "123"}
    sandbox.post_form(f"/checkout/pay/{session.id}", expiry=f"{month + 1:02}/{year % 100:02}", **fields)
    return client.v1.checkout.sessions.retrieve(session.id)


def test_a_bank_that_wants_the_donor_each_time(
    client: Client, sandbox: Sandbox, receiver: Receiver, give: Give
) -> None:
    session = give(ASKS_EACH_TIME_CARD, monthly=True)

    sandbox.clock(months=1)

    invoice = latest_invoice(client, session)
    intent = intent_of(client, invoice)
    assert (invoice.status, intent.status, status_of(client, session)) == ("open", "requires_action", "past_due")
    assert intent.last_payment_error
    assert intent.last_payment_error.code == "authentication_required"
    receiver.wait_for(str(invoice.id), "invoice.payment_action_required")
    receiver.wait_for(str(invoice.id), "invoice.payment_failed")
    receiver.wait_for(intent.id, "payment_intent.requires_action")
    page = sandbox.request("GET", f"/invoice/{invoice.id}")
    assert "confirm the payment" in words(page)
    sandbox.post_form(f"/invoice/{invoice.id}/authenticate", answer="complete")
    assert (latest_invoice(client, session).status, status_of(client, session)) == ("paid", "active")
    assert intent_of(client, invoice).status == "succeeded"


def test_a_refused_confirmation_leaves_the_invoice_open(client: Client, sandbox: Sandbox, give: Give) -> None:
    session = give(ASKS_EACH_TIME_CARD, monthly=True)
    sandbox.clock(months=1)
    invoice = latest_invoice(client, session)

    page = sandbox.post_form(f"/invoice/{invoice.id}/authenticate", answer="fail")

    assert page.status == 402
    assert latest_invoice(client, session).status == "open"
    assert sandbox.request("GET", f"/invoice/{invoice.id}/authenticate").status == 200  # back at the form


@pytest.mark.parametrize("card", ["4242424242424242", AUTHENTICATION_CARD])
def test_an_open_invoice_is_paid_on_its_page(
    client: Client, sandbox: Sandbox, receiver: Receiver, give: Give, card: str
) -> None:
    session = give(FAILS_ON_RENEWAL_CARD, monthly=True)
    sandbox.clock(months=1)
    invoice = latest_invoice(client, session)
    url = str(invoice.hosted_invoice_url)
    old = card_of(client, session)

    declined = sandbox.pay(url, DECLINED_CARD)
    paid = sandbox.pay(url, card)

    assert (declined.status, paid.status) == (402, 303)
    assert "Your card was declined." in words(declined)
    after = latest_invoice(client, session)
    assert (after.status, after.attempt_count, status_of(client, session)) == ("paid", 1, "active")
    used = str(intent_of(client, invoice).payment_method)
    assert client.v1.payment_methods.retrieve(used).customer == session.customer
    assert card_of(client, session) == old  # the gift keeps its own card until somebody changes it
    receiver.wait_for(str(invoice.id), "invoice.paid")
    assert "has been paid" in words(sandbox.request("GET", f"/invoice/{invoice.id}"))
    assert sandbox.pay(url).status == 200
    assert len([each for each in charges_for(client, invoice) if each.paid]) == 1


def test_an_invoice_is_paid_by_the_api_with_another_card(client: Client, sandbox: Sandbox, give: Give) -> None:
    session = give(FAILS_ON_RENEWAL_CARD, monthly=True)
    sandbox.clock(months=1)
    invoice = latest_invoice(client, session)
    params: Any = {"customer": str(session.customer), "flow_data": {"type": "payment_method_update"}}
    sandbox.leave_card(client.v1.billing_portal.sessions.create(params).url)
    settings = client.v1.customers.retrieve(str(session.customer)).invoice_settings
    assert settings

    with pytest.raises(stripe.CardError) as caught:
        client.v1.invoices.pay(str(invoice.id))
    paid = client.v1.invoices.pay(str(invoice.id), {"payment_method": str(settings.default_payment_method)})

    assert (caught.value.http_status, caught.value.code) == (402, "card_declined")
    assert caught.value.error
    assert caught.value.error.decline_code == "generic_decline"
    assert (paid.status, paid.attempt_count, status_of(client, session)) == ("paid", 1, "active")
    assert len(charges_for(client, paid)) == 3  # the refused ones are facts as well
    with pytest.raises(stripe.InvalidRequestError, match="already paid"):
        client.v1.invoices.pay(str(invoice.id))


def test_paying_by_the_api_says_when_the_donor_is_needed(client: Client, sandbox: Sandbox, give: Give) -> None:
    session = give(ASKS_EACH_TIME_CARD, monthly=True)
    sandbox.clock(months=1)

    with pytest.raises(stripe.CardError) as caught:
        client.v1.invoices.pay(str(latest_invoice(client, session).id))

    assert caught.value.code == "invoice_payment_intent_requires_action"


def test_a_voided_invoice_is_forgiven(client: Client, sandbox: Sandbox, receiver: Receiver, give: Give) -> None:
    session = give(FAILS_ON_RENEWAL_CARD, monthly=True)
    sandbox.clock(months=1)
    invoice = latest_invoice(client, session)

    voided = client.v1.invoices.void_invoice(str(invoice.id))
    sandbox.clock(seconds=20 * DAY)

    assert (voided.status, status_of(client, session)) == ("void", "active")
    assert intent_of(client, invoice).status == "canceled"
    receiver.wait_for(str(invoice.id), "invoice.voided")
    assert sandbox.request("GET", f"/invoice/{invoice.id}").status == 200
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.invoices.pay(str(invoice.id))


def test_an_unknown_reason_is_refused(client: Client, sandbox: Sandbox, give: Give) -> None:
    card = card_of(client, give(monthly=True))

    page = sandbox.request("POST", f"/_/cards/{card}/become", '{"declines": "bad_mood"}')

    assert page.status == 400
    assert "must be one of" in words(page)
