"""Whatever dies while Stripe waits for its answer: 200 is only said of what is stored."""

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
import stripe
from django.db import connection, transaction
from django.test import Client

from stripe_gateway.models import StripeEvent
from tests.ports import free_port
from tests.stripe_gateway.conftest import SECRET
from tests.stripe_gateway.recorded import dumped, own_database, post

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _handlers(settings: Any) -> None:
    settings.STRIPE_HANDLERS = "tests.stripe_gateway.recorded.BOOKS"


def test_without_a_database_the_answer_is_not_200_and_nothing_is_said_of_why(committed_db: None) -> None:
    there = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict["HOST"] = "/nowhere"
    try:
        answer = post(Client(), dumped(), SECRET)
    finally:
        connection.settings_dict["HOST"] = there

    assert (answer.status_code, answer.content) == (503, b"not stored\n")
    assert not StripeEvent.objects.exists()


def test_kept_connection_that_has_died_meanwhile_is_replaced(committed_db: None) -> None:
    post(Client(), dumped(id="evt_1"), SECRET)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        end_connection(cursor.fetchone()[0])

    answer = post(Client(), dumped(id="evt_2"), SECRET)

    assert answer.status_code == 200
    assert StripeEvent.objects.count() == 2


def test_trouble_with_the_queue_does_not_make_stripe_come_again(committed_db: None, settings: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_q_ormq RENAME TO out_of_order")

    answer = post(Client(), dumped(), SECRET)

    assert answer.status_code == 200
    assert StripeEvent.objects.get().state == "received"


def test_event_whose_transaction_fails_is_not_answered_with_200(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE stripe_gateway_stripeevent ADD CHECK (type <> 'test.thing')")

    with transaction.atomic():
        answer = post(Client(), dumped(), SECRET)
        transaction.set_rollback(True)

    assert answer.status_code == 503


def test_server_killed_while_it_stores_says_nothing_and_the_repeat_is_stored_once(
    committed_db: None, tmp_path: Path
) -> None:
    with served(tmp_path) as (port, server):
        assert post_over_the_wire(port, "evt_1") == 200
        with psycopg.connect(own_database()) as blocker:
            blocker.execute("LOCK TABLE stripe_gateway_stripeevent IN EXCLUSIVE MODE")
            answers: list[object] = []
            poster = threading.Thread(target=lambda: answers.append(outcome_of(port, "evt_2")))
            poster.start()
            wait_until(lambda: somebody_waits_for_the_table(blocker))
            os.killpg(server.pid, signal.SIGKILL)
            poster.join(timeout=30)
    assert answers == ["no answer"]

    with served(tmp_path) as (port, server):
        assert post_over_the_wire(port, "evt_2") == 200

    assert sorted(StripeEvent.objects.values_list("event_id", flat=True)) == ["evt_1", "evt_2"]


def end_connection(pid: int) -> None:
    with psycopg.connect(own_database(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def somebody_waits_for_the_table(other: psycopg.Connection[Any]) -> bool:
    return other.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone() is not None


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def served(var: Path) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """Run the production server on the test's own database."""
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": own_database(),
        "STRIPE_WEBHOOK_SECRETS": SECRET,
        "LIFERAFT_VAR": str(var),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws", "--no-log"]
    command += ["--workers", "1", "--port", str(port), "config.wsgi:application"]
    server = subprocess.Popen(command, cwd=var, env=environment, start_new_session=True)
    try:
        wait_until(lambda: answers_at_all(port))
        yield port, server
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def answers_at_all(port: int) -> bool:
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as wire:
            wire.request("GET", "/healthz", headers={"Host": "localhost"})
            return wire.getresponse().status == 200
    except OSError:
        return False


def outcome_of(port: int, event_id: str) -> object:
    try:
        return post_over_the_wire(port, event_id)
    except (OSError, http.client.HTTPException):
        return "no answer"


def post_over_the_wire(port: int, event_id: str) -> int:
    body = dumped(id=event_id, type="invoice.paid")
    header = stripe.WebhookSignature.generate_signature_header(body, SECRET)
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as wire:
        wire.request("POST", "/webhooks/stripe/", body, {"Host": "localhost", "Stripe-Signature": header})
        return wire.getresponse().status
