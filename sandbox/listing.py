"""Lists: newest first, a page at a time, after or before a given object."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox import shapes
from sandbox.refusals import Refused, missing_object
from sandbox.store import Transaction

Json = dict[str, Any]

PAGING = frozenset({"limit", "starting_after", "ending_before"})
_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


@dataclass(frozen=True)
class Rows:
    """Where a list takes its objects from.

    :param source: a table with `seq` and `id`, or a join that begins with it
    :param read: makes the object of a row of `columns`
    """

    source: str
    columns: str
    read: Callable[[Any], Json]


OBJECTS = Rows("objects", "body", lambda row: json.loads(row[0]))


def of_kind(
    transaction: Transaction,
    params: Json,
    kind: str,
    *,
    url: str,
    filters: Sequence[str] = (),
    conditions: Sequence[str] = (),
) -> Json:
    """A page of a kind of object.

    :param filters: parameters that must equal the field of the same (dotted) name; `created` may be a range
    :param conditions: further SQL conditions
    """
    clauses: list[str] = ["kind = ?", *conditions]
    values: list[Any] = [kind]
    for name in filters:
        if name == "created":
            add_time_range(params.get("created"), "created", clauses, values)
        elif name in params:
            clauses.append(f"json_extract(body, '$.{name}') = ?")
            values.append(params[name])
    return page(transaction, params, OBJECTS, (clauses, values), url)


def page(
    transaction: Transaction, params: Json, rows: Rows, where: tuple[Sequence[str], Sequence[Any]], url: str
) -> Json:
    """A page of objects that fulfil some conditions (and their values)."""
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise Refused("This value must be between 1 and 100 (inclusive).", param="limit")
    if "starting_after" in params and "ending_before" in params:
        raise Refused("You cannot parameterize both starting_after and ending_before.", param="starting_after")
    clauses, values = list(where[0]), list(where[1])
    backwards = "ending_before" in params
    for name, comparison in (("starting_after", "<"), ("ending_before", ">")):
        if name in params:
            clauses.append(f"seq {comparison} ?")
            values.append(_position(transaction, rows.source.split()[0], params[name], name))
    condition = " AND ".join(clauses) or "1"
    found = transaction.connection.execute(
        f"SELECT {rows.columns} FROM {rows.source} WHERE {condition}"
        f" ORDER BY seq {'ASC' if backwards else 'DESC'} LIMIT {limit + 1}",
        values,
    ).fetchall()
    data = [rows.read(row) for row in found[:limit]]
    return shapes.list_of(data[::-1] if backwards else data, url, has_more=len(found) > limit)


def _position(transaction: Transaction, table: str, identifier: str, param: str) -> int:
    row = transaction.connection.execute(f"SELECT seq FROM {table} WHERE id = ?", (identifier,)).fetchone()
    if row is None:
        refusal = missing_object("object", identifier, param)
        refusal.status = 400
        raise refusal
    return int(row[0])


def add_time_range(wanted: Any, column: str, clauses: list[str], values: list[Any]) -> None:
    """Turn `created=…` or `created[gte]=…` into conditions."""
    if isinstance(wanted, int):
        clauses.append(f"{column} = ?")
        values.append(wanted)
    elif isinstance(wanted, dict):
        for name, moment in wanted.items():
            clauses.append(f"{column} {_COMPARISONS[name]} ?")
            values.append(moment)
