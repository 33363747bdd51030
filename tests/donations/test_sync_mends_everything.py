"""Whatever webhooks lose, double or shuffle: sync_stripe brings the books to where they would be."""

from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from config import proofs
from donations.models import Dispute, FraudWarning, Payment, Payout, Refund, Subscription
from ledger.models import Fund
from tests.donations.everything_stage import books, happens_in_time, happens_to_gifts
from tests.donations.giving_stage import Stripe, give, work

EXAMPLES = 5


def assert_proved() -> None:
    assert [sentence for proof in proofs.PROOFS for sentence in proof.broken()] == []


def test_sync_finds_and_mends_what_happened_without_any_webhook(
    visitor: Client, stripe: Stripe, general_fund: Fund, capsys: pytest.CaptureFixture[str]
) -> None:
    happens_to_gifts(visitor, stripe)
    happens_in_time(visitor, stripe)
    with pytest.raises(CommandError):
        call_command("sync_stripe", "--check")
    assert not Payment.objects.exists()

    call_command("sync_stripe")

    capsys.readouterr()
    call_command("sync_stripe", "--check")
    said = capsys.readouterr().out
    assert "2 recurring gifts, 1 open invoices, 2 refunds, 3 disputes, 1 fraud warnings, 3 payouts" in said
    assert "0 differed" in said
    assert_proved()
    mended = books()
    call_command("sync_stripe")
    stripe.deliver_new(visitor)
    assert books() == mended
    assert sorted(Dispute.objects.values_list("state", flat=True)) == ["lost", "warning_closed", "won"]
    assert sorted(Payout.objects.values_list("state", flat=True)) == ["failed", "in_transit", "paid"]
    assert sorted(Refund.objects.values_list("state", flat=True)) == ["failed", "succeeded"]
    assert sorted(Subscription.objects.values_list("state", flat=True)) == ["active", "past_due"]
    assert FraudWarning.objects.count() == 1
    assert_proved()


def test_books_do_not_depend_on_which_events_came_when(visitor: Client, stripe: Stripe, general_fund: Fund) -> None:
    happens_to_gifts(visitor, stripe)
    events = stripe.new_events()

    def outcome(places: list[int]) -> dict[str, Any]:
        """Deliver these events in this order, let sync do the rest, and undo it all."""
        with transaction.atomic():
            for copy, place in enumerate(places):
                stripe.deliver(visitor, events[place] | {"id": f"{events[place]['id']}_{copy}"})
            work()
            call_command("sync_stripe")
            call_command("sync_stripe", "--check")
            assert_proved()
            found = books()
            transaction.set_rollback(True)
        return found

    as_it_happened = outcome(list(range(len(events))))
    assert len(as_it_happened["ledger"]) == 12

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        # To shrink a counterexample would take many minutes of a sandbox.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(st.integers(0, len(events) - 1), max_size=len(events)))
    def converges(places: list[int]) -> None:
        assert outcome(places) == as_it_happened

    converges()


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"pause_collection": {"behavior": "void", "resumes_at": 4102444800}}, "is paused otherwise"),
        ({"cancel_at_period_end": True}, ""),
    ],
)
def test_sync_takes_over_what_was_changed_at_stripe(
    visitor: Client, stripe: Stripe, capsys: pytest.CaptureFixture[str], change: Any, difference: str
) -> None:
    give(visitor, stripe)
    stripe.deliver_new(visitor)
    subscription = Subscription.objects.get()
    stripe.api.v1.subscriptions.update(subscription.stripe_id, change)

    call_command("sync_stripe")

    assert difference in capsys.readouterr().out
    call_command("sync_stripe", "--check")
    subscription.refresh_from_db()
    assert (subscription.paused_until is not None) == bool(difference)


def test_another_card_at_stripe_is_found_and_taken_over(visitor: Client, stripe: Stripe) -> None:
    give(visitor, stripe)
    stripe.deliver_new(visitor)
    Subscription.objects.update(card_last4="0000")
    with pytest.raises(CommandError):
        call_command("sync_stripe", "--check")

    call_command("sync_stripe")

    assert Subscription.objects.get().card_last4 == "4242"


def test_amount_that_nobody_asked_for_is_left_for_a_person(
    visitor: Client, stripe: Stripe, capsys: pytest.CaptureFixture[str]
) -> None:
    give(visitor, stripe)
    stripe.deliver_new(visitor)
    ours = Subscription.objects.get()
    item = stripe.api.v1.subscriptions.retrieve(ours.stripe_id)["items"].data[0]
    price = {
        "currency": "usd",
        "product": item.price.product,
        "unit_amount": 9900,
        "recurring": {"interval": "year"},
    }
    change: Any = {
        "items": [{"id": item.id, "price_data": price}],
        "proration_behavior": "none",
        "trial_end": item.current_period_end,
    }
    stripe.api.v1.subscriptions.update(ours.stripe_id, change)
    stripe.deliver_new(visitor)

    with pytest.raises(CommandError, match="left for a person"):
        call_command("sync_stripe")

    said = capsys.readouterr().out
    assert "another amount at Stripe, the recurring gift has another interval at Stripe" in said
    ours.refresh_from_db()
    assert ours.amount_minor == 2500
