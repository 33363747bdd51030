"""The database itself keeps the books balanced, append-only and never overdrawn by us."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from moneyed import Money

from ledger import balances, posting, promises
from ledger.models import Account, Entry, Fund, Kind, Promise, Transaction
from ledger.posting import Line
from organisation.models import Organisation


def give(fund: Fund, amount: int, *, at: datetime, reference: str = "stripe:txn_1") -> Transaction:
    money = Money(amount, "USD")
    return posting.post(
        kind=Kind.GIFT,
        reference=reference,
        lines=[Line(Account.STRIPE, fund, money), Line(Account.GIFTS, fund, -money)],
        occurred_at=at,
        at=at,
    )


def test_unbalanced_transaction_is_refused(aid_fund: Fund, now: datetime) -> None:
    with pytest.raises(IntegrityError, match="do not sum to zero"), transaction.atomic():
        posting.post(
            kind=Kind.GIFT,
            reference="stripe:txn_1",
            lines=[Line(Account.STRIPE, aid_fund, Money(10, "USD")), Line(Account.GIFTS, aid_fund, Money(-9, "USD"))],
            occurred_at=now,
            at=now,
        )
        posting.check_entries()


def test_transaction_without_entries_is_refused(aid_fund: Fund, now: datetime) -> None:
    with pytest.raises(IntegrityError, match="fewer than two entries"), transaction.atomic():
        posting.post(kind=Kind.GIFT, reference="stripe:txn_1", lines=[], occurred_at=now, at=now)
        posting.check_entries()


def test_entry_in_another_currency_than_the_funds_is_refused(aid_fund: Fund, now: datetime) -> None:
    euro = Money(10, "EUR")
    with pytest.raises(IntegrityError, match="another currency"), transaction.atomic():
        posting.post(
            kind=Kind.GIFT,
            reference="stripe:txn_1",
            lines=[Line(Account.STRIPE, aid_fund, euro), Line(Account.GIFTS, aid_fund, -euro)],
            occurred_at=now,
            at=now,
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET amount_minor = amount_minor + 1",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry CASCADE",
        "UPDATE ledger_transaction SET memo = 'other'",
        "DELETE FROM ledger_transaction",
        "TRUNCATE ledger_transaction CASCADE",
        "DELETE FROM ledger_promise",
        "TRUNCATE ledger_promise",
        "UPDATE ledger_promise SET amount_minor = 1",
    ],
)
def test_books_cannot_be_rewritten_even_from_a_shell(aid_fund: Fund, now: datetime, statement: str) -> None:
    give(aid_fund, 100, at=now)
    promises.promise(fund=aid_fund, amount=Money(5, "USD"), reference="aid-request:1", at=now)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_same_reference_is_booked_once(aid_fund: Fund, now: datetime) -> None:
    give(aid_fund, 100, at=now)

    with pytest.raises(posting.AlreadyPosted):
        give(aid_fund, 100, at=now)

    assert balances.of(aid_fund).posted == Money(100, "USD")


def test_reversal_takes_a_transaction_back_and_only_once(aid_fund: Fund, now: datetime) -> None:
    original = give(aid_fund, 100, at=now)

    posting.reverse(original=original, occurred_at=now, at=now)

    assert balances.of(aid_fund).posted == Money(0, "USD")
    with pytest.raises(posting.AlreadyPosted):
        posting.reverse(original=original, occurred_at=now, at=now)


def test_promise_above_available_is_refused(aid_fund: Fund, now: datetime) -> None:
    give(aid_fund, 100, at=now)
    promises.promise(fund=aid_fund, amount=Money(60, "USD"), reference="aid-request:1", at=now)

    with pytest.raises(balances.FundTooLow):
        promises.promise(fund=aid_fund, amount=Money(41, "USD"), reference="aid-request:2", at=now)

    promises.promise(fund=aid_fund, amount=Money(40, "USD"), reference="aid-request:3", at=now)
    assert balances.of(aid_fund).available == Money(0, "USD")


def test_payment_settles_its_promise_and_lowers_the_fund(aid_fund: Fund, now: datetime) -> None:
    give(aid_fund, 100, at=now)
    promise = promises.promise(fund=aid_fund, amount=Money(60, "USD"), reference="aid-request:1", at=now)

    paid = pay(aid_fund, 60, at=now, reference="disbursement:1:1")
    promises.settle(promise=promise, by=paid, at=now)
    posting.check_entries()

    balance = balances.of(aid_fund)
    assert (balance.posted, balance.promised, balance.available) == (
        Money(40, "USD"),
        Money(0, "USD"),
        Money(40, "USD"),
    )


def test_checking_early_leaves_room_for_the_next_booking(aid_fund: Fund, now: datetime) -> None:
    give(aid_fund, 100, at=now)
    posting.check_entries()

    give(aid_fund, 50, at=now, reference="stripe:txn_2")
    posting.check_entries()

    assert balances.of(aid_fund).posted == Money(150, "USD")


def test_payment_above_available_is_refused(aid_fund: Fund, now: datetime) -> None:
    give(aid_fund, 100, at=now)
    promises.promise(fund=aid_fund, amount=Money(60, "USD"), reference="aid-request:1", at=now)

    with transaction.atomic(), pytest.raises(balances.FundTooLow):
        pay(aid_fund, 50, at=now, reference="disbursement:2:1")
        posting.check_entries()
        pytest.fail("the payment went through")
    transaction.set_rollback(True)


def test_what_the_provider_took_is_booked_even_below_zero(aid_fund: Fund, now: datetime) -> None:
    give(aid_fund, 100, at=now)
    promises.promise(fund=aid_fund, amount=Money(100, "USD"), reference="aid-request:1", at=now)

    back = Money(100, "USD")
    posting.post(
        kind=Kind.REFUND,
        reference="stripe:txn_2",
        lines=[Line(Account.GIFTS, aid_fund, back), Line(Account.STRIPE, aid_fund, -back)],
        occurred_at=now,
        at=now,
    )
    posting.check_entries()

    assert balances.of(aid_fund).is_overdrawn


def test_two_promises_at_the_same_moment_cannot_both_take_the_last_money(
    committed_db: None, at_once: Callable[..., list[object]], now: datetime
) -> None:
    fund = Fund.objects.create(slug="aid", name="Mutual aid")
    give(fund, 100, at=now)

    outcomes = at_once(
        *(
            lambda n=n: promises.promise(fund=fund, amount=Money(70, "USD"), reference=f"aid-request:{n}", at=now)
            for n in range(4)
        )
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "FundTooLow",
        "FundTooLow",
        "FundTooLow",
        "Promise",
    ]
    assert Promise.objects.count() == 1


def test_same_reference_posted_at_the_same_moment_is_booked_once(
    committed_db: None, at_once: Callable[..., list[object]], now: datetime
) -> None:
    fund = Fund.objects.create(slug="aid", name="Mutual aid")

    at_once(*[lambda: give(fund, 25, at=now)] * 3)

    assert Transaction.objects.count() == 1
    assert Entry.objects.count() == 2


def pay(fund: Fund, amount: int, *, at: datetime, reference: str) -> Transaction:
    money = Money(amount, "USD")
    return posting.post(
        kind=Kind.DISBURSEMENT,
        reference=reference,
        lines=[Line(Account.AID, fund, money), Line(Account.BANK, fund, -money)],
        occurred_at=at,
        at=at,
    )


def test_booked_transaction_takes_no_further_entries(
    committed_db: None, at_once: Callable[..., list[object]], now: datetime
) -> None:
    """Not even a pair that balances: it could move money in a month that is closed."""
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    fund = Fund.objects.create(slug="aid", name="Mutual aid")
    money = Money(25, "USD")
    booked = posting.post(
        kind=Kind.GIFT,
        reference="test:1",
        lines=[Line(Account.BANK, fund, money), Line(Account.GIFTS, fund, -money)],
        occurred_at=now,
        at=now,
    )

    with pytest.raises(IntegrityError, match="booked already"), transaction.atomic():
        Entry.objects.bulk_create(
            Entry(transaction=booked, fund=fund, account=account, amount_minor=minor, currency="USD")
            for account, minor in [(Account.FEES, 100), (Account.BANK, -100)]
        )

    assert booked.entries.count() == 2


@pytest.mark.parametrize("account", ["work", "outreach", "running", "other_income", "opening", "between_funds"])
def test_accounts_of_two_people_take_nothing_else(aid_fund: Fund, now: datetime, account: str) -> None:
    money = Money(25, "USD")

    with pytest.raises(IntegrityError, match="booked by hand"), transaction.atomic():
        posting.post(
            kind=Kind.GIFT,
            reference="test:1",
            lines=[Line(Account.BANK, aid_fund, -money), Line(Account(account), aid_fund, money)],
            occurred_at=now,
            at=now,
        )

    assert not Transaction.objects.exists()
