"""Everything the sandbox remembers: one SQLite file, one transaction for each request.

Objects are kept as the JSON that the API shows. Beside it each may have `hidden` facts, which Stripe
would keep for itself (a card's number, the parameters of a checkout that is not paid yet).
"""

import base64
import json
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox import refusals

Json = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL,
    created INTEGER NOT NULL, body TEXT NOT NULL, hidden TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_by_customer ON objects (kind, json_extract(body, '$.customer'));
CREATE INDEX IF NOT EXISTS objects_by_invoice ON objects (kind, json_extract(body, '$.invoice'));
CREATE INDEX IF NOT EXISTS objects_by_payment_intent ON objects (kind, json_extract(body, '$.payment_intent'));
CREATE INDEX IF NOT EXISTS objects_by_charge ON objects (kind, json_extract(body, '$.charge'));
CREATE INDEX IF NOT EXISTS objects_by_payout ON objects (kind, json_extract(hidden, '$.payout'));
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, type TEXT NOT NULL,
    created INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS deliveries (
    event TEXT PRIMARY KEY REFERENCES events (id), due_at REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    delivered_at REAL, last_status INTEGER, last_error TEXT
);
CREATE INDEX IF NOT EXISTS deliveries_open ON deliveries (due_at) WHERE delivered_at IS NULL;
CREATE TABLE IF NOT EXISTS schedule (
    action TEXT NOT NULL, object TEXT NOT NULL, due_at INTEGER NOT NULL, PRIMARY KEY (action, object)
);
CREATE INDEX IF NOT EXISTS schedule_by_time ON schedule (due_at);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, created REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

_LETTERS_ONLY = str.maketrans("+/", "Zz")


def new_id(prefix: str, length: int = 24) -> str:
    return f"{prefix}_{base64.b64encode(secrets.token_bytes(length)).decode().translate(_LETTERS_ONLY)[:length]}"


class Transaction:
    """One request's view of the store: it happens as a whole or not at all.

    :ivar now: the sandbox's time, in seconds; what is made here is dated by it
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.now = 0
        self.public_url = ""
        self.request_id: str | None = None
        self.idempotency_key: str | None = None
        self.recorded_events = 0

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part that is undone alone if it fails; a bank's refusal is no failure."""
        self.connection.execute("SAVEPOINT part")
        try:
            yield
        except refusals.Declined:
            self.connection.execute("RELEASE part")
            raise
        except BaseException:
            self.connection.execute("ROLLBACK TO part")
            raise
        self.connection.execute("RELEASE part")

    def add(self, body: Json, hidden: Json | None = None) -> Json:
        self.connection.execute(
            "INSERT INTO objects (id, kind, created, body, hidden) VALUES (?, ?, ?, ?, ?)",
            (body["id"], body["object"], body.get("created", self.now), json.dumps(body), json.dumps(hidden or {})),
        )
        return body

    def save(self, body: Json) -> Json:
        self.connection.execute("UPDATE objects SET body = ? WHERE id = ?", (json.dumps(body), body["id"]))
        return body

    def find(self, identifier: str, kind: str | None = None) -> Json | None:
        row = self.connection.execute("SELECT kind, body FROM objects WHERE id = ?", (identifier,)).fetchone()
        if row is None or (kind and row[0] != kind):
            return None
        found: Json = json.loads(row[1])
        return found

    def get(self, kind: str, identifier: str, param: str = "id") -> Json:
        """The object of that kind and id.

        :raises Refused: with Stripe's 404 if there is none (400 where it is named by a parameter)
        """
        found = self.find(identifier, kind)
        if found is None:
            refusal = refusals.missing_object(kind, identifier, param)
            refusal.status = 404 if param == "id" else 400
            raise refusal
        return found

    def hidden(self, identifier: str) -> Json:
        row = self.connection.execute("SELECT hidden FROM objects WHERE id = ?", (identifier,)).fetchone()
        found: Json = json.loads(row[0]) if row else {}
        return found

    def hide(self, identifier: str, **facts: Any) -> None:
        """Add to the hidden facts of an object."""
        merged = self.hidden(identifier) | facts
        self.connection.execute("UPDATE objects SET hidden = ? WHERE id = ?", (json.dumps(merged), identifier))

    def select(
        self,
        kind: str,
        equal: Mapping[str, Any] | None = None,
        *,
        conditions: Sequence[tuple[str, Any]] = (),
        newest_first: bool = True,
        limit: int = -1,
    ) -> list[Json]:
        """Objects of a kind whose fields equal what is given.

        :param equal: dotted field names and their values
        :param conditions: further SQL conditions on `objects`, each with its one value
        """
        clauses, values = ["kind = ?"], [kind]
        for field, value in (equal or {}).items():
            clauses.append(f"json_extract(body, '$.{field}') = ?")
            values.append(value)
        for clause, value in conditions:
            clauses.append(clause)
            values.append(value)
        order = "DESC" if newest_first else "ASC"
        rows = self.connection.execute(
            f"SELECT body FROM objects WHERE {' AND '.join(clauses)} ORDER BY seq {order} LIMIT {limit}", values
        )
        return [json.loads(row[0]) for row in rows]

    def note(self, name: str, default: str = "") -> str:
        row = self.connection.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else default

    def write_note(self, name: str, value: str) -> None:
        self.connection.execute("INSERT OR REPLACE INTO notes (name, value) VALUES (?, ?)", (name, value))


class Store:
    """The SQLite file. One writer at a time; what is committed survives kill -9."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(SCHEMA)
        self.prepare: Callable[[Transaction], None] = lambda transaction: None
        self.events_were_recorded: Callable[[], None] = lambda: None

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            transaction = Transaction(self._connection)
            try:
                self.prepare(transaction)
                yield transaction
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
        if transaction.recorded_events:
            self.events_were_recorded()

    def forget_everything(self) -> None:
        """Be as on the first day: no object, no event, the clock of the wall."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            for table in ("deliveries", "events", "objects", "schedule", "answers", "notes"):
                self._connection.execute(f"DELETE FROM {table}")
            self._connection.execute("COMMIT")

    def close(self) -> None:
        with self._lock:
            self._connection.close()
