"""A donor goes to the bank instead of to us: disputes, inquiries, warnings."""

import pytest
import stripe

from tests.sandbox.conftest import Give
from tests.sandbox.receiver import Receiver
from tests.sandbox.sdk_shapes import problems
from tests.sandbox.test_refunds import charge_of
from tests.sandbox.test_shapes import raw
from tests.sandbox_process import Sandbox

FRAUDULENT_CARD = "4000000000000259"
NOT_RECEIVED_CARD = "4000000000002685"
INQUIRY_CARD = "4000000000001976"
WARNING_CARD = "4000000000005423"

DAY = 86400


def dispute_of(client: stripe.StripeClient, charge: stripe.Charge) -> stripe.Dispute:
    return client.v1.disputes.list({"charge": charge.id}).data[0]


def types_about(sandbox: Sandbox, thing: str) -> list[str]:
    return [event["type"] for event in reversed(sandbox.events()) if event["object"] == thing]


@pytest.mark.parametrize(
    ("card", "reason"), [(FRAUDULENT_CARD, "fraudulent"), (NOT_RECEIVED_CARD, "product_not_received")]
)
def test_a_disputed_gift_is_taken_back_with_a_fee(
    client: stripe.StripeClient, sandbox: Sandbox, give: Give, card: str, reason: str
) -> None:
    charge = charge_of(client, give(card, amount=2500))
    assert not charge.disputed

    sandbox.clock(seconds=60)

    dispute = dispute_of(client, charge)
    assert (dispute.reason, dispute.status, dispute.amount) == (reason, "needs_response", 2500)
    assert [(line.amount, line.fee, line.net) for line in dispute.balance_transactions] == [(-2500, 1500, -4000)]
    assert client.v1.charges.retrieve(charge.id).disputed
    lines = client.v1.balance_transactions.list({"source": dispute.id}).data
    assert [(line.id, line.type, line.reporting_category) for line in lines] == [
        (dispute.balance_transactions[0].id, "adjustment", "dispute")
    ]
    assert types_about(sandbox, dispute.id) == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"charge": charge.id})
    assert caught.value.code == "charge_disputed"


def test_evidence_is_staged_and_then_submitted_and_may_win(
    client: stripe.StripeClient, sandbox: Sandbox, give: Give
) -> None:
    charge = charge_of(client, give(FRAUDULENT_CARD))
    sandbox.clock(seconds=60)
    dispute = dispute_of(client, charge)

    staged = client.v1.disputes.update(dispute.id, {"evidence": {"customer_name": "Ann"}, "submit": False})
    given = client.v1.disputes.update(
        dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}, "metadata": {"case": "1"}}
    )
    sandbox.clock(seconds=60)
    won = client.v1.disputes.retrieve(dispute.id)

    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)
    assert (given.status, given.evidence_details.submission_count) == ("under_review", 1)
    assert given.evidence.customer_name == "Ann"
    assert won.status == "won"
    assert [(line.amount, line.fee) for line in won.balance_transactions] == [(-2500, 1500), (2500, -1500)]
    assert types_about(sandbox, dispute.id)[2:] == [
        "charge.dispute.updated",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ]
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.disputes.update(dispute.id, {"evidence": {"customer_name": "Ann"}})


def test_a_dispute_that_nobody_answers_is_lost(client: stripe.StripeClient, sandbox: Sandbox, give: Give) -> None:
    charge = charge_of(client, give(FRAUDULENT_CARD))
    sandbox.clock(seconds=60)

    sandbox.clock(seconds=21 * DAY)

    dispute = dispute_of(client, charge)
    assert (dispute.status, dispute.evidence_details.past_due) == ("lost", True)
    assert len(dispute.balance_transactions) == 1


def test_a_dispute_can_be_accepted(client: stripe.StripeClient, sandbox: Sandbox, give: Give) -> None:
    charge = charge_of(client, give())
    made = sandbox.call("POST", f"/_/charges/{charge.id}/dispute", {"reason": "duplicate", "amount": 900})

    closed = client.v1.disputes.close(made["id"])

    assert (closed.status, closed.amount, closed.reason) == ("lost", 900, "duplicate")
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.disputes.close(made["id"])


