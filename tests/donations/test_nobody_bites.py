"""Deeds on the same donors wait for each other and never deadlock. Real connections."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from moneyed import Money

from donations import erasing, merging, offline, statement_runs, statements
from donations.models import Donor, Method, Payment, Statement
from ledger.models import Fund
from organisation import audit
from organisation.models import LegalEntity, Organisation, User
from tests.conftest import NOON
from tests.donations.statement_stage import give, work
from tests.donations.test_erasing_races import Turn


@pytest.fixture
def fund(committed_db: None) -> Fund:
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    LegalEntity.objects.create(name="Raft Workers Inc.", address="1 Harbour Street", receipt_prefix="RW")
    return Fund.objects.create(slug="aid", name="Mutual aid")


def paused(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, turn: Turn) -> None:
    """Let the other deed go on as soon as this function was called for the first time."""
    real = getattr(module, name)

    def slow(*args: Any, **more: Any) -> Any:
        found = real(*args, **more)
        if not turn.begun.is_set():
            turn.give()
        return found

    monkeypatch.setattr(module, name, slow)


def test_erasing_and_the_turn_of_a_merged_donor_wait_for_each_other(
    fund: Fund, at_once: Callable[..., list[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    fay = User.objects.create_user("fay", email="fay@raft.example")
    first, kept = (give(fund, email=f"ann@{where}.example", at=NOON).donor for where in ("home", "work"))
    run = statement_runs.begin(entity=LegalEntity.objects.get(), year=2026, at=NOON)
    task = run.tasks.get(donor=first)
    merging.merge(kept=kept, merged=first, by=fay, at=NOON)
    turn = Turn()
    paused(monkeypatch, erasing, "_empty_checkouts", turn)

    outcomes = at_once(
        lambda: erasing.erase(donor=kept, at=NOON),
        turn.taken(lambda: statement_runs.step(run, task.pk, at=NOON)),
    )

    assert outcomes == [None, True]
    task.refresh_from_db()
    assert task.state == "nothing"
    assert all(donor.erased_at for donor in Donor.objects.all())


def test_file_that_is_taken_in_and_a_merge_wait_for_each_other(
    fund: Fund, at_once: Callable[..., list[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    fay = User.objects.create_user("fay", email="fay@raft.example")
    first, second = (Donor.objects.create(email=f"{name}@mail.example", since=NOON) for name in ("ann", "anna"))
    rows = [
        offline.Entered(Method.CHEQUE, Money(10, "USD"), date(2026, 3, 3), fund, email=email, address="1 Quay", row=row)
        for row, email in enumerate((second.email, first.email), 1)
    ]
    turn = Turn()
    paused(monkeypatch, audit, "record", turn)

    outcomes = at_once(
        lambda: offline.take_in(file_name="march.csv", digest=b"1" * 32, rows=rows, by=fay, at=NOON).entered_at,
        turn.taken(lambda: merging.merge(kept=first, merged=second, by=fay, at=NOON)),
    )

    assert outcomes == [NOON, None]
    assert Payment.objects.count() == 2
    assert Donor.objects.get(pk=second.pk).merged_into == first


def test_turn_that_gave_way_to_another_deed_is_still_due(
    legal_entity: LegalEntity, aid_fund: Fund, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(aid_fund, at=NOON)
    run = statement_runs.begin(entity=legal_entity, year=2026, at=NOON)

    def deadlock(**more: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$")

    with monkeypatch.context() as patched:
        patched.setattr(statements, "bring_up_to_date", deadlock)
        assert not statement_runs.step(run, run.tasks.get().pk, at=NOON)
    assert run.tasks.get().state == "due"

    work()

    assert Statement.objects.get().is_valid
