"""Whatever a trigger forbids is found by the proofs too, if somebody switched the trigger off."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.urls import reverse

from ledger import closing, guards, proofs, taking_in
from ledger.bank_file import Row
from ledger.models import Fund
from organisation.models import User
from tests.ledger.books_stage import NOW, at_desk, booked, give

_FREE = "ALTER TABLE ledger_proposal DROP CONSTRAINT ledger_proposal_is_decided_by_another"
pytestmark = pytest.mark.usefixtures("liferaft")


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def _books(tess: User, adam: User, aid_fund: Fund, general_fund: Fund) -> None:
    """A little of everything, and February closed."""
    give(general_fund, 100, at=datetime(2026, 2, 3, 17, tzinfo=UTC))
    closing.close(until=date(2026, 2, 28), by=tess, at=NOW)
    booked(general_fund, 20, by=tess, agreed=adam)
    booked(general_fund, 30, by=tess, agreed=adam, kind="transfer", to_fund=aid_fund)
    rows = [Row(2, date(2026, 3, 9), -2000, "Hosting")]
    taking_in.take_in(file_name="a.csv", content=b"a", currency="USD", rows=rows, by=tess, at=NOW)
    at_desk(tess).post(reverse("ledger_bank_accept"))


@contextmanager
def no_triggers() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = origin")


def tamper(statement: str) -> list[str]:
    assert list(proofs.broken()) == []
    with connection.cursor() as cursor:
        # What waits for the commit is looked at now: the test never commits.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with no_triggers(), connection.cursor() as cursor:
        cursor.execute(statement)
    return list(proofs.broken())


@pytest.mark.usefixtures("_books")
@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (f"{_FREE}; UPDATE ledger_proposal SET decided_by_id = proposed_by_id", "no second person agreed"),
        (f"{_FREE}; UPDATE ledger_proposal SET transaction_id = NULL", "no second person agreed"),
        (f"{_FREE}; UPDATE ledger_proposal SET state = 'declined'", "no second person agreed"),
        ("UPDATE ledger_proposal SET amount_minor = amount_minor + 1", "something else than what two people agreed on"),
        ("UPDATE ledger_proposal SET asset = 'stripe'", "something else than what two people agreed on"),
        (
            "UPDATE ledger_transaction SET booked_on = '2026-03-08' WHERE kind = 'spending'",
            "something else than what two people agreed on",
        ),
        (
            "UPDATE ledger_transaction SET booked_on = '2026-02-03', recorded_at = '2026-03-11' WHERE kind = 'gift'",
            "booked into a month that was closed",
        ),
        ("DELETE FROM ledger_entry WHERE account = 'between_funds' AND amount_minor > 0", "do not sum to zero"),
        ("UPDATE ledger_entry SET account = 'in_kind' WHERE account = 'running'", "gives in kind what is not used"),
        ("UPDATE ledger_bankline SET amount_minor = -1999", "and its bookings do not add up"),
        ("UPDATE ledger_bankline SET words_sealed = 'x'", "still has the bank's words"),
        (
            "INSERT INTO ledger_promise (fund_id, reference, amount_minor, currency, state, made_at)"
            " SELECT id, 'test:1', 3001, 'USD', 'open', now() FROM ledger_fund WHERE slug = 'aid'",
            "has less than nothing available",
        ),
    ],
)
def test_what_was_tampered_with_is_named(statement: str, sentence: str) -> None:
    found = tamper(statement)

    assert [line for line in found if sentence in line], found


@pytest.mark.usefixtures("_books")
def test_money_that_we_spent_is_no_excuse_for_a_fund_below_zero() -> None:
    found = tamper(
        "WITH t AS (UPDATE ledger_proposal SET amount_minor = 9000 WHERE kind = 'spending' RETURNING transaction_id)"
        " UPDATE ledger_entry e SET amount_minor = sign(amount_minor) * 9000 FROM t WHERE t.transaction_id = e.transaction_id"
    )

    assert [line for line in found if "fund general has less than nothing available" in line], found


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("ALTER TABLE ledger_entry DISABLE TRIGGER {entries_balance}", "has lost a trigger"),
        ("ALTER TABLE ledger_entry ENABLE REPLICA TRIGGER {entries_balance}", "has lost a trigger"),
        ("DROP TRIGGER {entries_balance} ON ledger_entry", "has lost a trigger"),
        (
            "CREATE OR REPLACE FUNCTION {entries_balance}() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NULL; END $$",
            "is not as it was made",
        ),
        (
            "DROP TRIGGER {entry_is_kept} ON ledger_entry; CREATE TRIGGER {entry_is_kept} BEFORE DELETE ON ledger_entry"
            " FOR EACH ROW EXECUTE FUNCTION {entry_is_kept}()",
            "is not as it was made",
        ),
        (
            "DROP TRIGGER {entry_is_kept} ON ledger_entry; CREATE TRIGGER {entry_is_kept}"
            " BEFORE DELETE OR UPDATE ON ledger_entry"
            " FOR EACH ROW WHEN (false) EXECUTE FUNCTION {entry_is_kept}()",
            "has lost a trigger",
        ),
    ],
)
def test_guard_that_was_switched_off_or_changed_is_named(statement: str, sentence: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = 'ledger_entry'::regclass AND NOT tgisinternal")
        names = {name.removeprefix("pgtrigger_").rsplit("_", 1)[0]: name for (name,) in cursor.fetchall()}
        cursor.execute(statement.format(**names))

    assert [line for line in guards.broken() if sentence in line]


def test_every_guard_of_every_package_is_looked_at() -> None:
    assert list(guards.broken()) == []
    assert guards.count() > 60