def test_the_bank_decides_from_the_control_page(client: stripe.StripeClient, sandbox: Sandbox, give: Give) -> None:
    first, second = (charge_of(client, give()) for _ in range(2))
    for charge in (first, second):
        assert sandbox.post_form(f"/_/charges/{charge.id}/dispute").status == 303

    sandbox.call("POST", f"/_/disputes/{dispute_of(client, first).id}/win")
    sandbox.call("POST", f"/_/disputes/{dispute_of(client, second).id}/lose")

    won, lost = dispute_of(client, first), dispute_of(client, second)
    assert (won.status, [line.net for line in won.balance_transactions]) == ("won", [-4000, 2500])
    assert won.balance_transactions[1].reporting_category == "dispute_reversal"
    assert (lost.status, [line.net for line in lost.balance_transactions]) == ("lost", [-4000])


def test_an_inquiry_takes_no_money_until_it_becomes_a_dispute(
    client: stripe.StripeClient, sandbox: Sandbox, give: Give
) -> None:
    charge = charge_of(client, give(INQUIRY_CARD))
    sandbox.clock(seconds=60)
    inquiry = dispute_of(client, charge)

    taken = sandbox.call("POST", f"/_/disputes/{inquiry.id}/escalate")

    assert (inquiry.status, inquiry.balance_transactions, inquiry.is_charge_refundable) == (
        "warning_needs_response",
        [],
        True,
    )
    assert (taken["status"], taken["is_charge_refundable"]) == ("needs_response", False)
    assert [line["net"] for line in taken["balance_transactions"]] == [-4000]
    assert types_about(sandbox, inquiry.id) == [
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.funds_withdrawn",
    ]


def test_a_refund_ends_an_inquiry_and_a_warning(client: stripe.StripeClient, sandbox: Sandbox, give: Give) -> None:
    charge = charge_of(client, give(INQUIRY_CARD))
    sandbox.clock(seconds=60)
    warning = sandbox.call("POST", f"/_/charges/{charge.id}/warn", {"fraud_type": "made_with_stolen_card"})
    other = sandbox.call("POST", f"/_/charges/{charge_of(client, give()).id}/warn")

    client.v1.refunds.create({"charge": charge.id})

    assert dispute_of(client, charge).status == "warning_closed"
    assert (warning["actionable"], other["actionable"]) == (False, True)


def test_a_network_warns_of_fraud(
    client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver, give: Give
) -> None:
    charge = charge_of(client, give(WARNING_CARD))

    sandbox.clock(seconds=60)
    warning = client.v1.radar.early_fraud_warnings.list({"charge": charge.id}).data[0]
    client.v1.refunds.create({"charge": charge.id})

    assert (warning.actionable, warning.payment_intent) == (True, charge.payment_intent)
    assert not client.v1.radar.early_fraud_warnings.retrieve(warning.id).actionable
    receiver.wait_for(warning.id, "radar.early_fraud_warning.created")
    receiver.wait_for(warning.id, "radar.early_fraud_warning.updated")


def test_what_cannot_be_disputed_is_refused(client: stripe.StripeClient, sandbox: Sandbox, give: Give) -> None:
    charge = charge_of(client, give(amount=2500))
    sandbox.call("POST", f"/_/charges/{charge.id}/dispute", {"inquiry": True})

    for wish in ({}, {"reason": "boredom"}, {"amount": 2501}):
        page = sandbox.request("POST", f"/_/charges/{charge.id}/dispute", str(wish).replace("'", '"'))
        assert page.status == 400, wish


def test_disputes_and_warnings_have_the_sdks_shape(sandbox: Sandbox, give: Give) -> None:
    for card in (FRAUDULENT_CARD, INQUIRY_CARD, WARNING_CARD):
        give(card)
    sandbox.clock(seconds=60)

    for path in ("disputes", "radar/early_fraud_warnings"):
        listed = raw(sandbox, path, limit="100", **{"expand[]": "data.charge"})["data"]
        assert listed
        assert [problem for each in listed for problem in problems(each)] == []
