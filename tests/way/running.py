"""A whole Liferaft, as script/server runs it, for the tests that go the whole way."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.ports import neighbours

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 180
Found = TypeVar("Found")


class NotInTime(AssertionError):
    """Something that has to happen did not, within the time it has."""


def until(happens: Callable[[], Found | None], *, what: str, seconds: float = 40) -> Found:
    """Ask again and again until there is an answer.

    :raises NotInTime: naming ``what``
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = happens()
        if found:
            return found
        time.sleep(0.2)
    raise NotInTime(what)


@dataclass(frozen=True)
class Liferaft:
    """A running copy: its addresses, its commands, its sandbox."""

    environment: dict[str, str]
    site: str
    sandbox: str

    def manage(self, *arguments: str, expect: int = 0) -> str:
        """Run a management command as script/manage does and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "supervisor", "manage", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout

    def ask_sandbox(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask the sandbox's own API; with a body by POST."""
        request = urllib.request.Request(
            self.sandbox + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def letters(self, *, to: str, subject: str) -> list[dict[str, Any]]:
        """Return the letters to an address whose subject matches, oldest first."""
        found = [
            letter
            for letter in self.ask_sandbox("/_/mailbox")
            if to in str(letter["to"]) and re.search(subject, letter["subject"])
        ]
        return sorted(found, key=lambda letter: letter["id"])

    def attachment(self, letter: dict[str, Any], number: int = 0) -> bytes:
        with urllib.request.urlopen(f"{self.sandbox}/_/mailbox/{letter['id']}/{number}", timeout=30) as answer:
            content: bytes = answer.read()
        return content


@contextmanager
def liferaft(var: Path) -> Iterator[Liferaft]:
    """Run script/server's program on free ports and an empty database, until the test is done."""
    web = neighbours(3)  # the mailbox takes the port after the sandbox
    sandbox = web + 1
    keep = {"PATH", "HOME", "LANG", "TMPDIR", "LIFERAFT_BROWSER"}
    environment = {name: value for name, value in os.environ.items() if name in keep} | {
        "LIFERAFT_VAR": str(var),
        "PORT": str(web),
        "SANDBOX_PORT": str(sandbox),
        "PYTHONUNBUFFERED": "1",
        "LIFERAFT_DEMO": "empty",
    }
    log = var / "server.out"
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "supervisor", "server"], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
    try:
        ready = f"Liferaft is ready: http://localhost:{web}"
        until(
            lambda: ready in log.read_text() or server.poll() is not None,
            what="Liferaft is ready",
            seconds=READY_SECONDS,
        )
        assert server.poll() is None, log.read_text()
        yield Liferaft(environment, f"http://localhost:{web}", f"http://localhost:{sandbox}")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)
