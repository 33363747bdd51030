"""Webhooks: each event is posted until the receiver says 2xx, also across restarts."""

import http.client
import json
import logging
import sqlite3
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import stripe

from sandbox import chaos, events
from sandbox.refusals import Refused, missing_object
from sandbox.store import Store, Transaction

Json = dict[str, Any]

AT_ONCE = 8
LONGEST_PAUSE = 60.0
PATIENCE = 20.0
POLL = 0.5

logger = logging.getLogger("sandbox")


@dataclass(frozen=True)
class Endpoint:
    url: str
    secret: str
    retry_seconds: float


class Postman:
    """A few threads that deliver what is due.

    What is under way is known to them alone: after a crash it is sent again.
    """

    def __init__(self, store: Store, endpoint: Endpoint) -> None:
        self._store = store
        self._endpoint = endpoint
        self._bag: SimpleQueue[str] = SimpleQueue()
        self._under_way: set[str] = set()
        self._changed = threading.Condition()
        self._stopping = False

    def start(self) -> None:
        # Daemons: a receiver that never answers must not keep the sandbox from ending.
        threading.Thread(target=self._sort, name="postman", daemon=True).start()
        for _ in range(AT_ONCE):
            threading.Thread(target=self._walk, name="delivery", daemon=True).start()

    def stop(self) -> None:
        """Begin nothing new. What is under way is due again at the next start, unless it ends in time."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def wake(self) -> None:
        """There may be something new to deliver."""
        with self._changed:
            self._changed.notify_all()

    def _sort(self) -> None:
        """Hand out what is due."""
        while not self._stopping:
            for event in self._due():
                with self._changed:
                    self._under_way.add(event)
                self._bag.put(event)
            with self._changed:
                self._changed.wait(POLL)

    def _walk(self) -> None:
        """Deliver one event after the other."""
        while not self._stopping:
            event = self._bag.get()
            try:
                self._carry(event)
            except Refused:
                continue  # The sandbox has begun anew while the event was on its way.
            except sqlite3.Error:
                if not self._stopping:  # at the end the store closes before we do
                    logger.exception("A delivery could not be noted; the event will come again.")
            finally:
                with self._changed:
                    self._under_way.discard(event)
                    self._changed.notify_all()

    def _due(self) -> list[str]:
        """Events that should go out now, oldest first: a handful whenever the pool runs short of work."""
        with self._changed:
            busy = set(self._under_way)
        if len(busy) > AT_ONCE:
            return []
        with self._store.transaction() as transaction:
            mood = chaos.current(transaction)
            condition, values = _is_due(transaction, mood)
            limit = -1 if mood.shuffle else AT_ONCE * 4 + len(busy)
            rows = transaction.connection.execute(
                f"SELECT event, seq FROM deliveries JOIN events ON id = event WHERE {condition}"
                " ORDER BY due_at, deliveries.rowid LIMIT ?",
                (*values, limit),
            ).fetchall()
        if mood.shuffle:
            rows.sort(key=lambda row: mood.place(row[1]))
        return [row[0] for row in rows if row[0] not in busy][: AT_ONCE * 4]

    def _carry(self, event: str) -> None:
        """Deliver an event for the first time or again, unless chaos has other plans for the first time."""
        with self._store.transaction() as transaction:
            found = transaction.connection.execute(
                "SELECT attempts, seq FROM deliveries JOIN events ON id = event WHERE event = ?", (event,)
            ).fetchone()
            if found is None:
                raise missing_object("event", event)
            attempts, position = found
            mood = chaos.current(transaction) if attempts == 0 else chaos.Chaos()
            if mood.drops(position):
                transaction.connection.execute(
                    "UPDATE deliveries SET attempts = 1, due_at = ?, last_error = 'lost by chaos' WHERE event = ?",
                    (chaos.NEVER, event),
                )
                return
        if mood.duplicates(position):
            self.deliver_at_once(event, 2)
        else:
            self.deliver(event)

    def deliver(self, event: str) -> int | None:
        """Post an event once, now, and note how it went.

        :return: the status of the answer, or None if there was none
        :raises Refused: if there is no such event
        """
        with self._store.transaction() as transaction:
            body = events.load(transaction, event) | {"pending_webhooks": 1}
        status, problem = self._post(json.dumps(body))
        with self._store.transaction() as transaction:
            found = transaction.connection.execute(
                "SELECT attempts FROM deliveries WHERE event = ?", (event,)
            ).fetchone()
            if found is None:
                raise missing_object("event", event)
            attempts = found[0]
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
            condition, values = _is_due(transaction, chaos.current(transaction))
            due = transaction.connection.execute(
                f"SELECT EXISTS (SELECT 1 FROM deliveries JOIN events ON id = event WHERE {condition})", values
            ).fetchone()[0]
        with self._changed:
            return bool(due or self._under_way)

    def counts(self) -> Json:
        with self._store.transaction() as transaction:
            row = transaction.connection.execute(
                "SELECT count(*), count(delivered_at), coalesce(sum(attempts), 0) FROM deliveries"
            ).fetchone()
        return {"events": row[0], "delivered": row[1], "undelivered": row[0] - row[1], "attempts": row[2]}


def _is_due(transaction: Transaction, mood: chaos.Chaos) -> tuple[str, list[float]]:
    """A condition on deliveries and their events, with its values."""
    condition, values = "delivered_at IS NULL AND due_at <= ?", [time.time()]
    if mood.delay_days:
        condition += " AND created <= ?"
        values.append(transaction.now - mood.delay_days * 86400)
    return condition, values
