"""Idempotency keys: the same key gives the same answer, even a refusal; something else under it is refused."""

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.refusals import Refused
from sandbox.store import Transaction

Json = dict[str, Any]

LONGEST_KEY = 255


class InProgress:
    """The keys of requests that are being answered right now. A crash forgets them with their requests."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def claim(self, key: str | None) -> Iterator[None]:
        """
        :raises Refused: with 409 if another request holds the key
        """
        if key is None:
            yield
            return
        if len(key) > LONGEST_KEY:
            raise Refused(f"Idempotency keys can be at most {LONGEST_KEY} characters.", kind="idempotency_error")
        with self._lock:
            if key in self._keys:
                raise Refused(
                    "There is currently another in-progress request using this Idempotent Key (that probably means"
                    " you submitted twice, and the other request is still going through):"
                    f" {key}. Please try again later.",
                    status=409,
                    code="idempotency_key_in_use",
                    kind="idempotency_error",
                )
            self._keys.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard(key)


def fingerprint(method: str, path: str, encoded: str) -> str:
    """What a request asks for, in short."""
    return hashlib.sha256("\n".join((method, path, encoded)).encode()).hexdigest()


def earlier_answer(transaction: Transaction, key: str, request: str) -> tuple[int, Json] | None:
    """
    :param request: the fingerprint
    :raises Refused: if the key was used for another request
    """
    row = transaction.connection.execute("SELECT request, status, body FROM answers WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    if row[0] != request:
        raise Refused(
            "Keys for idempotent requests can only be used with the same parameters they were first used with."
            f" Try using a key other than '{key}' if you meant to execute a different request.",
            kind="idempotency_error",
        )
    return row[1], json.loads(row[2])


def keep(transaction: Transaction, key: str, request: str, status: int, body: Json) -> None:
    transaction.connection.execute(
        "INSERT INTO answers (key, request, status, body, created) VALUES (?, ?, ?, ?, ?)",
        (key, request, status, json.dumps(body), time.time()),
    )
