"""A run of statements: many workers at once, killed, stopped, taken up again, and what fails."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now as wall_clock
from django_q.models import Schedule
from pytest_django import Settings

from donations import numbering, statement_proofs, statement_runs, statement_work, tasks
from donations.models import Paper, ReceiptSeries, Statement, StatementDocument, StatementRun, StatementTask
from ledger.models import Fund
from organisation.models import LegalEntity, Organisation, User
from tests.donations.statement_stage import JANUARY, give, issue, live, work


def stage(donors: int) -> LegalEntity:
    """A legal entity and donors with a gift each, committed."""
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    entity = LegalEntity.objects.create(
        name="Raft Workers Inc.", address="1 Harbour Street", wording="us_501c3", receipt_prefix="RW"
    )
    fund = Fund.objects.create(slug="aid", name="Mutual aid")
    for number in range(donors):
        give(fund, email=f"donor{number}@mail.example", name=f"Donor {number}")
    return entity


def drain_for(seconds: float) -> int:
    return statement_work.drain(until=wall_clock() + timedelta(seconds=seconds), fan_out=lambda: None)


def check_all_is_there(donors: int) -> None:
    series = ReceiptSeries.objects.get(paper=Paper.STATEMENT)
    assert sorted(Statement.objects.values_list("sequence", flat=True)) == list(range(1, donors + 1))
    assert series.last_number == Statement.objects.values("donor").distinct().count() == donors
    assert StatementDocument.objects.count() == donors
    assert list(statement_proofs.broken()) == []


def test_eight_workers_leave_no_gap_and_no_double(committed_db: None, at_once: Callable[..., list[object]]) -> None:
    run = statement_runs.begin(entity=stage(24), year=2026, at=JANUARY)

    outcomes = at_once(*[lambda: drain_for(25)] * 8)

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    drain_for(25)
    check_all_is_there(24)
    run.refresh_from_db()
    assert run.state == "done"
    assert run.tasks.filter(state="issued").count() == 24


_WORK = """
import django
django.setup()
from datetime import timedelta
from django.utils.timezone import now
from donations import statement_work
statement_work.drain(until=now() + timedelta(minutes=2), fan_out=lambda: print("began", flush=True))
"""


def test_killed_worker_loses_nothing_and_doubles_nothing(committed_db: None) -> None:
    run = statement_runs.begin(entity=stage(12), year=2026, at=JANUARY)
    parts = connection.settings_dict
    address = f"postgresql://{parts['USER']}:{parts['PASSWORD']}@/{parts['NAME']}?host={parts['HOST']}"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": address}
    with subprocess.Popen(
        [sys.executable, "-c", _WORK], env=environment, cwd=Path.cwd(), stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout
        assert worker.stdout.readline() == "began\n"
        worker.send_signal(signal.SIGKILL)

    work()

    check_all_is_there(12)
    run.refresh_from_db()
    assert run.state == "done"


def test_two_at_once_for_one_number_wait_for_each_other(
    committed_db: None, at_once: Callable[..., list[object]]
) -> None:
    entity = stage(1)

    outcomes = at_once(*[lambda: statement_runs.begin(entity=entity, year=2026, at=JANUARY)] * 2)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["RunUnderWay", "StatementRun"]


@pytest.mark.django_db
def test_second_run_is_refused_in_words(legal_entity: LegalEntity, aid_fund: Fund, adam: User) -> None:
    give(aid_fund)
    statement_runs.begin(entity=legal_entity, year=2026, at=JANUARY)
    desk = Client()
    desk.force_login(adam)

    answer = desk.post(reverse("donations_statements"), {"year": "2026", "entity": legal_entity.pk}, follow=True)

    assert "are being issued already. This is that run." in answer.content.decode()
    assert StatementRun.objects.count() == 1


@pytest.mark.django_db
def test_stopped_run_waits_and_goes_on(legal_entity: LegalEntity, aid_fund: Fund, adam: User) -> None:
    for number in range(3):
        give(aid_fund, email=f"donor{number}@mail.example")
    run = statement_runs.begin(entity=legal_entity, year=2026, at=JANUARY)
    desk = Client()
    desk.force_login(adam)
    assert statement_runs.step(run, run.tasks.earliest("pk").pk, at=JANUARY)

    desk.post(reverse("donations_statement_stop", args=[run.pk]))
    work()
    assert (Statement.objects.count(), StatementDocument.objects.count()) == (1, 0)
    page = desk.get(reverse("donations_statement_run", args=[run.pk])).content.decode()
    assert "Go on" in page
    assert 'http-equiv="refresh"' not in page
    begun = desk.post(reverse("donations_statements"), {"year": "2026", "entity": legal_entity.pk}, follow=True)
    assert begun.request["PATH_INFO"] == reverse("donations_statement_run", args=[run.pk])
    assert "The statements of this year were stopped." in begun.content.decode()
    letters = desk.get(reverse("donations_statement_mailing", args=[run.pk])).content.decode()
    assert "The issuing of the statements was stopped." in letters
    assert "still being issued" not in letters

    desk.post(reverse("donations_statement_resume", args=[run.pk]))
    page = desk.get(reverse("donations_statement_run", args=[run.pk])).content.decode()
    assert "1 of 3 donors" in page
    assert 'http-equiv="refresh"' in page
    work()
    assert (Statement.objects.count(), StatementDocument.objects.count()) == (3, 3)


@pytest.mark.django_db
def test_one_that_fails_is_listed_and_keeps_nobody_from_theirs(
    legal_entity: LegalEntity, aid_fund: Fund, adam: User
) -> None:
    broken = give(aid_fund, name="Broken Example")
    give(aid_fund, email="bob@mail.example", name="Bob")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE donations_receipt DISABLE TRIGGER USER")
        cursor.execute("UPDATE donations_receipt SET snapshot = snapshot - 'fund' WHERE payment_id = %s", [broken.pk])
        cursor.execute("ALTER TABLE donations_receipt ENABLE TRIGGER USER")

    run = issue(legal_entity)

    assert [donor.pk for donor in statement_runs.failed(run)] == [broken.donor.pk]
    assert [statement.donor.name for statement in live()] == ["Bob"]
    desk = Client()
    desk.force_login(adam)
    assert "Broken Example" in desk.get(reverse("donations_statement_run", args=[run.pk])).content.decode()


@pytest.fixture
def no_worker(db: None) -> None:
    """The sweep is overdue. (In a database that was made a moment ago it is not: then the command waits for workers.)"""
    assert Schedule.objects.filter(name="sweep").update(next_run=wall_clock() - timedelta(hours=1))


def test_command_does_the_work_itself_where_no_worker_runs(
    no_worker: None, legal_entity: LegalEntity, aid_fund: Fund
) -> None:
    give(aid_fund)
    said, bar = io.StringIO(), io.StringIO()

    call_command("issue_annual_statements", 2026, stdout=said, stderr=bar)

    assert "No worker runs: this process does the work itself." in said.getvalue()
    assert "1  issued" in said.getvalue()
    assert "100%  1 of 1 donors, 1 of 1 PDFs" in bar.getvalue()
    assert len(live()) == 1


def test_command_stops_and_says_how_far_it_is(no_worker: None, legal_entity: LegalEntity, aid_fund: Fund) -> None:
    give(aid_fund)
    run = statement_runs.begin(entity=legal_entity, year=2026, at=JANUARY)
    said = io.StringIO()

    call_command("issue_annual_statements", 2026, "--stop", stdout=said)
    run.refresh_from_db()
    assert run.state == "stopped"

    call_command("issue_annual_statements", 2026, stdout=said, stderr=io.StringIO())
    assert "goes on where it was stopped" in said.getvalue()
    assert len(live()) == 1
    with pytest.raises(CommandError, match="nothing to stop"):
        call_command("issue_annual_statements", 2026, "--stop", stdout=said)


@pytest.mark.django_db
def test_year_that_has_not_begun_is_refused(legal_entity: LegalEntity) -> None:
    with pytest.raises(CommandError, match="Nothing can have been given"):
        call_command("issue_annual_statements", 2999)


@pytest.mark.django_db
def test_sweep_does_what_a_lost_nudge_left(legal_entity: LegalEntity, aid_fund: Fund) -> None:
    give(aid_fund)
    statement_runs.begin(entity=legal_entity, year=2026, at=JANUARY)

    tasks.issue_statements()

    assert [task.state for task in StatementTask.objects.all()] == ["issued"]
    assert StatementDocument.objects.count() == 1


@pytest.mark.django_db
def test_test_gifts_have_statements_of_their_own(legal_entity: LegalEntity, aid_fund: Fund, settings: Settings) -> None:
    give(aid_fund)
    settings.STRIPE_LIVEMODE = True

    run = issue(legal_entity)

    assert (run.is_test, Statement.objects.count()) == (False, 0)
    assert numbering.series_of(legal_entity, year=2026, is_test=False, paper=Paper.STATEMENT).prefix == "S-RW-2026-"
