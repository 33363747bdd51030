"""Two people at the same moment, with connections of their own: one is served, the other is told, nothing is lost."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction
from moneyed import Money

from ledger import balances, closing, posting, promises, proofs, proposing, reconciling, taking_in
from ledger.bank_file import Row
from ledger.models import Account, BankLine, BankMatch, Closing, Fund, Kind, Proposal, Transaction
from ledger.models.books import CLOSING_LOCK
from ledger.posting import Line
from organisation import audit, roles
from organisation.models import Organisation, User
from tests.ledger.books_stage import NOW, give, proposed

AtOnce = Callable[..., list[object]]
FEBRUARY = date(2026, 2, 28)


@pytest.fixture
def fund(committed_db: None) -> Fund:
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    return Fund.objects.create(slug="general", name="General")


@pytest.fixture
def people(fund: Fund) -> tuple[User, User, User]:
    def make(username: str, role: str) -> User:
        user = User.objects.create_user(username, f"{username}@raft.example", name=username.title())
        roles.grant(user=user, role=role, by=None, at=NOW)
        return user

    return make("tess", "treasurer"), make("adam", "administrator"), make("tom", "treasurer")


def of(outcomes: list[object], kind: type) -> list[object]:
    return [each for each in outcomes if isinstance(each, kind)]


def sound() -> bool:
    return list(proofs.broken()) == [] and list(audit.broken_links()) == []


def test_two_who_decide_at_once_book_it_once(fund: Fund, people: tuple[User, User, User], at_once: AtOnce) -> None:
    tess, adam, tom = people
    proposal = proposed(fund, 10, by=tess, kind="income")

    outcomes = at_once(
        *(lambda who=who: proposing.book(proposal_id=proposal.pk, by=who, at=NOW) for who in (adam, tom)),
        lambda: proposing.decline(proposal_id=proposal.pk, answer="No", by=adam, at=NOW),
        lambda: proposing.withdraw(proposal_id=proposal.pk, by=tess, at=NOW),
    )

    assert len(of(outcomes, proposing.AlreadyDecided)) == 3
    assert Transaction.objects.count() == len(of(outcomes, Transaction))
    assert sound()


def test_transfer_and_promise_do_not_take_the_same_money(
    fund: Fund, people: tuple[User, User, User], at_once: AtOnce
) -> None:
    tess, adam, _tom = people
    other = Fund.objects.create(slug="aid", name="Aid")
    give(fund, 100)
    proposal = proposed(fund, 80, by=tess, kind="transfer", to_fund=other)

    outcomes = at_once(
        lambda: proposing.book(proposal_id=proposal.pk, by=adam, at=NOW),
        *(
            lambda n=n: promises.promise(fund=fund, amount=Money(30, "USD"), reference=f"test:{n}", at=NOW)
            for n in range(3)
        ),
    )

    assert of(outcomes, balances.FundTooLow)
    assert not balances.of(fund).is_overdrawn
    assert sound()


def test_two_transfers_crossing_each_other_do_not_lock_each_other_out(
    fund: Fund, people: tuple[User, User, User], at_once: AtOnce
) -> None:
    tess, adam, tom = people
    other = Fund.objects.create(slug="aid", name="Aid")
    give(fund, 100)
    give(other, 100)
    there = proposed(fund, 80, by=tess, kind="transfer", to_fund=other)
    back = proposed(other, 70, by=tess, kind="transfer", to_fund=fund)

    outcomes = at_once(
        lambda: proposing.book(proposal_id=there.pk, by=adam, at=NOW),
        lambda: proposing.book(proposal_id=back.pk, by=tom, at=NOW),
    )

    assert len(of(outcomes, Transaction)) == 2, outcomes
    assert sound()


def test_who_posts_while_a_month_is_closed_counts_before_or_after(
    fund: Fund, people: tuple[User, User, User], at_once: AtOnce
) -> None:
    tess, adam, _tom = people
    give(fund, 500, at=datetime(2026, 1, 3, 17, tzinfo=UTC))
    waits = [proposed(fund, 10 + n, by=tess, on=date(2026, 2, 20)) for n in range(3)]
    late = datetime(2026, 2, 27, 17, tzinfo=UTC)

    outcomes = at_once(
        lambda: closing.close(until=FEBRUARY, by=adam, at=NOW),
        *(lambda n=n: give(fund, 20 + n, at=late, reference=f"late:{n}") for n in range(4)),
        *(lambda w=w: proposing.book(proposal_id=w.pk, by=adam, at=NOW) for w in waits),
    )

    assert len(of(outcomes, Closing)) == 1, outcomes
    refused = of(outcomes, posting.MonthClosed)
    assert len(of(outcomes, Transaction)) + len(refused) == 7, outcomes
    assert Proposal.objects.filter(state="open").count() == len(refused)
    assert set(Transaction.objects.filter(kind=Kind.GIFT).values_list("booked_on", flat=True)) <= {
        date(2026, 1, 3),
        date(2026, 2, 27),
        date(2026, 3, 1),
    }
    assert sound()


def test_closing_waits_for_who_posts_and_who_posts_for_the_closing(
    fund: Fund, people: tuple[User, User, User], at_once: AtOnce
) -> None:
    """Without luck: the first one holds its lock until the other one is seen waiting for it."""
    tess = people[0]
    late = datetime(2026, 2, 27, 17, tzinfo=UTC)

    def post_first() -> Transaction:
        with transaction.atomic():
            booked = give(fund, 20, at=late, reference="first")
            _until_somebody_waits()
            return booked

    def close_second() -> Closing:
        _until_somebody_holds()
        return closing.close(until=FEBRUARY, by=tess, at=NOW)

    outcomes = at_once(post_first, close_second)

    assert len(of(outcomes, Closing)) == 1, outcomes
    assert Transaction.objects.get().booked_on == date(2026, 2, 27)

    def close_first() -> Closing:
        with transaction.atomic():
            closed = closing.close(until=date(2026, 3, 31), by=tess, at=datetime(2026, 4, 2, 17, tzinfo=UTC))
            _until_somebody_waits()
            return closed

    def post_second() -> Transaction:
        _until_somebody_holds()
        return give(fund, 30, at=datetime(2026, 3, 31, 17, tzinfo=UTC), reference="second")

    outcomes = at_once(close_first, post_second)

    assert len(of(outcomes, Closing)) == 1, outcomes
    assert Transaction.objects.get(reference="second").booked_on == date(2026, 4, 1)
    assert sound()


def _until_somebody_waits() -> None:
    _until(is_granted=False)


def _until_somebody_holds() -> None:
    _until(is_granted=True)


def _until(*, is_granted: bool) -> None:
    """Ask the database until somebody else holds the lock of closings, or waits for it."""
    for _try in range(20_000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                " WHERE locktype = 'advisory' AND objid = %s AND granted = %s AND datname = current_database()"
                " AND pid <> pg_backend_pid()",
                [CLOSING_LOCK, is_granted],
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody came")


def test_two_clicks_match_a_line_once(fund: Fund, people: tuple[User, User, User], at_once: AtOnce) -> None:
    tess, adam, _tom = people
    for dollars in (10, 20, 30):
        give(fund, dollars)
    rows = [Row(n, date(2026, 3, 10), minor, "") for n, minor in enumerate((1000, 2000, 3000), 2)]
    taking_in.take_in(file_name="a.csv", content=b"a", currency="USD", rows=rows, by=tess, at=NOW)
    line, gift = BankLine.objects.get(amount_minor=1000), Transaction.objects.get(reference__contains=":10:")

    outcomes = at_once(
        lambda: reconciling.accept_suggested(by=tess, at=NOW),
        lambda: reconciling.accept_suggested(by=adam, at=NOW),
        lambda: reconciling.match(line_id=line.pk, transaction_ids=[gift.pk], by=adam, at=NOW),
    )

    assert BankMatch.objects.count() == 3, outcomes
    assert sum(each for each in outcomes if isinstance(each, int)) + len(of(outcomes, BankLine)) == 3, outcomes
    assert sound()


def test_one_booking_is_not_given_to_two_lines(fund: Fund, people: tuple[User, User, User], at_once: AtOnce) -> None:
    tess, adam, _tom = people
    gift = give(fund, 10)
    rows = [Row(n, date(2026, 3, 10), 1000, "") for n in (2, 3)]
    taking_in.take_in(file_name="a.csv", content=b"a", currency="USD", rows=rows, by=tess, at=NOW)
    lines = BankLine.objects.order_by("pk")

    outcomes = at_once(
        *(
            lambda line=line, who=who: reconciling.match(line_id=line.pk, transaction_ids=[gift.pk], by=who, at=NOW)
            for line, who in zip(lines, (tess, adam), strict=True)
        )
    )

    assert len(of(outcomes, reconciling.AlreadyMatched)) == 1, outcomes
    assert BankMatch.objects.count() == 1
    assert sound()


def test_same_file_from_two_people_is_taken_once(fund: Fund, people: tuple[User, User, User], at_once: AtOnce) -> None:
    tess, adam, _tom = people
    rows = [Row(2, date(2026, 3, 10), 1000, "")]

    outcomes = at_once(
        *(
            lambda who=who: taking_in.take_in(
                file_name="a.csv", content=b"a", currency="USD", rows=rows, by=who, at=NOW
            )
            for who in (tess, adam)
        )
    )

    assert len(of(outcomes, taking_in.FileTakenAlready)) == 1, outcomes
    assert BankLine.objects.count() == 1


def test_gift_whose_audit_event_comes_first_and_a_payment_do_not_stop_each_other(fund: Fund, at_once: AtOnce) -> None:
    """One holds the fund and wants the trail's end, the other holds the trail's end and adds to the fund."""
    give(fund, 100)
    fund_is_taken, trail_is_taken = threading.Event(), threading.Event()

    def pay() -> None:
        money = Money(10, "USD")
        with transaction.atomic():
            posting.post(
                kind=Kind.DISBURSEMENT,
                reference="disbursement:1",
                lines=[Line(Account.AID, fund, money), Line(Account.BANK, fund, -money)],
                occurred_at=NOW,
                at=NOW,
            )
            posting.check_entries()
            fund_is_taken.set()
            trail_is_taken.wait(10)
            audit.record(actor=None, action="test.paid", subject=fund, at=NOW)

    def enter() -> None:
        fund_is_taken.wait(10)
        with transaction.atomic():
            audit.record(actor=None, action="test.entered", subject=fund, at=NOW)
            trail_is_taken.set()
            give(fund, 20)

    outcomes = at_once(pay, enter)

    assert outcomes == [None, None]
    assert balances.of(fund).posted == Money(110, "USD")
    assert sound()
