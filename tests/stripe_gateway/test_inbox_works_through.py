"""Events are worked through once, whatever dies or fails on the way."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ledger.models import Fund, Transaction
from stripe_gateway import idempotency, inbox, tasks
from stripe_gateway.models import StripeCall, StripeEvent
from tests.stripe_gateway.conftest import SECRET
from tests.stripe_gateway.recorded import dumped, own_database, post


def test_failure_leaves_nothing_half_written_and_is_recorded_without_its_words(
    client: Client, aid_fund: Fund, settings: Any, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    settings.STRIPE_HANDLERS = "tests.stripe_gateway.recorded.FAILS"
    post(client, dumped(), SECRET)
    later = now + timedelta(days=3650)

    assert inbox.process_next(at=later)

    event = StripeEvent.objects.get()
    assert (event.state, event.error, event.attempts) == ("failed", "ValueError", 1)
    assert event.due_at == later + timedelta(seconds=30)
    assert not Transaction.objects.exists()
    assert "ann@example.org" not in caplog.text


def test_failed_event_is_tried_again_later_and_later(
    client: Client, aid_fund: Fund, settings: Any, now: datetime
) -> None:
    settings.STRIPE_HANDLERS = "tests.stripe_gateway.recorded.FAILS"
    post(client, dumped(), SECRET)
    at = now + timedelta(days=3650)
    pauses = []
    while inbox.process_next(at=at):
        due = StripeEvent.objects.get().due_at
        if due is None:
            break
        pauses.append((due - at).total_seconds())
        assert not inbox.process_next(at=at)
        at = due

    assert pauses[:4] == [30, 60, 120, 240]
    assert max(pauses) == 12 * 60 * 60
    assert len(pauses) == 14

    settings.STRIPE_HANDLERS = "tests.stripe_gateway.recorded.BOOKS"
    inbox.try_again(StripeEvent.objects.get(), at=at)
    assert inbox.process_next(at=at)
    assert StripeEvent.objects.get().state == "done"
    assert Transaction.objects.count() == 1


@pytest.mark.parametrize("times", [3, 8])
def test_same_event_delivered_at_the_same_moment_is_stored_and_worked_on_once(
    committed_db: None, at_once: Callable[..., list[object]], settings: Any, times: int
) -> None:
    settings.STRIPE_HANDLERS = "tests.stripe_gateway.recorded.BOOKS"
    Fund.objects.create(slug="aid", name="Mutual aid")

    statuses = at_once(*[lambda: post(Client(), dumped(), SECRET).status_code] * times)
    at_once(*[tasks.process_due] * 4)

    assert statuses == [200] * times
    assert StripeEvent.objects.get().state == "done"
    assert Transaction.objects.count() == 1


def test_many_workers_do_an_event_once(committed_db: None, at_once: Callable[..., list[object]], settings: Any) -> None:
    settings.STRIPE_HANDLERS = "tests.stripe_gateway.recorded.COUNTS"
    for number in range(10):
        post(Client(), dumped(id=f"evt_{number}", data={"object": {"id": f"thing_{number}"}}), SECRET)

    at_once(*[tasks.process_due] * 6)

    assert StripeCall.objects.count() == StripeEvent.objects.filter(state="done").count() == 10


def test_what_was_fetched_first_never_overwrites_what_was_fetched_later(
    committed_db: None, at_once: Callable[..., list[object]], settings: Any, now: datetime
) -> None:
    settings.STRIPE_HANDLERS = "tests.stripe_gateway.recorded.FOLLOWS"
    Fund.objects.create(slug="aid", name="Mutual aid")
    post(Client(), dumped(id="evt_1"), SECRET)
    post(Client(), dumped(id="evt_2"), SECRET)
    later = now + timedelta(days=3650)

    at_once(*[lambda: inbox.process_next(at=later)] * 2)

    assert StripeEvent.objects.filter(state="done").count() == 2
    assert Fund.objects.get().description == "2"


def test_worker_killed_in_mid_task_leaves_nothing_and_the_task_is_done_once_after_restart(
    committed_db: None, settings: Any, tmp_path: Path
) -> None:
    settings.STRIPE_HANDLERS = "tests.stripe_gateway.recorded.DIES"
    Fund.objects.create(slug="aid", name="Mutual aid")
    post(Client(), dumped(), SECRET)

    first = _worker(tmp_path)
    assert first.returncode == -signal.SIGKILL, first.stderr
    assert (StripeEvent.objects.get().state, Transaction.objects.count()) == ("received", 0)
    second = _worker(tmp_path)
    third = _worker(tmp_path)

    assert (second.returncode, third.returncode) == (0, 0), second.stderr
    assert (StripeEvent.objects.get().state, Transaction.objects.count()) == ("done", 1)


def _worker(var: Path) -> subprocess.CompletedProcess[str]:
    """Run the worker's task in a process of its own on the test's database."""
    code = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        "settings.STRIPE_HANDLERS = 'tests.stripe_gateway.recorded.DIES'\n"
        "from stripe_gateway import tasks\n"
        "tasks.process_due()\n"
    )
    environment = os.environ | {
        "DATABASE_URL": own_database(),
        "LIFERAFT_VAR": str(var),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    root = Path(__file__).resolve().parents[2]
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=root, check=False, capture_output=True, text=True, timeout=60
    )


def test_another_request_under_a_used_key_is_refused(db: None, now: datetime) -> None:
    key = idempotency.key("refund", 7, "create")
    idempotency.claim(key, {"amount": 2500}, at=now)
    idempotency.claim(key, {"amount": 2500}, at=now)

    with pytest.raises(idempotency.AskedOtherwise):
        idempotency.claim(key, {"amount": 2600}, at=now)

    assert StripeCall.objects.count() == 1
