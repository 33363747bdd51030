"""Events that come twice, at once, late, under other names, or half-way: each gift is booked once, numbers have no gap."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, transaction
from django.test import Client
from moneyed import Money

from donations import giving, proofs
from donations import tasks as donations_tasks
from donations.models import Checkout, HeldPayment, Payment, Receipt, ReceiptDocument, ReceiptSeries
from ledger import posting
from ledger.models import Fund, Transaction
from mail.models import OutgoingEmail
from organisation.models import LegalEntity, Organisation
from stripe_gateway import tasks as stripe_tasks
from stripe_gateway.models import StripeEvent
from stripe_gateway.objects import BalanceMove, PaidCharge
from tests.donations.giving_stage import Stripe, give, stripe_stage

AT = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)


@pytest.fixture
def committed_liferaft(committed_db: None) -> Fund:
    """An organisation that takes gifts, in a database where commits are real."""
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    LegalEntity.objects.create(name="Raft Workers Inc.", address="1 Harbour Street", receipt_prefix="RW")
    return Fund.objects.create(slug="aid", name="Mutual aid")


def test_same_events_delivered_three_times_at_the_same_moment_book_once(
    committed_liferaft: Fund, settings: Any, tmp_path: Any, at_once: Callable[..., list[object]]
) -> None:
    with stripe_stage(settings, tmp_path) as stripe:
        give(Client(), stripe)
        events = stripe.new_events()

        statuses = at_once(
            *[lambda e=event: stripe.deliver(Client(), e).status_code for event in events for _ in range(3)]
        )
        at_once(*[stripe_tasks.process_due] * 4)

    assert set(statuses) == {200}
    assert StripeEvent.objects.count() == len(events)
    assert not StripeEvent.objects.filter(state__in=["received", "failed"]).exists()
    assert Payment.objects.count() == Receipt.objects.count() == Transaction.objects.count() == 1
    assert list(proofs.broken()) == []


def test_same_invoice_under_another_event_id_is_not_booked_twice(visitor: Client, stripe: Stripe) -> None:
    give(visitor, stripe)
    events = stripe.deliver_new(visitor)

    for event in events:
        stripe.deliver(visitor, event | {"id": f"{event['id']}_again"})
    stripe_tasks.process_due()

    assert StripeEvent.objects.filter(event_id__endswith="_again", state="done").exists()
    assert Payment.objects.count() == Receipt.objects.count() == 1


def test_events_in_reverse_order_end_in_the_same_books(visitor: Client, stripe: Stripe) -> None:
    give(visitor, stripe)
    stripe.sandbox.clock(months=2)

    for event in reversed(stripe.new_events()):
        stripe.deliver(visitor, event)
        stripe_tasks.process_due()

    assert Payment.objects.count() == Receipt.objects.count() == 3
    assert not StripeEvent.objects.filter(state="failed").exists()
    assert list(proofs.broken()) == []


def _charge(number: int, amount: Money) -> tuple[PaidCharge, BalanceMove]:
    fee = Money(1, amount.currency)
    move = BalanceMove(f"txn_{number}", amount, fee, amount - fee, AT)
    return PaidCharge(f"ch_{number}", f"pi_{number}", amount, livemode=False, balance=move), move


def _checkout(fund: Fund, number: int = 1) -> Checkout:
    return Checkout.objects.create(
        email=f"ann{number % 3}@example.org",
        name="Ann",
        amount_minor=2500,
        currency="USD",
        interval="once",
        fund=fund,
        started_at=AT,
    )


def test_receipts_rendered_by_many_workers_at_once_are_made_and_sent_once(
    committed_liferaft: Fund, at_once: Callable[..., list[object]]
) -> None:
    for number in range(3):
        charge, move = _charge(number, Money(25, "USD"))
        checkout = _checkout(committed_liferaft, number)
        giving.record_payment(charge=charge, move=move, checkout=checkout, renewal=None, at=AT)

    at_once(*[donations_tasks.render_due] * 4)

    assert ReceiptDocument.objects.count() == OutgoingEmail.objects.count() == 3


def test_same_charge_booked_at_the_same_moment_is_booked_once(
    committed_liferaft: Fund, at_once: Callable[..., list[object]]
) -> None:
    charge, move = _charge(1, Money(25, "USD"))
    checkout = _checkout(committed_liferaft)

    outcomes = at_once(
        *[lambda: giving.record_payment(charge=charge, move=move, checkout=checkout, renewal=None, at=AT)] * 4
    )

    assert set(outcomes) == {Payment.objects.get()}


class _PowerCut(Exception):
    pass


def test_receipt_numbers_have_no_gap_when_bookings_race_and_one_is_rolled_back(
    committed_liferaft: Fund, at_once: Callable[..., list[object]]
) -> None:
    # A fund each: bookings of one fund wait for each other anyway.
    funds = [Fund.objects.create(slug=f"fund-{number}", name="A fund") for number in range(8)]
    checkouts = [_checkout(fund, number) for number, fund in enumerate(funds)]

    def book(number: int) -> None:
        charge, move = _charge(number, Money(25, "USD"))
        with transaction.atomic():
            giving.record_payment(charge=charge, move=move, checkout=checkouts[number], renewal=None, at=AT)
            if number == 3:
                raise _PowerCut

    outcomes = at_once(*[lambda n=number: book(n) for number in range(8)])

    assert [type(outcome).__name__ for outcome in outcomes].count("_PowerCut") == 1, outcomes
    assert outcomes.count(None) == 7, outcomes
    assert sorted(Receipt.objects.values_list("sequence", flat=True)) == list(range(1, 8))
    assert ReceiptSeries.objects.get().last_number == 7
    assert list(proofs.broken()) == []


@pytest.mark.parametrize(
    ("came", "reason"), [(Money(1, "USD"), "amount"), (Money(2600, "USD"), "amount"), (Money(25, "EUR"), "currency")]
)
def test_money_that_was_not_asked_for_is_held_in_sight_of_a_person(
    visitor: Client, aid_fund: Fund, came: Money, reason: str
) -> None:
    charge, move = _charge(1, came)

    held = giving.record_payment(charge=charge, move=move, checkout=_checkout(aid_fund), renewal=None, at=AT)

    assert isinstance(held, HeldPayment)
    assert (held.reason, held.came, held.asked) == (reason, came, Money(25, "USD"))
    assert not Payment.objects.exists()
    assert not Transaction.objects.exists()


def test_cheaper_payment_that_carries_our_reference_is_held_and_shown(
    visitor: Client, stripe: Stripe, fay: Any
) -> None:
    checkout = give(visitor, stripe, interval="once", amount="25")
    stripe.new_events()
    session = stripe.api.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "line_items": [
                {
                    "price_data": {"currency": "usd", "unit_amount": 100, "product_data": {"name": "cheap"}},
                    "quantity": 1,
                }
            ],
            "success_url": "http://localhost:8000/donate/thanks/",
            "client_reference_id": checkout.reference,
            "payment_intent_data": {"metadata": {"liferaft_checkout": checkout.reference}},
        }
    )
    stripe.sandbox.pay(str(session.url))

    stripe.deliver_new(visitor)

    assert not Payment.objects.exists()
    assert HeldPayment.objects.get().came == Money(1, "USD")
    visitor.force_login(fay)
    page = visitor.get("/staff/gifts/stripe/").content.decode()
    assert "another amount than was asked for" in page


def test_foreign_payments_on_the_same_account_are_left_alone(visitor: Client, stripe: Stripe) -> None:
    session = stripe.api.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "line_items": [
                {"price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Mug"}}, "quantity": 1}
            ],
            "success_url": "http://localhost:8000/",
        }
    )
    stripe.sandbox.pay(str(session.url))

    stripe.deliver_new(visitor)

    assert not Payment.objects.exists()
    assert not HeldPayment.objects.exists()
    assert not StripeEvent.objects.filter(state="failed").exists()


def test_sync_finds_and_mends_what_webhooks_never_told(
    visitor: Client, stripe: Stripe, capsys: pytest.CaptureFixture[str]
) -> None:
    give(visitor, stripe)
    stripe.sandbox.clock(months=1)

    with pytest.raises(CommandError):
        call_command("sync_stripe", "--check")
    assert not Payment.objects.exists()
    call_command("sync_stripe")
    stripe.api.v1.refunds.create({"payment_intent": str(Payment.objects.earliest("pk").intent_id)})
    call_command("sync_stripe")
    call_command("sync_stripe", "--check")

    assert Payment.objects.count() == 2
    assert Receipt.objects.filter(state="issued").count() == 1
    assert list(proofs.broken()) == []


def test_sync_says_how_a_day_is_written() -> None:
    with pytest.raises(CommandError, match="write it as YYYY-MM-DD"):
        call_command("sync_stripe", "--since=yesterday")


def test_replay_works_through_events_that_failed(visitor: Client, stripe: Stripe, settings: Any) -> None:
    give(visitor, stripe, interval="once")
    there, settings.STRIPE_API_URL = settings.STRIPE_API_URL, "http://127.0.0.1:9"
    for event in stripe.new_events():
        stripe.deliver(visitor, event)
    stripe_tasks.process_due()
    assert StripeEvent.objects.filter(state="failed", error="StripeUnavailable").exists()
    settings.STRIPE_API_URL = there

    call_command("replay_stripe_events", "--failed")

    assert not StripeEvent.objects.filter(state="failed").exists()
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE donations_receipt SET amount_minor = 1",
        "UPDATE donations_receipt SET snapshot = '{}'",
        "UPDATE donations_receipt SET number = 'X'",
        "DELETE FROM donations_receipt",
        "TRUNCATE donations_receipt CASCADE",
        "UPDATE donations_receiptseries SET last_number = last_number + 2",
        "UPDATE donations_receiptseries SET last_number = 0",
        "UPDATE donations_payment SET gross_minor = 1, net_minor = 1 - fee_minor",
        "DELETE FROM donations_payment",
        "UPDATE donations_receiptdocument SET pdf = 'x'",
        "UPDATE donations_checkout SET state = 'open' WHERE state = 'paid'",
        "UPDATE donations_checkout SET amount_minor = 1",
        "UPDATE donations_receipt SET state = 'void', ended_at = now(), ended_because = 'mistake';"
        " UPDATE donations_receipt SET state = 'issued', ended_at = NULL, ended_because = ''",
    ],
)
def test_gifts_and_receipts_cannot_be_rewritten_even_from_a_shell(visitor: Client, aid_fund: Fund, change: str) -> None:
    charge, move = _charge(1, Money(25, "USD"))
    giving.record_payment(charge=charge, move=move, checkout=_checkout(aid_fund), renewal=None, at=AT)
    donations_tasks.render_due()
    posting.check_entries()

    refused = pytest.raises(DatabaseError, match=r"not changed|may not go|counts on by one|Cannot|kept")
    with refused, transaction.atomic(), transaction.get_connection().cursor() as cursor:
        cursor.execute(change)


def test_receipt_is_dated_where_the_legal_entity_is(visitor: Client, aid_fund: Fund) -> None:
    new_year_in_london = datetime(2027, 1, 1, 3, 0, tzinfo=UTC)
    charge, move = _charge(1, Money(25, "USD"))
    move = BalanceMove(move.id, move.gross, move.fee, move.net, new_year_in_london)

    giving.record_payment(charge=charge, move=move, checkout=_checkout(aid_fund), renewal=None, at=new_year_in_london)

    receipt = Receipt.objects.get()
    assert receipt.number == "TEST-RW-2026-000001"
    assert receipt.snapshot["given_on"] == receipt.snapshot["issued_on"] == "2026-12-31"


def test_live_gifts_have_a_series_of_their_own(visitor: Client, aid_fund: Fund, settings: Any) -> None:
    settings.STRIPE_LIVEMODE = True
    charge, move = _charge(1, Money(25, "USD"))
    live = PaidCharge(charge.id, charge.intent_id, charge.amount, livemode=True, balance=move)

    giving.record_payment(charge=live, move=move, checkout=_checkout(aid_fund), renewal=None, at=AT)

    assert Receipt.objects.get().number == "RW-2026-000001"
    assert Receipt.objects.get().snapshot["is_test"] is False
