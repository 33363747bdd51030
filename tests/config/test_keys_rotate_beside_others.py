"""Keys are changed while others work, and while the machine falls over: nothing is lost, nothing is done by half."""

import os
import signal
import subprocess
import sys
import time
from base64 import b64encode
from datetime import datetime

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection
from pytest_django import Settings

from mail.models import OutgoingEmail
from organisation.models import Organisation
from tests.config.sealed_stage import NEW, OLD, counts, letter, rotate, rotate_in_vain

COLUMN = "mail_outgoingemail.recipient_sealed"
_GATE = 5_301
# The last letter but a few waits at a gate: whoever seals it anew stands in the middle of a batch.
_WAITS = f"""
    CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock_shared({_GATE}); RETURN NEW; END $$;
    CREATE TRIGGER gate BEFORE UPDATE ON mail_outgoingemail
    FOR EACH ROW WHEN (OLD.key = 'test:125') EXECUTE FUNCTION wait_at_gate();
"""
_COMMAND = """
import django; django.setup()
from django.core.management import call_command
from django.db import connection
connection.settings_dict["NAME"] = {name!r}
call_command("rotate_keys")
"""


@pytest.fixture
def letters(committed_db: None, now: datetime) -> None:
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    for number in range(130):
        letter(now, f"test:{number:03}")


def other_connection() -> psycopg.Connection[tuple[object, ...]]:
    there = django_settings.DATABASES["default"]
    return psycopg.connect(
        dbname=str(connection.settings_dict["NAME"]),
        user=there["USER"],
        password=there["PASSWORD"],
        host=there["HOST"],
        port=there["PORT"] or None,
        autocommit=True,
    )


def who_waits(beside: psycopg.Connection[tuple[object, ...]]) -> object:
    """The number of the database's process that stands at the gate."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        row = beside.execute("SELECT pid FROM pg_locks WHERE objid = %s AND NOT granted", [_GATE]).fetchone()
        if row:
            return row[0]
    raise AssertionError("nobody came to the gate")


def start_rotating() -> subprocess.Popen[bytes]:
    key_id, key = next(iter(NEW.items()))
    return subprocess.Popen(
        [sys.executable, "-c", _COMMAND.format(name=str(connection.settings_dict["NAME"]))],
        env=os.environ | {"SEALING_KEYS": f"{key_id}:{b64encode(key).decode()},{os.environ['SEALING_KEYS']}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_killed_in_the_middle_it_goes_on_where_it_was(letters: None, settings: Settings) -> None:
    settings.SEALING_KEYS = NEW | settings.SEALING_KEYS
    with other_connection() as beside:
        beside.execute(_WAITS)
        beside.execute("SELECT pg_advisory_lock(%s)", [_GATE])
        process = start_rotating()
        waits = who_waits(beside)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
        beside.execute("SELECT pg_terminate_backend(%s, 20000)", [waits])
    in_the_middle = counts()[COLUMN]

    told = rotate()

    assert in_the_middle == (130, 30)  # a whole batch was kept, the other one is as it was
    assert f"{COLUMN}: 30 sealed anew" in told
    assert " 76 %  mail_outgoingemail.text_sealed\n100 %  mail_outgoingemail.text_sealed\n" in told
    assert all(old == 0 for _many, old in counts().values())
    settings.SEALING_KEYS = NEW
    assert {row.recipient for row in OutgoingEmail.objects.all()} == {"ann@example.org"}


def test_row_that_somebody_holds_is_left_out_and_said(letters: None, settings: Settings) -> None:
    settings.SEALING_KEYS = NEW | settings.SEALING_KEYS
    with other_connection() as beside, beside.transaction():
        beside.execute("SELECT 1 FROM mail_outgoingemail WHERE key = 'test:007' FOR UPDATE")
        told = rotate_in_vain()
        held = counts()[COLUMN]
    again = rotate()

    assert f"{COLUMN}: 1 were in use all the time: run this again" in told
    assert held == (130, 1)
    assert f"Key {OLD} is used nowhere any more" in again
