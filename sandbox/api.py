"""Stripe's API over HTTP: who asks, what for, and once only."""

import base64
import binascii
import hmac
import json
import time
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from sandbox import expansion, faults, idempotency, parameters, shapes
from sandbox.idempotency import InProgress
from sandbox.refusals import Refused
from sandbox.routes import ROUTES
from sandbox.routing import Route
from sandbox.store import Store, Transaction, new_id

Json = dict[str, Any]


class Api:
    def __init__(self, store: Store, key: str) -> None:
        self._store = store
        self._key = key
        self._in_progress = InProgress()

    async def answer(self, request: Request) -> Response:
        body = (await request.body()).decode("utf-8", "replace")
        return await run_in_threadpool(self._answer, request, body)

    def _answer(self, request: Request, body: str) -> Response:
        request_id = new_id("req", 14)
        replayed = False
        try:
            _authenticate(request.headers.get("authorization", ""), self._key)
            _check_version(request.headers.get("stripe-version"))
            status, answer, replayed = self._perform(request, body, request_id)
        except Refused as refusal:
            status, answer = refusal.status, refusal.body()
        except _Cut:
            return faults.CutConnection()
        headers = {"Request-Id": request_id, "Stripe-Version": shapes.API_VERSION}
        key = _idempotency_key(request)
        if key:
            headers["Idempotency-Key"] = key
        if replayed:
            headers["Idempotent-Replayed"] = "true"
        return Response(json.dumps(answer, indent=2), status, headers, media_type="application/json")

    def _perform(self, request: Request, body: str, request_id: str) -> tuple[int, Json, bool]:
        """
        :return: status, answer, and whether it is an earlier one
        """
        route, ids = _find(request.method, request.url.path)
        encoded = body if request.method == "POST" else "&".join(filter(None, (request.url.query, body)))
        key = _idempotency_key(request)
        asked = idempotency.fingerprint(request.method, request.url.path, encoded)
        with self._in_progress.claim(key):
            self._wait()
            with self._store.transaction() as transaction:
                transaction.request_id = request_id
                transaction.idempotency_key = key
                fault = faults.take(transaction, request.method, request.url.path)
                status, answer, replayed = self._answer_within(transaction, (route, ids), encoded, asked, fault)
        if fault and fault["cut"]:
            raise _Cut
        return status, answer, replayed

    def _answer_within(
        self,
        transaction: Transaction,
        meant: tuple[Route, tuple[str, ...]],
        encoded: str,
        asked: str,
        fault: Json | None,
    ) -> tuple[int, Json, bool]:
        key = transaction.idempotency_key
        if fault and not fault["after_execution"] and not faults.is_kept(fault):
            return *faults.answer(fault), False
        earlier = idempotency.earlier_answer(transaction, key, asked) if key else None
        if earlier:
            return *earlier, True
        if fault and not fault["after_execution"]:
            status, answer = faults.answer(fault)
        else:
            status, answer = _execute(transaction, meant, encoded)
        # Stripe keeps what it said under the key, even if that was an unknown error after the work was done.
        if fault and fault["after_execution"] and not fault["cut"]:
            status, answer = faults.answer(fault)
        if key:
            idempotency.keep(transaction, key, asked, status, answer)
        return status, answer, False

    def _wait(self) -> None:
        """Be as slow as the control page wishes, without holding the store."""
        with self._store.transaction() as transaction:
            milliseconds = int(transaction.note("latency", "0"))
        time.sleep(milliseconds / 1000)


class _Cut(Exception):
    """The connection is to break off before the answer."""


def _execute(transaction: Transaction, meant: tuple[Route, tuple[str, ...]], encoded: str) -> tuple[int, Json]:
    """
    :raises Refused: if the parameters are wrong; that is not kept under an idempotency key, for nothing was begun
    """
    route, ids = meant
    params = parameters.check(encoded, route.schema, route.understood)
    try:
        with transaction.savepoint():
            wanted = params.pop("expand", [])
            return 200, expansion.expand(transaction, route.answer(transaction, params, *ids), wanted)
    except Refused as refusal:
        return refusal.status, refusal.body()


def _idempotency_key(request: Request) -> str | None:
    return request.headers.get("idempotency-key") if request.method == "POST" else None


def _find(method: str, path: str) -> tuple[Route, tuple[str, ...]]:
    for route in ROUTES:
        ids = route.match(method, path)
        if ids is not None and not (ids and ids[-1] == "search"):
            return route, ids
    raise Refused(f"Unrecognized request URL ({method}: {path}). Stripe may know it; the sandbox does not.", status=404)


def _authenticate(header: str, key: str) -> None:
    scheme, _, given = header.partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            given = ""
    if not given:
        raise Refused(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using"
            " Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            status=401,
        )
    if not hmac.compare_digest(given.encode(), key.encode()):
        shown = f"{given[:8]}{'*' * 12}{given[-4:]}" if len(given) > 16 else "*" * len(given)
        raise Refused(f"Invalid API Key provided: {shown}", status=401)


def _check_version(version: str | None) -> None:
    if version not in (None, shapes.API_VERSION):
        raise Refused(f"The sandbox speaks API version {shapes.API_VERSION}, that of the installed SDK, not {version}.")
