"""Money goes back, by the API or from the control page."""

import pytest
import stripe

from tests.sandbox.conftest import Give
from tests.sandbox.receiver import Receiver
from tests.sandbox_process import DECLINED_CARD, Sandbox

DAY = 86400


def charge_of(client: stripe.StripeClient, session: stripe.checkout.Session) -> stripe.Charge:
    return client.v1.charges.list({"payment_intent": str(session.payment_intent), "expand": ["data.refunds"]}).data[0]


def test_a_gift_is_refunded_in_parts(client: stripe.StripeClient, receiver: Receiver, give: Give) -> None:
    session = give(amount=2500)
    intent = str(session.payment_intent)

    first = client.v1.refunds.create({"payment_intent": intent, "amount": 1000, "metadata": {"why": "asked"}})
    rest = client.v1.refunds.create({"payment_intent": intent, "expand": ["balance_transaction"]})

    assert (first.amount, rest.amount, rest.status) == (1000, 1500, "succeeded")
    assert isinstance(rest.balance_transaction, stripe.BalanceTransaction)
    money = rest.balance_transaction
    assert (money.amount, money.fee, money.net, money.type) == (-1500, 0, -1500, "refund")
    charge = charge_of(client, session)
    assert (charge.amount_refunded, charge.refunded) == (2500, True)
    assert charge.refunds
    assert [refund.id for refund in charge.refunds.data] == [rest.id, first.id]
    assert receiver.wait_for(first.id, "refund.created")["data"]["object"]["metadata"] == {"why": "asked"}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": intent})
    assert caught.value.code == "charge_already_refunded"


def test_what_was_never_paid_cannot_be_refunded(
    client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver, give: Give, email: str
) -> None:
    give(DECLINED_CARD)
    failed = next(each for each in client.v1.charges.list({"limit": 100}).data if each.billing_details.email == email)

    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"charge": failed.id})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": str(failed.payment_intent)})


def test_a_refund_from_the_control_page_is_told_like_any_other(
    client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver, give: Give
) -> None:
    session = give(amount=2500)
    charge = charge_of(client, session)

    page = sandbox.post_form(f"/_/charges/{charge.id}/refund", amount="700")

    assert (page.status, page.location) == (303, "/")
    event = receiver.wait_for(charge.id, "charge.refunded")
    assert event["data"]["object"]["amount_refunded"] == 700
    assert event["request"]["id"] is None
    assert client.v1.refunds.list({"charge": charge.id}).data[0].amount == 700


def refund_now(client: stripe.StripeClient, session: stripe.checkout.Session, amount: int = 1000) -> stripe.Refund:
    return client.v1.refunds.create({"payment_intent": str(session.payment_intent), "amount": amount})


def test_a_refund_seems_to_succeed_and_fails_days_later(
    client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver, give: Give
) -> None:
    session = give("4000000000005126", amount=2500)
    first, second = refund_now(client, session), refund_now(client, session, 1500)
    assert [first.status, second.status] == ["succeeded", "succeeded"]
    assert charge_of(client, session).refunded

    sandbox.clock(seconds=6 * DAY)

    failed = client.v1.refunds.retrieve(first.id, {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    back = failed.failure_balance_transaction
    assert isinstance(back, stripe.BalanceTransaction)
    assert (back.type, back.net, back.source) == ("refund_failure", 1000, first.id)
    charge = charge_of(client, session)
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    assert receiver.wait_for(first.id, "refund.failed")["data"]["object"]["status"] == "failed"
    receiver.wait_for(first.id, "charge.refund.updated")


def test_a_refund_takes_days_and_arrives(client: stripe.StripeClient, sandbox: Sandbox, give: Give) -> None:
    session = give("4000000000007726", amount=2500)
    refund = refund_now(client, session)
    assert (refund.status, refund.pending_reason) == ("pending", "processing")

    sandbox.clock(seconds=6 * DAY)

    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert charge_of(client, session).amount_refunded == 1000


def test_any_refund_can_be_made_to_fail(client: stripe.StripeClient, sandbox: Sandbox, give: Give) -> None:
    refund = refund_now(client, give(amount=2500))

    failed = sandbox.call("POST", f"/_/refunds/{refund.id}/fail", {"reason": "lost_or_stolen_card"})

    assert (failed["status"], failed["failure_reason"]) == ("failed", "lost_or_stolen_card")
    assert sandbox.request("POST", f"/_/refunds/{refund.id}/fail").status == 400
