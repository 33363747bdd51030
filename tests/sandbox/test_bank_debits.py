"""A donor pays from a bank account: the money comes days later, or does not."""

import pytest
import stripe

from tests.sandbox.conftest import checkout_params
from tests.sandbox.receiver import Receiver
from tests.sandbox.sdk_shapes import problems
from tests.sandbox.test_shapes import raw
from tests.sandbox_process import BAD_ACCOUNT, GOOD_ACCOUNT, Sandbox, words

DAY = 86400


def give_from(
    client: stripe.StripeClient, sandbox: Sandbox, email: str, account: str = GOOD_ACCOUNT, amount: int = 2500
) -> stripe.checkout.Session:
    session = client.v1.checkout.sessions.create(checkout_params(email, amount=amount))
    page = sandbox.pay_by_bank(str(session.url), account, email=email)
    assert (page.status, page.location.startswith("http://localhost:8000/donate/thanks/")) == (303, True)
    return client.v1.checkout.sessions.retrieve(session.id)


def test_a_debit_is_paid_after_four_days(
    client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver, email: str
) -> None:
    session = give_from(client, sandbox, email)
    intent = client.v1.payment_intents.retrieve(str(session.payment_intent), {"expand": ["latest_charge"]})

    assert (session.status, session.payment_status) == ("complete", "unpaid")
    assert receiver.wait_for(session.id, "checkout.session.completed")["data"]["object"]["payment_status"] == "unpaid"
    assert intent.status == "processing"
    assert isinstance(intent.latest_charge, stripe.Charge)
    charge = intent.latest_charge
    assert (charge.status, charge.paid, charge.balance_transaction) == ("pending", False, None)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"charge": charge.id})

    sandbox.clock(seconds=4 * DAY)

    paid = receiver.wait_for(session.id, "checkout.session.async_payment_succeeded")["data"]["object"]
    assert (paid["status"], paid["payment_status"]) == ("complete", "paid")
    after = client.v1.charges.retrieve(charge.id, {"expand": ["balance_transaction", "payment_intent"]})
    assert isinstance(after.payment_intent, stripe.PaymentIntent)
    assert (after.status, after.payment_intent.status, after.payment_intent.amount_received) == (
        "succeeded",
        "succeeded",
        2500,
    )
    assert isinstance(after.balance_transaction, stripe.BalanceTransaction)
    money = after.balance_transaction
    assert (money.type, money.reporting_category, money.amount, money.fee) == ("payment", "charge", 2500, 20)


@pytest.mark.parametrize(("account", "code"), [(BAD_ACCOUNT, "no_account"), ("000222222227", "insufficient_funds")])
def test_a_debit_fails_after_four_days(
    client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver, email: str, account: str, code: str
) -> None:
    session = give_from(client, sandbox, email, account)

    sandbox.clock(seconds=4 * DAY)

    failed = receiver.wait_for(session.id, "checkout.session.async_payment_failed")["data"]["object"]
    assert (failed["status"], failed["payment_status"]) == ("complete", "unpaid")
    intent = client.v1.payment_intents.retrieve(str(session.payment_intent))
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error
    assert intent.last_payment_error.code == code
    charge = client.v1.charges.retrieve(str(intent.latest_charge))
    assert (charge.status, charge.failure_code, charge.balance_transaction) == ("failed", code, None)
    receiver.wait_for(intent.id, "payment_intent.payment_failed")


def test_a_debit_is_refunded_as_a_payment(client: stripe.StripeClient, sandbox: Sandbox, email: str) -> None:
    session = give_from(client, sandbox, email)
    sandbox.clock(seconds=4 * DAY)

    refund = client.v1.refunds.create(
        {"payment_intent": str(session.payment_intent), "amount": 500, "expand": ["balance_transaction"]}
    )
    sandbox.clock(seconds=4 * DAY)

    assert isinstance(refund.balance_transaction, stripe.BalanceTransaction)
    assert (refund.status, refund.balance_transaction.type, refund.balance_transaction.net) == (
        "pending",
        "payment_refund",
        -500,
    )
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"


def test_who_promised_does_not_pay_twice(client: stripe.StripeClient, sandbox: Sandbox, email: str) -> None:
    session = client.v1.checkout.sessions.create(checkout_params(email))
    for _ in range(2):
        page = sandbox.pay_by_bank(str(session.url), email=email)
    assert "Already on its way" in words(page)
    assert "Already on its way" in words(sandbox.pay(str(session.url), email=email))

    sandbox.clock(seconds=4 * DAY)

    intent = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    assert len(client.v1.charges.list({"payment_intent": str(intent)}).data) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"monthly": True},
        {"excluded_payment_method_types": ["us_bank_account"]},
        {"allowed_payment_method_types": ["card"]},
    ],
)
def test_a_bank_account_is_not_always_offered(
    client: stripe.StripeClient, sandbox: Sandbox, email: str, changes: dict[str, object]
) -> None:
    session = client.v1.checkout.sessions.create(checkout_params(email, **changes))  # type: ignore[arg-type]

    assert session.payment_method_types == ["card"]
    assert "bank account" not in words(sandbox.request("GET", f"/checkout/pay/{session.id}"))
    assert sandbox.pay_by_bank(str(session.url), email=email).status == 404


def test_wrong_fields_are_named(client: stripe.StripeClient, sandbox: Sandbox, email: str) -> None:
    session = client.v1.checkout.sessions.create(checkout_params(email))

    page = sandbox.pay_by_bank(str(session.url), "12345", email=email, name="")

    assert page.status == 422
    assert "not one of the sandbox's test accounts" in words(page)
    assert "Enter the name on the account." in words(page)
    assert 'value="12345"' in page.text


def test_debits_have_the_sdks_shape(sandbox: Sandbox, client: stripe.StripeClient, email: str) -> None:
    found = []
    for account in (GOOD_ACCOUNT, BAD_ACCOUNT):
        session = give_from(client, sandbox, email, account)
        for days in (0, 4):
            sandbox.clock(seconds=days * DAY)
            more = {"expand[0]": "latest_charge.balance_transaction", "expand[1]": "payment_method"}
            found += problems(raw(sandbox, f"payment_intents/{session.payment_intent}", **more))
            found += problems(raw(sandbox, f"checkout/sessions/{session.id}"))

    assert found == []
