"""A receiver of webhooks, as small as one can be that checks signatures."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import stripe

from tests.sandbox_process import WEBHOOK_SECRET

Json = dict[str, Any]


class Receiver(ThreadingHTTPServer):
    """Takes webhooks on a free port.

    :ivar received: events in the order in which they came
    :ivar refuse: how many of the next webhooks are answered with 503
    :ivar clock_file: if set, what this file says is noted in `clocks` when an event comes
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[Json] = []
        self.bad_signatures = 0
        self.refuse = 0
        self.clock_file: Path | None = None
        self.clocks: list[int] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/webhooks/stripe/"

    def about(self, thing: str) -> list[Json]:
        """The events about one object, in the order in which they came."""
        with self.lock:
            return [event for event in self.received if event["data"]["object"]["id"] == thing]

    def wait_for(self, thing: str, type_: str, patience: float = 60) -> Json:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            for event in self.about(thing):
                if event["type"] == type_:
                    return event
            time.sleep(0.02)
        raise AssertionError(f"no {type_} about {thing} came")


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        try:
            stripe.Webhook.construct_event(body, self.headers["Stripe-Signature"], WEBHOOK_SECRET)
        except stripe.SignatureVerificationError:
            self.server.bad_signatures += 1
            self._answer(400)
            return
        with self.server.lock:
            refused = self.server.refuse > 0
            self.server.refuse -= refused
            if self.server.clock_file:
                self.server.clocks.append(int(self.server.clock_file.read_text()))
            if not refused:
                self.server.received.append(json.loads(body))
        self._answer(503 if refused else 200)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name)
        """Say nothing."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    with Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.shutdown()
            thread.join()
