"""What happened: events, their list, and the start of their delivery."""

import json
import time
from collections.abc import Mapping
from typing import Any

from stripe.params._event_list_params import EventListParams
from stripe.params._event_retrieve_params import EventRetrieveParams

from sandbox import listing, shapes
from sandbox.refusals import Refused, missing_object
from sandbox.routing import Route
from sandbox.store import Transaction, new_id

Json = dict[str, Any]


def record(transaction: Transaction, type_: str, thing: Json, previous: Mapping[str, Any] | None = None) -> str:
    """Record that something happened to an object, as it is now; it is delivered once the request is committed.

    :param previous: the former values of the fields that an `…updated` event changed
    """
    data: Json = {"object": thing}
    if previous is not None:
        data["previous_attributes"] = dict(previous)
    event = shapes.complete(
        {
            "id": new_id("evt"),
            "object": "event",
            "api_version": shapes.API_VERSION,
            "created": transaction.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": transaction.request_id, "idempotency_key": transaction.idempotency_key},
            "type": type_,
        }
    )
    transaction.connection.execute(
        "INSERT INTO events (id, type, created, body) VALUES (?, ?, ?, ?)",
        (event["id"], type_, transaction.now, json.dumps(event)),
    )
    transaction.connection.execute("INSERT INTO deliveries (event, due_at) VALUES (?, ?)", (event["id"], time.time()))
    transaction.recorded_events += 1
    return str(event["id"])


def load(transaction: Transaction, identifier: str) -> Json:
    """
    :raises Refused: if there is no such event
    """
    row = transaction.connection.execute(
        "SELECT body, delivered_at FROM events JOIN deliveries ON event = id WHERE id = ?", (identifier,)
    ).fetchone()
    if row is None:
        raise missing_object("event", identifier)
    return _shown(row)


def _shown(row: tuple[str, float | None]) -> Json:
    event: Json = json.loads(row[0])
    event["pending_webhooks"] = 0 if row[1] else 1
    return event


def retrieve(transaction: Transaction, params: Json, identifier: str) -> Json:
    return load(transaction, identifier)


def list_all(transaction: Transaction, params: Json) -> Json:
    clauses: list[str] = []
    values: list[Any] = []
    if "type" in params and "types" in params:
        raise Refused("You may pass either `type` or `types`, but not both.", param="type")
    if "type" in params:
        clauses.append("type GLOB ?")
        values.append(params["type"])
    if "types" in params:
        clauses.append(f"type IN ({', '.join('?' for _ in params['types'])})")
        values += params["types"]
    if "delivery_success" in params:
        clauses.append(f"delivered_at IS {'NOT ' if params['delivery_success'] else ''}NULL")
        if not params["delivery_success"]:
            clauses.append("attempts > 0")
    listing.add_time_range(params.get("created"), "created", clauses, values)
    rows = listing.Rows("events JOIN deliveries ON event = id", "body, delivered_at", _shown)
    return listing.page(transaction, params, rows, (clauses, values), "/v1/events")


ROUTES = [
    Route(
        "GET",
        "/v1/events",
        list_all,
        EventListParams,
        {"created", "delivery_success", "type", "types", "limit", "starting_after", "ending_before"},
    ),
    Route("GET", "/v1/events/{id}", retrieve, EventRetrieveParams),
]
