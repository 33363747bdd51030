"""The sandbox as a process of its own, for tests of any package.

with running_sandbox("http://127.0.0.1:8000/webhooks/stripe/", tmp_path) as sandbox:
    sandbox.pay(session.url)
    sandbox.clock(months=1)
    sandbox.settle()
"""

import html
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.ports import free_port

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
STRIPE_KEY = "sk_test_sandbox"
WEBHOOK_SECRET = "whsec_sandbox_only"

GOOD_CARD = "4242424242424242"
DECLINED_CARD = "4000000000000002"
AUTHENTICATION_CARD = "4000002500003155"
ASKS_EACH_TIME_CARD = "4000002760003184"
FAILS_ON_RENEWAL_CARD = "4000000000000341"
GOOD_ACCOUNT = "000123456789"
BAD_ACCOUNT = "000111111116"


class SandboxDidNotStart(Exception):
    """The process ended, or did not answer in time."""


@dataclass
class Page:
    """An answer of the sandbox's web pages."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def location(self) -> str:
        """Where a redirect leads."""
        return self.headers.get("location", "")

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass
class Sandbox:
    """A running sandbox and how to steer it."""

    port: int
    smtp_port: int
    var: Path
    clock_file: Path
    webhook_url: str
    stripe_key: str = STRIPE_KEY
    webhook_secret: str = WEBHOOK_SECRET
    extra_environment: Mapping[str, str] | None = None
    process: subprocess.Popen[bytes] | None = None

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def email_url(self) -> str:
        return f"smtp://127.0.0.1:{self.smtp_port}"

    def environment(self) -> dict[str, str]:
        """What the sandbox is told."""
        return {
            "SANDBOX_PORT": str(self.port),
            "SANDBOX_SMTP_PORT": str(self.smtp_port),
            "SANDBOX_VAR": str(self.var),
            "SANDBOX_CLOCK_FILE": str(self.clock_file),
            "SANDBOX_STRIPE_KEY": self.stripe_key,
            "SANDBOX_WEBHOOK_URL": self.webhook_url,
            "SANDBOX_WEBHOOK_SECRET": self.webhook_secret,
            "SANDBOX_RETRY_SECONDS": "0.1",
            **(self.extra_environment or {}),
        }

    def start(self, patience: float = 20.0) -> None:
        """
        :raises SandboxDidNotStart: with what the process had to say
        """
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX_")}
        self.var.mkdir(parents=True, exist_ok=True)
        log = (self.var / "sandbox.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sandbox"], cwd=ROOT, env=inherited | self.environment(), stdout=log, stderr=log
        )
        log.close()
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(OSError, http.client.HTTPException):
                if self.call("GET", "/_/health")["ok"]:
                    return
            time.sleep(0.02)
        said = (self.var / "sandbox.log").read_text()[-2000:]
        self.kill()
        raise SandboxDidNotStart(said)

    def stop(self) -> int:
        """End it gently.

        :return: its exit code
        """
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def request(self, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None) -> Page:
        """Ask for a page; redirects are not followed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body.encode(), dict(headers or {}))
            answer = connection.getresponse()
            return Page(answer.status, {name.lower(): each for name, each in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def call(self, method: str, path: str, body: Json | None = None) -> Any:
        """Use the control API.

        :raises AssertionError: if it refuses
        """
        encoded = "" if body is None else json.dumps(body)
        page = self.request(method, path, encoded, {"Content-Type": "application/json"})
        assert page.status == 200, page.text
        return json.loads(page.text)

    def post_form(self, path: str, **fields: str) -> Page:
        """Send a form of the web pages."""
        return self.request("POST", path, urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"})

    def pay(
        self,
        session_url: str,
        card: str = GOOD_CARD,
        *,
        email: str = "ann@example.org",
        name: str = "Ann Example",
        authenticate: bool = True,
    ) -> Page:
        """Fill in the hosted page; a bank's question is answered.

        :return: the redirect to the success page, or the page that says why not
        """
        path = urlsplit(session_url).path
        page = self.post_form(path, email=email, name=name, card=card, expiry="12/44", cvc="123")
        if page.location.endswith("/authenticate"):
            answer = "complete" if authenticate else "fail"
            page = self.post_form(urlsplit(page.location).path, answer=answer)
        return page

    def leave_card(self, portal_url: str, card: str = GOOD_CARD, *, authenticate: bool = True) -> Page:
        """Fill in the portal's page for a new card.

        :return: the redirect to where the donor came from, or the page that says why not
        """
        return self.pay(portal_url, card, authenticate=authenticate)

    def pay_by_bank(
        self,
        session_url: str,
        account: str = GOOD_ACCOUNT,
        *,
        email: str = "ann@example.org",
        name: str = "Ann Example",
    ) -> Page:
        """Fill in the hosted page for a bank account; the bank answers four days of the clock later.

        :return: the redirect to the success page, or the page that says why not
        """
        path = f"{urlsplit(session_url).path}/bank"
        return self.post_form(path, email=email, name=name, routing="110000000", account=account)

    def card_becomes(self, payment_method: str, declines: str | None) -> None:
        """Let a card fail from now on for a reason, or (None) behave again as its number says."""
        self.call("POST", f"/_/cards/{payment_method}/become", {"declines": declines})

    def retries(self, *, outcome: str = "cancel", days: Sequence[int] = (3, 5, 7)) -> Json:
        """Choose when a failed renewal is tried again, and what follows the last try."""
        chosen: Json = self.call("POST", "/_/retries", {"outcome": outcome, "days": list(days)})
        return chosen

    def clock(self, *, seconds: int | None = None, months: int | None = None, to: int | str | None = None) -> Json:
        """Move the clock forward."""
        wish = {"advance_seconds": seconds, "advance_months": months, "advance_to": to}
        moved: Json = self.call("POST", "/_/clock", {name: each for name, each in wish.items() if each is not None})
        return moved

    def settle(self, *, timeout: float = 60, retry: bool = False) -> Json:
        """Wait until every webhook that is due has been tried.

        :param retry: also those that wait for their next attempt
        """
        counts: Json = self.call("POST", "/_/settle", {"timeout": timeout, "retry": retry})
        return counts

    def events(self, type_: str = "*") -> list[Json]:
        """The events so far, newest first, with how their delivery went."""
        found: list[Json] = self.call("GET", f"/_/events?{urlencode({'type': type_, 'limit': 100_000})}")
        return found

    def deliver(self, event_id: str, times: int = 1) -> list[int | None]:
        """Deliver an event again, several times at once; the answers' statuses come back."""
        statuses: list[int | None] = self.call("POST", f"/_/events/{event_id}/deliver?times={times}")["statuses"]
        return statuses

    def mailbox(self, to: str = "") -> list[Json]:
        """The letters, newest first."""
        letters: list[Json] = self.call("GET", f"/_/mailbox?{urlencode({'to': to})}")
        return letters

    def attachment(self, url: str) -> bytes:
        """What a letter's `attachments[n]["url"]` holds."""
        return self.request("GET", url).body

    def empty_mailbox(self) -> None:
        self.call("DELETE", "/_/mailbox")


def words(page: Page) -> str:
    """A page as it reads, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


@contextmanager
def running_sandbox(
    webhook_url: str,
    tmp_path: Path,
    *,
    port: int | None = None,
    clock_file: Path | None = None,
    extra_environment: Mapping[str, str] | None = None,
) -> Iterator[Sandbox]:
    """A sandbox on free ports that ends with the block.

    :param webhook_url: where its events go
    :param tmp_path: a folder for its state; the same folder again continues where it was
    :param clock_file: give it to whoever must follow the sandbox's clock
    """
    sandbox = Sandbox(
        port=port or free_port(),
        smtp_port=free_port(),
        var=tmp_path / "sandbox",
        clock_file=clock_file or tmp_path / "sandbox" / "clock",
        webhook_url=webhook_url,
        extra_environment=extra_environment,
    )
    sandbox.start()
    try:
        yield sandbox
    finally:
        sandbox.kill()
