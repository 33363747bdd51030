"""Workers beside each other, and workers that are killed in mid-letter: nobody gets two letters or none."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection, connections
from pytest_django import Settings

from cms.models import Delivery, Sending
from cms.sending import proofs
from organisation.models import Organisation, User
from tests.cms.sending import sending_stage as stage
from tests.cms.sending.conftest import an_issue
from tests.smtp_sink import running_sink


def test_two_workers_write_to_each_reader_once(
    committed_db: None, tmp_path: Path, settings: Settings, at_once: Callable[..., list[object]]
) -> None:
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    people = [User.objects.create_user(username=name) for name in ("edith", "adam")]
    stage.readers(*(f"reader{number}" for number in range(40)))
    sending = stage.begun(an_issue(), people)

    with running_sink(tmp_path, "--delay", "1") as sink:
        settings.EMAIL_URL = sink.url
        done = at_once(stage.send, stage.send)

    assert sum(int(str(each)) for each in done) == len(sink.accepted()) == len(set(sink.accepted())) == 40
    assert Delivery.objects.filter(state="accepted").values("claimed_by").distinct().count() == 2
    assert list(proofs.broken()) == []
    sending.refresh_from_db()
    assert sending.state == Sending.State.DONE


def test_killed_workers_leave_nobody_with_two_letters_or_none(committed_db: None) -> None:
    """A short run of script/rehearse-letters."""
    base = connection.settings_dict
    where = urlencode({"host": base["HOST"], **({"port": base["PORT"]} if base["PORT"] else {})})
    environment = os.environ | {
        "DATABASE_URL": f"postgresql://{base['USER']}:{base['PASSWORD']}@/{base['NAME']}?{where}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    connections.close_all()
    command = [sys.executable, "-m", "tests.kill_rehearsal", "--inside", "--letters", "150", "--kills", "5"]

    ended = subprocess.run(
        command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=120, check=False
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    found = json.loads(ended.stdout.splitlines()[-1])
    assert found["is_right"]
    assert (found["letters"], found["kills"], found["twice"]) == (150, 5, 0)
