"""What needs somebody among what Stripe says: disputes and warnings stand on the desk until they are dealt with."""

import pytest
from django.test import Client
from django.urls import reverse
from moneyed import Money

from donations.models import Dispute, FraudWarning, Payment, Refund
from ledger.models import Fund
from organisation.models import AuditEvent, User
from stripe_gateway.models import StripeEvent
from tests.donations.desk_stage import NOW, give, page

pytestmark = pytest.mark.usefixtures("legal_entity")


@pytest.fixture
def desk(fay: User) -> Client:
    browser = Client()
    browser.force_login(fay)
    return browser


@pytest.fixture
def gift(legal_entity: object, aid_fund: Fund) -> Payment:
    return give(1, fund=aid_fund, amount=Money(25, "USD"))


@pytest.fixture
def warning(gift: Payment) -> FraudWarning:
    return FraudWarning.objects.create(
        payment=gift, stripe_id="issfr_1", fraud_type="made_with_stolen_card", is_actionable=True, warned_at=NOW
    )


def test_open_dispute_stands_on_the_first_page_and_leads_to_its_gift(desk: Client, gift: Payment) -> None:
    Dispute.objects.create(
        payment=gift,
        stripe_id="dp_1",
        state="needs_response",
        reason="fraudulent",
        amount_minor=2500,
        currency="USD",
        respond_by=NOW,
        began_at=NOW,
        noted_at=NOW,
    )

    assert f'href="{reverse("donations_disputes")}#open"><strong>1</strong>' in page(desk, reverse("wagtailadmin_home"))
    assert reverse("donations_gift", args=[gift.reference]) in page(desk, reverse("donations_dispute", args=["dp_1"]))
    assert "to be answered at Stripe by March 10, 2026" in page(desk, reverse("donations_gift", args=[gift.reference]))


def test_warning_stands_on_the_desk_until_somebody_decided(desk: Client, warning: FraudWarning, fay: User) -> None:
    assert f'href="{reverse("donations_warnings")}#waiting"><strong>1</strong>' in page(
        desk, reverse("wagtailadmin_home")
    )
    assert "made with a stolen card" in page(desk, reverse("donations_warnings"))

    FraudWarning.objects.update(left_at=NOW, left_by=fay)

    assert "No warning waits for a decision" in page(desk, reverse("donations_warnings"))
    assert reverse("donations_warnings") + "#waiting" not in page(desk, reverse("wagtailadmin_home"))


def test_warning_of_a_gift_of_which_nothing_is_left_waits_for_nobody(
    desk: Client, gift: Payment, warning: FraudWarning
) -> None:
    Refund.objects.create(
        payment=gift, state="requested", amount_minor=2500, currency="USD", reason="fraud", asked_at=NOW
    )

    assert reverse("donations_warnings") + "#waiting" not in page(desk, reverse("wagtailadmin_home"))


def test_all_events_that_failed_are_tried_again_by_one_button(desk: Client) -> None:
    for number in range(2):
        StripeEvent.objects.create(
            event_id=f"evt_{number}",
            type="charge.updated",
            object_id="ch_1",
            livemode=False,
            created_at=NOW,
            received_at=NOW,
            state=StripeEvent.State.FAILED,
            attempts=15,
            error="StripeUnavailable",
        )
    assert "Try all of them again" in page(desk, reverse("donations_stripe"))

    answer = desk.post(reverse("donations_replay_all"), follow=True)

    assert "2 events are worked through again in a moment." in answer.content.decode()
    assert "No event has failed." in answer.content.decode()
    assert StripeEvent.objects.filter(state=StripeEvent.State.RECEIVED, due_at__isnull=False).count() == 2
    assert AuditEvent.objects.get(action="stripe.failed_events_replayed").reason == "2"
