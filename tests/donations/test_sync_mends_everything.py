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
from tests.donations.giving_stage import Stripe, work

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
