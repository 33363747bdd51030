"""Payouts that Stripe does not list: made by hand, at once and for a fee, or called off."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.test import Client
from moneyed import Money

from donations import giving, payouts, proofs
from donations.models import Checkout, Payout
from ledger import proofs as ledger_proofs
from ledger.models import Account, Entry, Fund
from stripe_gateway import bank
from stripe_gateway.objects import BalanceMove, PaidCharge

AT = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
NOTHING = Money(0, "USD")


@pytest.fixture
def _gifts(visitor: Client, aid_fund: Fund, general_fund: Fund) -> None:
    """Sixty dollars for aid, then forty for everything; no fee."""
    for fund, dollars in [(aid_fund, 60), (general_fund, 40)]:
        amount = Money(dollars, "USD")
        checkout = Checkout.objects.create(
            email="ann@example.org",
            amount_minor=dollars * 100,
            currency="USD",
            interval="once",
            fund=fund,
            started_at=AT,
        )
        move = BalanceMove(f"txn_{dollars}", amount, NOTHING, amount, AT)
        charge = PaidCharge(f"ch_{dollars}", f"pi_{dollars}", amount, livemode=False, balance=move)
        giving.record_payment(charge=charge, move=move, checkout=checkout, renewal=None, at=AT)


def made(dollars: int, *, fee: int = 0) -> bank.Payout:
    amount, cost = Money(dollars, "USD"), Money(fee, "USD")
    return bank.Payout(
        id="po_1",
        state="pending",
        amount=amount,
        is_automatic=False,
        is_listed=False,
        livemode=False,
        made_at=AT,
        arrives_at=AT,
        balance=BalanceMove("txn_po", -amount, cost, -amount - cost, AT),
        failure=None,
    )


def on(account: Account, fund: Fund) -> int:
    return sum(entry.amount_minor for entry in Entry.objects.filter(account=account, fund=fund))


def assert_clean() -> None:
    assert [*proofs.broken(), *ledger_proofs.broken()] == []


@pytest.mark.usefixtures("_gifts")
@pytest.mark.parametrize(("dollars", "aid", "general"), [(50, 5000, 0), (75, 6000, 1500), (130, 6000, 7000)])
def test_manual_payout_takes_from_the_oldest_fund_first_and_is_exact(
    aid_fund: Fund, general_fund: Fund, dollars: int, aid: int, general: int
) -> None:
    for _twice in range(2):
        payouts.apply(made(dollars), lines=[], at=AT)

    assert (on(Account.BANK, aid_fund), on(Account.BANK, general_fund)) == (aid, general)
    assert Payout.objects.get().ledger_transaction
    assert_clean()


@pytest.mark.usefixtures("_gifts")
def test_fee_of_a_quick_payout_is_the_general_funds_and_stays_when_it_is_called_off(
    aid_fund: Fund, general_fund: Fund
) -> None:
    there = made(50, fee=1)
    payouts.apply(there, lines=[], at=AT)
    back = BalanceMove("txn_back", Money(50, "USD"), NOTHING, Money(50, "USD"), AT)

    payouts.apply(replace(there, state="canceled", failure=back), lines=[], at=AT)

    assert Payout.objects.get().state == "canceled"
    assert on(Account.BANK, aid_fund) == on(Account.BANK, general_fund) == 0
    assert (on(Account.STRIPE, aid_fund), on(Account.STRIPE, general_fund)) == (6000, 3900)
    assert on(Account.FEES, general_fund) == 100
    assert_clean()


@pytest.mark.usefixtures("_gifts")
def test_payout_in_a_currency_that_no_fund_counts_in_is_kept_and_not_booked() -> None:
    euros = Money(50, "EUR")
    foreign = replace(made(50), amount=euros, balance=BalanceMove("txn_eur", -euros, Money(0, "EUR"), -euros, AT))

    payouts.apply(foreign, lines=[], at=AT)

    assert Payout.objects.get().ledger_transaction is None
    assert not payouts.is_to_be_booked(foreign)


@pytest.mark.usefixtures("_gifts")
def test_lines_that_do_not_add_up_are_not_booked() -> None:
    automatic = replace(made(75), is_automatic=True, is_listed=True)
    line = bank.PayoutLine(BalanceMove("txn_60", Money(60, "USD"), NOTHING, Money(60, "USD"), AT), "charge", "pi_60")

    with pytest.raises(payouts.LinesDoNotAddUp):
        payouts.apply(automatic, lines=[line], at=AT)
