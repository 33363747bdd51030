"""A donor pays on the hosted page, once or every month, through the SDK's eyes."""

import stripe

from tests.sandbox.conftest import Give, checkout_params
from tests.sandbox.receiver import Receiver
from tests.sandbox_process import AUTHENTICATION_CARD, DECLINED_CARD, Sandbox, words


def test_one_gift_brings_a_charge_with_its_fee(client: stripe.StripeClient, give: Give, email: str) -> None:
    session = give(amount=2500)

    assert (session.status, session.payment_status, session.amount_total) == ("complete", "paid", 2500)
    assert session.customer_details
    assert session.customer_details.email == email
    intent = client.v1.payment_intents.retrieve(
        str(session.payment_intent), {"expand": ["latest_charge.balance_transaction"]}
    )
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    money = charge.balance_transaction
    assert isinstance(money, stripe.BalanceTransaction)
    assert (money.amount, money.fee, money.net) == (2500, 103, 2397)
    assert intent.metadata["fund"] == "aid"


def test_the_donor_is_sent_to_the_success_page(client: stripe.StripeClient, sandbox: Sandbox, email: str) -> None:
    session = client.v1.checkout.sessions.create(checkout_params(email))
    assert session.url

    page = sandbox.pay(session.url, email=email)

    assert (page.status, page.location) == (303, f"http://localhost:8000/donate/thanks/?session={session.id}")


def test_a_paid_session_says_so_and_charges_nothing_more(
    client: stripe.StripeClient, sandbox: Sandbox, email: str
) -> None:
    session = client.v1.checkout.sessions.create(checkout_params(email))
    assert session.url
    sandbox.pay(session.url, email=email)

    again = sandbox.pay(session.url, email=email)

    assert "Already paid" in words(again)
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert len(client.v1.charges.list({"payment_intent": str(paid.payment_intent)}).data) == 1


def test_a_monthly_gift_brings_a_subscription_and_its_paid_invoice(client: stripe.StripeClient, give: Give) -> None:
    session = give(amount=2500, monthly=True)

    subscription = client.v1.subscriptions.retrieve(str(session.subscription))
    item = subscription.items.data[0]
    assert (subscription.status, item.price.unit_amount) == ("active", 2500)
    assert 28 * 86400 <= item.current_period_end - item.current_period_start <= 31 * 86400
    assert client.v1.payment_methods.retrieve(str(subscription.default_payment_method)).customer == session.customer
    invoice = client.v1.invoices.retrieve(str(session.invoice), {"expand": ["payments.data.payment.payment_intent"]})
    assert (invoice.status, invoice.billing_reason, invoice.amount_paid) == ("paid", "subscription_create", 2500)
    assert invoice.parent
    assert invoice.parent.subscription_details
    snapshot = invoice.parent.subscription_details.metadata
    assert snapshot
    assert snapshot.to_dict() == {"fund": "aid", "campaign": "7"}
    assert invoice.payments
    intent = invoice.payments.data[0].payment.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert (intent.status, intent.amount_received) == ("succeeded", 2500)


def test_webhooks_tell_the_story_of_a_monthly_gift(sandbox: Sandbox, receiver: Receiver, give: Give) -> None:
    session = give(monthly=True)
    sandbox.settle()

    about = {session.customer, session.id, session.subscription, session.invoice}
    seen = {event["type"] for thing in about for event in receiver.about(str(thing))}
    assert seen == {
        "customer.created",
        "checkout.session.completed",
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_succeeded",
    }
    assert receiver.bad_signatures == 0
    event = receiver.about(session.id)[0]
    assert (event["api_version"], event["livemode"]) == ("2026-10-28.endive", False)


def test_a_declined_card_stays_on_the_page_and_another_card_pays(
    client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver, email: str
) -> None:
    session = client.v1.checkout.sessions.create(checkout_params(email))
    assert session.url

    refused = sandbox.pay(session.url, DECLINED_CARD, email=email)

    assert refused.status == 402
    assert "Your card was declined." in words(refused)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    sandbox.pay(session.url, email=email)
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert paid.payment_status == "paid"
    sandbox.settle()
    types = [event["type"] for event in receiver.about(str(paid.payment_intent))]
    assert sorted(types) == [
        "payment_intent.created",
        "payment_intent.payment_failed",
        "payment_intent.succeeded",
    ]
    charges = client.v1.charges.list({"payment_intent": str(paid.payment_intent)}).data
    assert [charge.status for charge in charges] == ["succeeded", "failed"]


def test_a_bank_that_asks_gets_its_answer(client: stripe.StripeClient, sandbox: Sandbox, email: str) -> None:
    session = client.v1.checkout.sessions.create(checkout_params(email))
    assert session.url

    failed = sandbox.pay(session.url, AUTHENTICATION_CARD, email=email, authenticate=False)
    assert "unable to authenticate" in words(failed)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
    passed = sandbox.pay(session.url, AUTHENTICATION_CARD, email=email)

    assert passed.location.startswith("http://localhost:8000/donate/thanks/")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_wrong_fields_are_named_and_what_was_typed_is_kept(
    client: stripe.StripeClient, sandbox: Sandbox, email: str
) -> None:
    params = checkout_params(email)
    del params["customer_email"]
    session = client.v1.checkout.sessions.create(params)

    page = sandbox.post_form(
        f"/checkout/pay/{session.id}", email="nobody", card="1234", expiry="13/20", cvc="x", name="Ann <b>"
    )

    assert page.status == 422
    assert "not one of the sandbox's test cards" in words(page)
    assert 'value="nobody"' in page.text
    assert "Ann &lt;b&gt;" in page.text
    assert "No real money moves" in words(page)


def test_an_expired_session_says_so(
    client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver, email: str
) -> None:
    session = client.v1.checkout.sessions.create(checkout_params(email))
    assert session.url

    client.v1.checkout.sessions.expire(session.id)

    assert "expired" in words(sandbox.pay(session.url))
    assert receiver.wait_for(session.id, "checkout.session.expired")["data"]["object"]["url"] is None


def test_events_come_in_stripes_order(client: stripe.StripeClient, give: Give) -> None:
    session = give(monthly=True)

    mine = []
    for event in client.v1.events.list({"limit": 30}).data:
        mine.append(event.type)
        if event.type == "customer.created":
            break
    assert mine[::-1] == [
        "customer.created",
        "payment_intent.created",
        "payment_intent.succeeded",
        "charge.succeeded",
        "charge.updated",
        "payment_method.attached",
        "checkout.session.completed",
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice_payment.paid",
    ]
    assert session.customer
