"""Faults on demand: the next requests to an address fail, before or after their work was done."""

import json
from fnmatch import fnmatchcase
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox import wishes
from sandbox.refusals import Refused
from sandbox.store import Transaction, new_id

Json = dict[str, Any]

METHODS = ("GET", "POST", "DELETE", "*")
MOST_TIMES = 10_000

# What Stripe says with each status, unless the wish says otherwise.
WORDS: dict[int, tuple[str, str | None, str]] = {
    400: ("invalid_request_error", None, "Something is wrong with this request."),
    401: ("invalid_request_error", None, "Invalid API Key provided."),
    402: ("card_error", "card_declined", "Your card was declined."),
    403: ("invalid_request_error", None, "The provided key does not have the required permissions."),
    404: ("invalid_request_error", "resource_missing", "No such object."),
    409: ("invalid_request_error", "lock_timeout", "This object cannot be accessed right now. Please try again."),
    429: ("invalid_request_error", "rate_limit", "Too many requests hit the API too quickly."),
    500: ("api_error", None, "An unknown error occurred."),
    502: ("api_error", None, "Bad gateway."),
    503: ("api_error", None, "Service unavailable."),
    504: ("api_error", None, "Gateway timeout."),
}


def add(transaction: Transaction, wish: Json, _: str) -> Json:
    """Let the next requests to an address fail.

    :raises Refused: if the wish cannot be understood
    """
    path = str(wish.get("path") or "")
    if not path.startswith("/v1/"):
        raise Refused("path is an address of the API, like /v1/refunds or /v1/subscriptions/*.", param="path")
    times = wishes.number(wish, "times")
    if not 1 <= (1 if times is None else times) <= MOST_TIMES:
        raise Refused(f"A fault happens 1 to {MOST_TIMES} times.", param="times")
    status = wishes.number(wish, "status")
    if (500 if status is None else status) not in WORDS:
        raise Refused(f"status must be one of {', '.join(map(str, WORDS))}.", param="status")
    fault = {
        "id": new_id("fault", 8),
        "path": path,
        "method": wishes.one_of(wish, "method", METHODS, "*"),
        "status": 500 if status is None else status,
        "code": wish.get("code") or None,
        "message": wish.get("message") or None,
        "times": 1 if times is None else times,
        "after_execution": wishes.is_wished(wish, "after_execution"),
        "cut": wishes.is_wished(wish, "cut"),
    }
    _write(transaction, [*_read(transaction), fault])
    return fault


def take(transaction: Transaction, method: str, path: str) -> Json | None:
    """The fault that a request meets; each happens as often as was wished, the oldest first."""
    faults = _read(transaction)
    for fault in faults:
        if fault["method"] in (method, "*") and fnmatchcase(path, fault["path"].replace("{id}", "*")):
            fault["times"] -= 1
            _write(transaction, [each for each in faults if each["times"] > 0])
            found: Json = fault
            return found
    return None


def answer(fault: Json) -> tuple[int, Json]:
    kind, code, message = WORDS[fault["status"]]
    error = {"message": fault["message"] or message, "type": kind}
    if fault["code"] or code:
        error["code"] = fault["code"] or code
    if kind == "card_error":
        error["decline_code"] = "generic_decline"
    return fault["status"], {"error": error}


def is_kept(fault: Json) -> bool:
    """Whether a refusal stays under the idempotency key although nothing was done: so it is for a declined card."""
    return bool(fault["status"] == 402)


class CutConnection(Response):
    """An answer that breaks off: whoever asked cannot know whether anything was done."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4096")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


def _read(transaction: Transaction) -> list[Json]:
    found: list[Json] = json.loads(transaction.note("faults", "[]"))
    return found


def _write(transaction: Transaction, faults: list[Json]) -> None:
    transaction.write_note("faults", json.dumps(faults))


def list_all(transaction: Transaction, wish: Json, _: str) -> Json:
    return {"faults": _read(transaction)}


def clear(transaction: Transaction, wish: Json, _: str) -> Json:
    _write(transaction, [])
    return {"faults": []}


CONTROLS = {
    ("POST", "/_/faults"): add,
    ("GET", "/_/faults"): list_all,
    ("DELETE", "/_/faults"): clear,
    ("POST", "/_/faults/clear"): clear,
}
