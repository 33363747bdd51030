"""A card network suspects a gift: fundraisers hear of it and decide, once, to send it back or to leave it."""

from typing import Any

import pytest
from django.test import Client

from donations import proofs
from donations.models import FraudWarning, Payment, Refund, Subscription
from mail.models import OutgoingEmail
from organisation.models import AuditEvent, User
from tests.donations.giving_stage import Stripe, give

WARNINGS = "/staff/gifts/warnings/"


@pytest.fixture
def desk(client: Client, fay: User) -> Client:
    client.force_login(fay)
    return client


def warned(client: Client, stripe: Stripe, **wish: Any) -> FraudWarning:
    """Ann gave $50, and her card's network warns."""
    give(client, stripe, amount="50", **wish)
    stripe.deliver_new(client)
    stripe.sandbox.call("POST", f"/_/charges/{Payment.objects.get().charge_id}/warn", {"fraud_type": "misc"})
    for event in stripe.deliver_new(client):
        stripe.deliver(client, event)
    return FraudWarning.objects.get()


def test_fundraiser_sends_the_whole_gift_back_before_it_is_disputed(
    visitor: Client, stripe: Stripe, desk: Client, fay: User
) -> None:
    warning = warned(visitor, stripe, interval="once")
    letters = [letter for letter in OutgoingEmail.objects.all() if letter.key.startswith("fraud-warning:")]
    assert [letter.recipient for letter in letters] == [fay.email]
    assert "Send the whole gift back" in desk.get(WARNINGS).content.decode()

    desk.post(f"{WARNINGS}{warning.stripe_id}/back/")
    desk.post(f"{WARNINGS}{warning.stripe_id}/back/")
    stripe.deliver_new(visitor)

    refund = Refund.objects.get()
    assert (refund.state, refund.reason, refund.asked_by) == ("succeeded", "fraud", fay)
    assert stripe.api.v1.refunds.list().data[0].reason == "fraudulent"
    assert not FraudWarning.objects.get().is_actionable
    assert "Send the whole gift back" not in desk.get(WARNINGS).content.decode()
    assert list(proofs.broken()) == []


def test_warning_whose_refund_stripe_refuses_stays_to_be_decided(visitor: Client, stripe: Stripe, desk: Client) -> None:
    warning = warned(visitor, stripe, interval="once")
    stripe.sandbox.call("POST", "/_/faults", {"path": "/v1/refunds", "status": 400})

    answer = desk.post(f"{WARNINGS}{warning.stripe_id}/back/", follow=True)

    assert "Stripe refuses this refund. Nothing was sent back." in answer.content.decode()
    assert "Send the whole gift back" in desk.get(WARNINGS).content.decode()


def test_recurring_gift_is_stopped_with_it(visitor: Client, stripe: Stripe, desk: Client) -> None:
    warning = warned(visitor, stripe)

    desk.post(f"{WARNINGS}{warning.stripe_id}/back/")
    stripe.deliver_new(visitor)

    assert Subscription.objects.get().state == "canceled"
    assert Refund.objects.get().state == "succeeded"


def test_gift_that_is_left_is_nobodys_task_any_more(visitor: Client, stripe: Stripe, desk: Client, fay: User) -> None:
    warning = warned(visitor, stripe, interval="once")

    desk.post(f"{WARNINGS}{warning.stripe_id}/leave/")
    desk.post(f"{WARNINGS}{warning.stripe_id}/leave/")

    assert FraudWarning.objects.get().left_by == fay
    assert "No warning waits for a decision" in desk.get(WARNINGS).content.decode()
    assert AuditEvent.objects.filter(action="donations.fraud_warning_left").count() == 1
    assert not Refund.objects.exists()
