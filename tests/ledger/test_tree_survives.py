"""Bookings and sealers at the same moment, and sealers that die: one tree, nothing twice, nothing left out, nobody waits."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from ledger import tasks, tree, tree_proofs
from ledger.models import Entry, Fund, Leaf, Transaction
from organisation.models import Organisation
from tests.ledger.books_stage import give
from tests.ledger.tree_stage import book

DAY = timedelta(days=1)
# A sealer as the worker runs it, again and again, in batches so small that a kill hits in the middle.
_SEALER = """
import django; django.setup()
from django.db import connection
connection.settings_dict["NAME"] = {name!r}
from ledger import tasks
print("begins", flush=True)
while True:
    tasks.seal_due(most=5)
"""


@pytest.fixture
def fund(committed_db: None) -> Fund:
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    return Fund.objects.create(slug="aid", name="Aid")


def other_connection() -> psycopg.Connection[tuple[object, ...]]:
    """A connection beside Django's, as a second process has it."""
    there = settings.DATABASES["default"]
    return psycopg.connect(
        dbname=str(connection.settings_dict["NAME"]),
        user=there["USER"],
        password=there["PASSWORD"],
        host=there["HOST"],
        port=there["PORT"] or None,
    )


def test_bookings_beside_sealers_are_all_sealed_once(
    fund: Fund, at_once: Callable[..., list[object]], now: datetime
) -> None:
    def gifts(who: int) -> Callable[[], object]:
        return lambda: [give(fund, 1, at=now, reference=f"{who}:{place}") for place in range(30)]

    def sealer() -> object:
        return [tasks.seal_due(most=7) for _turn in range(10)]

    outcomes = at_once(*[gifts(who) for who in range(4)], sealer, sealer)

    assert all(isinstance(outcome, list) for outcome in outcomes), outcomes
    tasks.seal_due()
    assert Leaf.objects.count() == Transaction.objects.count() == 120
    assert list(tree_proofs.broken()) == []


def test_what_commits_late_under_a_lower_number_is_next(fund: Fund, now: datetime) -> None:
    with other_connection() as slow:
        number = slow.execute(
            "INSERT INTO ledger_transaction (kind, reference, occurred_at, recorded_at, booked_on, memo)"
            " VALUES ('gift', 'slow', %s, %s, %s, '') RETURNING id",
            [now, now, now.date()],
        ).fetchone()
        assert number
        for minor, account in [(100, "bank"), (-100, "gifts")]:
            slow.execute(
                "INSERT INTO ledger_entry (transaction_id, fund_id, account, amount_minor, currency)"
                " VALUES (%s, %s, %s, %s, 'USD')",
                [number[0], fund.pk, account, minor],
            )
        quick = give(fund, 5, at=now, reference="quick")
        assert tasks.seal_due() == 1
        slow.commit()

    assert tasks.seal_due() == 1
    assert list(Leaf.objects.order_by("position").values_list("transaction_id", flat=True)) == [quick.pk, number[0]]
    assert quick.pk > int(str(number[0]))
    assert list(tree_proofs.broken()) == []


def test_booking_does_not_wait_for_a_sealer(fund: Fund, now: datetime) -> None:
    """The sealer has taken up what is there and does not come to its end; gifts, payments and reversals go on."""
    first = book(fund, 20, at=now)
    with transaction.atomic():
        tree.seal_next(after=0, at=now)
        with other_connection() as other:
            other.execute("SET lock_timeout = '500ms'")
            number = other.execute(
                "INSERT INTO ledger_transaction (kind, reference, occurred_at, recorded_at, booked_on, memo, reverses_id)"
                " VALUES ('reversal', 'meanwhile', %s, %s, %s, '', %s) RETURNING id",
                [now, now, now.date(), first[0].pk],
            ).fetchone()
            assert number
            for entry in Entry.objects.filter(transaction=first[0]):
                other.execute(
                    "INSERT INTO ledger_entry (transaction_id, fund_id, account, amount_minor, currency)"
                    " VALUES (%s, %s, %s, %s, 'USD')",
                    [number[0], fund.pk, entry.account, -entry.amount_minor],
                )
            other.commit()

    tasks.seal_due()
    assert Leaf.objects.count() == 21


def test_sealer_that_fails_midway_leaves_nothing_half(fund: Fund, now: datetime) -> None:
    book(fund, 20, at=now)

    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        tree.seal_next(after=0, at=now)
        raise ZeroDivisionError

    assert tree.size() == 0
    assert tasks.seal_due() == 20
    assert list(tree_proofs.broken()) == []


def test_killed_sealers_leave_one_tree(fund: Fund, now: datetime) -> None:
    book(fund, 200, at=now)
    program = _SEALER.format(name=str(connection.settings_dict["NAME"]))

    for turn in range(5):
        sealer = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=settings.BASE_DIR)
        assert sealer.stdout
        assert sealer.stdout.readline() == b"begins\n"
        reached = tree.size()
        until = time.monotonic() + 20
        # Anywhere: a turn later each time, while it is at work.
        while tree.size() < min(reached + 5 + turn, 200) and time.monotonic() < until:
            pass
        sealer.send_signal(signal.SIGKILL)
        sealer.wait()
        sealer.stdout.close()
        book(fund, 5, at=now, name=f"turn {turn}")

    connections.close_all()
    until = time.monotonic() + 10
    while Leaf.objects.count() < 225 and time.monotonic() < until:
        tasks.seal_due()  # The last one's lock goes as soon as the database notices that it died.
    assert Leaf.objects.count() == 225
    assert list(tree_proofs.broken()) == []
