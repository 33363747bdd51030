"""A closed month stays as it is: nothing is booked into it, and what comes late counts for the first open day."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from moneyed import Money

from ledger import balances, closing, posting, proposing
from ledger.models import Closing, Fund, Proposal, Transaction
from organisation.models import AuditEvent, Organisation, User
from tests.ledger.books_stage import NOW, at_desk, audited, booked, decide, give, proposed, words

pytestmark = pytest.mark.usefixtures("liferaft")
FEBRUARY = date(2026, 2, 28)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def in_february(day: int) -> datetime:
    return datetime(2026, 2, day, 17, tzinfo=UTC)


def close(who: User, month: str = "2026-02", typed: str = "") -> str:
    answer = at_desk(who).post(reverse("ledger_month_close", args=[month]), {"typed": typed or month}, follow=True)
    return words(answer.content)


def test_month_is_closed_and_says_by_whom(tess: User, general_fund: Fund) -> None:
    give(general_fund, 10, at=in_february(3))

    page = close(tess)

    assert "The books are closed until Feb. 28, 2026." in page
    assert "closed by Tess on March 10, 2026" in page
    assert AuditEvent.objects.get(action="ledger.closed").reason == "2026-02-28"
    audited()


def test_what_comes_late_counts_for_the_first_open_day(tess: User, general_fund: Fund) -> None:
    give(general_fund, 10, at=in_february(3))
    closing.close(until=FEBRUARY, by=tess, at=NOW)

    late = give(general_fund, 20, at=in_february(27))

    late.refresh_from_db()
    assert late.booked_on == date(2026, 3, 1)
    assert late.occurred_at == in_february(27)
    audited()


def test_a_row_written_by_a_shell_is_moved_too(tess: User, general_fund: Fund) -> None:
    first = give(general_fund, 10, at=in_february(3))
    closing.close(until=FEBRUARY, by=tess, at=NOW)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_transaction (kind, reference, occurred_at, recorded_at, booked_on, memo)"
            " SELECT 'gift', 'shell:1', occurred_at, %s, '2026-02-03', '' FROM ledger_transaction WHERE id = %s",
            [NOW, first.pk],
        )
        cursor.execute("SELECT booked_on FROM ledger_transaction WHERE reference = 'shell:1'")
        assert cursor.fetchone() == (date(2026, 3, 1),)
        transaction.set_rollback(True)  # it has no entries


def test_a_closing_is_for_ever_also_for_a_shell(tess: User) -> None:
    closing.close(until=FEBRUARY, by=tess, at=NOW)

    for statement in ("DELETE FROM ledger_closing", "UPDATE ledger_closing SET until = '2026-01-31'"):
        with pytest.raises(Exception, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with pytest.raises(IntegrityError, match="not closed on"), transaction.atomic():
        Closing.objects.create(until=date(2026, 3, 15), closed_by=tess, closed_at=NOW)


def test_proposal_for_a_closed_month_is_refused_beside_its_day(tess: User, general_fund: Fund) -> None:
    closing.close(until=FEBRUARY, by=tess, at=NOW)

    typed = {"fund": general_fund.pk, "amount": "5", "asset": "bank", "on": "2026-02-28", "memo": "Interest"}
    page = at_desk(tess).post(reverse("ledger_propose", args=["income"]), typed).content

    assert "The books are closed until Feb. 28, 2026. Choose a later day." in words(page)


def test_proposal_whose_month_closes_while_it_waits_is_not_booked(tess: User, adam: User, general_fund: Fund) -> None:
    give(general_fund, 100, at=in_february(1))
    proposal = proposed(general_fund, 10, by=tess, on=date(2026, 2, 20))
    closing.close(until=FEBRUARY, by=tess, at=NOW)

    page = decide(adam, proposal, "book")

    assert "was closed meanwhile" in page
    assert Proposal.objects.get().is_open
    assert balances.of(general_fund).posted == Money(100, "USD")


def test_reversal_whose_month_closes_is_not_moved_behind_two_peoples_back(
    tess: User, adam: User, general_fund: Fund
) -> None:
    wrong = booked(general_fund, 10, by=tess, agreed=adam, kind="income", on=date(2026, 2, 3))
    back = proposing.propose_reversal(original=wrong, on=date(2026, 2, 20), memo="Twice", by=tess, at=NOW)
    closing.close(until=FEBRUARY, by=tess, at=NOW)

    with pytest.raises(posting.MonthClosed):
        proposing.book(proposal_id=back.pk, by=adam, at=NOW)

    assert Transaction.objects.count() == 1


def test_month_that_is_not_over_is_not_closed(tess: User) -> None:
    page = close(tess, "2026-03")

    assert "This month is not over yet." in page
    assert not Closing.objects.exists()


@pytest.mark.parametrize(("zone", "is_over"), [("Pacific/Auckland", True), ("Pacific/Honolulu", False)])
def test_whether_a_month_is_over_is_asked_where_the_organisation_is(
    tess: User, liferaft: Organisation, zone: str, is_over: bool
) -> None:
    liferaft.time_zone = zone
    liferaft.save()
    last_evening = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)

    if is_over:
        closing.close(until=FEBRUARY, by=tess, at=last_evening)
    else:
        with pytest.raises(closing.NotOver):
            closing.close(until=FEBRUARY, by=tess, at=last_evening)

    assert Closing.objects.exists() == is_over


def test_month_must_be_typed(tess: User, general_fund: Fund) -> None:
    give(general_fund, 10, at=in_february(3))

    page = close(tess, typed="2026-2")

    assert "This is not 2026-02. Nothing was closed." in page
    assert not Closing.objects.exists()


def test_second_closing_says_that_it_is_done(tess: User, adam: User, general_fund: Fund) -> None:
    give(general_fund, 10, at=in_february(3))
    close(tess)

    assert "It is closed already." in close(adam)
    assert Closing.objects.count() == 1


def test_last_look_names_what_is_open(tess: User, general_fund: Fund) -> None:
    give(general_fund, 10, at=datetime(2026, 1, 3, 17, tzinfo=UTC))
    proposed(general_fund, 5, by=tess, on=date(2026, 2, 3))

    page = words(at_desk(tess).get(reverse("ledger_month_close", args=["2026-02"])).content)

    assert "1 proposal for this time waits for a second person" in page
    assert "1 booking is not sealed yet" in page
    assert "1 booking was not seen at the bank" in page
    assert "These earlier months are closed with it: January 2026" in page


def test_fundraiser_sees_the_months_and_closes_none(client: Client, fay: User, general_fund: Fund) -> None:
    give(general_fund, 10, at=in_february(3))
    client.force_login(fay)

    assert "Close it" not in client.get(reverse("ledger_months")).content.decode()
    assert client.post(reverse("ledger_month_close", args=["2026-02"]), {"typed": "2026-02"}).status_code == 403
    with pytest.raises(closing.NotAllowed):
        closing.close(until=FEBRUARY, by=fay, at=NOW)


def test_month_that_the_books_do_not_know_is_not_there(tess: User) -> None:
    for name in ("2025-13", "1999-01", "2027-01", "next"):
        assert at_desk(tess).get(reverse("ledger_month_close", args=[name])).status_code == 404
