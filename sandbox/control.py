"""The control page at `/` and the same as JSON under `/_/`, for tests and rehearsals."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox import clock, control_page, pages, refunds, subscription_changes, subscriptions, time_machine, wishes
from sandbox.controls import CONTROLS
from sandbox.deliveries import Postman
from sandbox.refusals import Refused
from sandbox.settings import Settings
from sandbox.store import Store, Transaction

Json = dict[str, Any]

MOST_COPIES = 50


class Control:
    def __init__(self, store: Store, postman: Postman, settings: Settings) -> None:
        self._store = store
        self._postman = postman
        self._settings = settings

    def routes(self) -> list[Route]:
        deeds = {
            "/_/clock": self._move_clock,
            "/_/latency": self._set_latency,
            "/_/settle": self._settle,
            "/_/forget": self._forget,
            "/_/events/{id}/deliver": self._deliver,
            "/_/charges/{id}/refund": self._refund,
            "/_/subscriptions/{id}/cancel": self._cancel,
        }
        return [
            Route("/", self.page, methods=["GET"]),
            Route("/_/health", self.health, methods=["GET"]),
            Route("/_/clock", self.read_clock, methods=["GET"]),
            Route("/_/events", self.read_events, methods=["GET"]),
            *(Route(path, self._deed(function), methods=["POST"]) for path, function in deeds.items()),
            *(
                Route(path, self._deed(partial(self._within, function)), methods=[method])
                for (method, path), function in CONTROLS.items()
            ),
        ]

    def _deed(self, function: Any) -> Any:
        """An address that does something: JSON in, JSON out; a form on the page comes back to the page."""

        async def answer(request: Request) -> Response:
            if pages.is_cross_site(request):
                return JSONResponse({"error": {"message": "Not from another site."}}, 403)
            body = await request.body()
            from_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
            wish = dict(request.query_params)
            try:
                wish |= (
                    dict(parse_qsl(body.decode(), keep_blank_values=True)) if from_form else json.loads(body or b"{}")
                )
                back = str(wish.pop("back", ""))
                result = await run_in_threadpool(function, wish, request.path_params.get("id", ""))
            except Refused as refusal:
                if from_form:
                    return await run_in_threadpool(self._page, "", refusal.message, refusal.status)
                return JSONResponse(refusal.body(), refusal.status)
            except ValueError:
                return JSONResponse({"error": {"message": "I cannot read that."}}, 400)
            where = f"/#{back}" if back.isalpha() else "/"
            return RedirectResponse(where, 303) if from_form else JSONResponse(result)

        return answer

    def _within(self, function: Callable[[Transaction, Json, str], Json], wish: Json, identifier: str) -> Json:
        with self._store.transaction() as transaction:
            return function(transaction, wish, identifier)

    async def health(self, request: Request) -> Response:
        """Alive; asks nothing of the store, which may be busy moving the clock."""
        return JSONResponse({"ok": True})

    async def read_clock(self, request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(self._clock))

    def _clock(self) -> Json:
        with self._store.transaction() as transaction:
            return {"now": transaction.now, "offset": clock.offset(transaction)}

    async def read_events(self, request: Request) -> Response:
        """The latest events with how their delivery went; `?type=invoice.paid` for one kind."""
        wanted = request.query_params.get("type", "*")
        limit = min(int(request.query_params.get("limit", "1000")), 100_000)
        return JSONResponse(await run_in_threadpool(self._latest_events, wanted, limit))

    def _latest_events(self, wanted: str, limit: int) -> list[Json]:
        with self._store.transaction() as transaction:
            rows = transaction.connection.execute(
                "SELECT id, type, created, json_extract(body, '$.data.object.id'), attempts, delivered_at, last_status,"
                " last_error FROM events JOIN deliveries ON event = id WHERE type GLOB ? ORDER BY seq DESC LIMIT ?",
                (wanted, limit),
            ).fetchall()
        names = ("id", "type", "created", "object", "attempts", "delivered_at", "last_status", "last_error")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _move_clock(self, wish: Json, _: str) -> Json:
        months_ago = wishes.number(wish, "begin_months_ago")
        if months_ago is not None:
            return time_machine.begin(self._store, self._settings.clock_file, months_ago=months_ago)
        return time_machine.move(
            self._store,
            self._settings.clock_file,
            seconds=wishes.number(wish, "advance_seconds"),
            months=wishes.number(wish, "advance_months"),
            to=wish.get("advance_to") or None,
        )

    def _set_latency(self, wish: Json, _: str) -> Json:
        milliseconds = wishes.number(wish, "milliseconds") or 0
        if not 0 <= milliseconds <= 60_000:
            raise Refused("The latency is between 0 and 60000 milliseconds.")
        with self._store.transaction() as transaction:
            transaction.write_note("latency", str(milliseconds))
        return {"milliseconds": milliseconds}

    def _settle(self, wish: Json, _: str) -> Json:
        return self._postman.settle(float(wish.get("timeout", 30)), retry_now=wishes.is_wished(wish, "retry"))

    def _forget(self, wish: Json, _: str) -> Json:
        """For tests, which share one sandbox and each want one of their own. Letters stay."""
        self._store.forget_everything()
        clock.write_file(self._settings.clock_file, 0)
        return {"forgotten": True}

    def _deliver(self, wish: Json, event: str) -> Json:
        times = wishes.number(wish, "times") or 1
        if not 1 <= times <= MOST_COPIES:
            raise Refused(f"An event can be delivered 1 to {MOST_COPIES} times at once.")
        return {"event": event, "statuses": self._postman.deliver_at_once(event, times)}

    def _refund(self, wish: Json, charge: str) -> Json:
        """A refund made in the dashboard: no request of the organisation's stands behind it."""
        params: Json = {"charge": charge, "reason": "requested_by_customer"}
        amount = wishes.number(wish, "amount")
        if amount is not None:
            params["amount"] = amount
        with self._store.transaction() as transaction:
            return refunds.create(transaction, params)

    def _cancel(self, wish: Json, subscription: str) -> Json:
        with self._store.transaction() as transaction:
            if wishes.is_wished(wish, "at_period_end"):
                return subscription_changes.update(transaction, {"cancel_at_period_end": True}, subscription)
            return subscriptions.cancel(transaction, {}, subscription)

    async def page(self, request: Request) -> Response:
        return await run_in_threadpool(self._page, request.query_params.get("who", ""))

    def _page(self, who: str, problem: str = "", status: int = 200) -> Response:
        latest = self._latest_events("*", control_page.MOST_EVENTS)
        with self._store.transaction() as transaction:
            context = control_page.context(transaction, who)
        return pages.show(
            "control.html",
            status=status,
            problem=problem,
            events=latest,
            counts=self._postman.counts(),
            webhook_url=self._settings.webhook_url,
            **context,
        )
