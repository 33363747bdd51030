"""Looks whether the triggers that the models declare are in the database: there, switched on, and as they were made."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.db import connection

# Bits of pg_trigger.tgtype (postgresql.org/docs/current/catalog-pg-trigger.html, src/include/catalog/pg_trigger.h).
_ROW, _BEFORE = 1, 2
_OPERATIONS = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
_BODY = re.compile(r"RETURNS TRIGGER AS \$\$(.*?)\$\$", re.DOTALL)


@dataclass(frozen=True)
class _Guard:
    """What the catalogue says of a trigger: when it fires, whether it waits for the commit, and what it runs."""

    fires: int
    is_deferred: bool
    body: str


def broken() -> Iterator[str]:
    """Name, in a sentence each, every trigger that is missing, switched off or changed."""
    there = _there()
    for table, name, wanted in _wanted():
        found = there.get((table, name))
        if found is None:
            yield f"table {table} has lost a trigger that guards it: {name}"
        elif found != wanted:
            yield f"trigger {name} of table {table} is not as it was made"


def count() -> int:
    """Return how many triggers there should be."""
    return len(list(pgtrigger.registered()))


def _wanted() -> Iterator[tuple[str, str, _Guard]]:
    for model, trigger in pgtrigger.registered():
        compiled = trigger.compile(model)
        body = _BODY.search(compiled.install_sql)
        yield (
            model._meta.db_table,
            trigger.get_pgid(model),
            _Guard(_fires(trigger), trigger.timing == pgtrigger.Deferred, _plain(body[1] if body else "")),
        )


def _fires(trigger: Any) -> int:
    level = _ROW if trigger.level == pgtrigger.Row else 0
    when = _BEFORE if trigger.when == pgtrigger.Before else 0
    return level | when | sum(bit for name, bit in _OPERATIONS.items() if name in str(trigger.operation))


def _there() -> dict[tuple[str, str], _Guard]:
    """Return the triggers that fire for whoever writes; one that is switched off, or has a condition, is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname, tgtype, tginitdeferred, prosrc"
            " FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgqual IS NULL AND cardinality(tgattr) = 0"
        )
        return {
            (table.strip('"'), name): _Guard(fires, is_deferred, _plain(body))
            for table, name, fires, is_deferred, body in cursor.fetchall()
        }


def _plain(body: str) -> str:
    return " ".join(body.split())
