"""Webhooks: each event is posted until the receiver says 2xx, also across restarts."""

import http.client
import json
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import stripe

from sandbox import events
from sandbox.store import Store

Json = dict[str, Any]

AT_ONCE = 8
LONGEST_PAUSE = 60.0
PATIENCE = 20.0
POLL = 0.5


@dataclass(frozen=True)
class Endpoint:
    url: str
    secret: str
    retry_seconds: float


class Postman:
    """A small pool of threads that deliver what is due. What is under way is known to it alone: a crash sends it again."""

    def __init__(self, store: Store, endpoint: Endpoint) -> None:
        self._store = store
        self._endpoint = endpoint
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="delivery")
        self._under_way: set[str] = set()
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="postman", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(timeout=5)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def wake(self) -> None:
        """There may be something new to deliver."""
        with self._changed:
            self._changed.notify_all()

    def _run(self) -> None:
        while not self._stopping:
            for event in self._due():
                with self._changed:
                    self._under_way.add(event)
                self._pool.submit(self._deliver_and_forget, event)
            with self._changed:
                self._changed.wait(POLL)

    def _due(self) -> list[str]:
        """Events that should go out now, oldest first: a handful whenever the pool runs short of work."""
        with self._changed:
            busy = set(self._under_way)
        if len(busy) > AT_ONCE:
            return []
        with self._store.transaction() as transaction:
            rows = transaction.connection.execute(
                "SELECT event FROM deliveries WHERE delivered_at IS NULL AND due_at <= ? ORDER BY due_at, rowid LIMIT ?",
                (time.time(), AT_ONCE * 4 + len(busy)),
            ).fetchall()
        return [row[0] for row in rows if row[0] not in busy]

    def _deliver_and_forget(self, event: str) -> None:
        try:
            self.deliver(event)
        finally:
            with self._changed:
                self._under_way.discard(event)
                self._changed.notify_all()

    def deliver(self, event: str) -> int | None:
        """Post an event once, now, and note how it went.

        :return: the status of the answer, or None if there was none
        :raises Refused: if there is no such event
        """
        with self._store.transaction() as transaction:
            body = events.load(transaction, event) | {"pending_webhooks": 1}
        status, problem = self._post(json.dumps(body))
        with self._store.transaction() as transaction:
            attempts = transaction.connection.execute(
                "SELECT attempts FROM deliveries WHERE event = ?", (event,)
            ).fetchone()[0]
            pause = min(self._endpoint.retry_seconds * 2 ** min(attempts, 20), LONGEST_PAUSE)
            done = time.time() if status is not None and 200 <= status < 300 else None
            transaction.connection.execute(
                "UPDATE deliveries SET attempts = attempts + 1, due_at = ?, last_status = ?, last_error = ?,"
                " delivered_at = coalesce(delivered_at, ?) WHERE event = ?",
                (time.time() + pause, status, problem, done, event),
            )
        return status

    def deliver_at_once(self, event: str, times: int) -> list[int | None]:
        """Post an event several times at the same moment."""
        with self._store.transaction() as transaction:
            events.load(transaction, event)
        with ThreadPoolExecutor(times) as pool:
            sent: list[Future[int | None]] = [pool.submit(self.deliver, event) for _ in range(times)]
        return [each.result() for each in sent]

    def _post(self, body: str) -> tuple[int | None, str | None]:
        address = urlsplit(self._endpoint.url)
        signature = stripe.WebhookSignature.generate_signature_header(body, self._endpoint.secret)
        make = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        connection = make(address.hostname or "", address.port, timeout=PATIENCE)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature,
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks) Liferaft-Sandbox",
        }
        path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        try:
            connection.request("POST", path, body.encode(), headers)
            answer = connection.getresponse()
            text = answer.read(500).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as problem:
            return None, f"{type(problem).__name__}: {problem}"
        finally:
            connection.close()
        return answer.status, None if 200 <= answer.status < 300 else text

    def settle(self, patience: float, *, retry_now: bool) -> Json:
        """Wait until everything that is due has been tried.

        :param patience: seconds to wait at most
        :param retry_now: also what waits for its next attempt
        """
        if retry_now:
            with self._store.transaction() as transaction:
                transaction.connection.execute("UPDATE deliveries SET due_at = 0 WHERE delivered_at IS NULL")
        self.wake()
        deadline = time.monotonic() + patience
        while (waiting := self._waiting()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.counts() | {"settled": not waiting}

    def _waiting(self) -> bool:
        with self._store.transaction() as transaction:
            due = transaction.connection.execute(
                "SELECT EXISTS (SELECT 1 FROM deliveries WHERE delivered_at IS NULL AND due_at <= ?)", (time.time(),)
            ).fetchone()[0]
        with self._changed:
            return bool(due or self._under_way)

    def counts(self) -> Json:
        with self._store.transaction() as transaction:
            row = transaction.connection.execute(
                "SELECT count(*), count(delivered_at), coalesce(sum(attempts), 0) FROM deliveries"
            ).fetchone()
        return {"events": row[0], "delivered": row[1], "undelivered": row[0] - row[1], "attempts": row[2]}
