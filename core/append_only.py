"""Triggers for tables whose rows are kept as they are written. Declared in a model's ``Meta.triggers``."""

from collections.abc import Iterable
from typing import Any

import pgtrigger
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func


class WrittenIn(models.Field[Any, Any]):
    """The database transaction (``xid8``) that wrote a row, filled by the database: by it a row knows what came with it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("db_default", Func(function="pg_current_xact_id"))
        super().__init__(*args, **kwargs)

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "xid8"


def kept(name: str) -> pgtrigger.Trigger:
    """Refuse every update and delete of a row."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)


def never_deleted(name: str) -> pgtrigger.Trigger:
    """Refuse every delete; updates may have a trigger of their own."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Delete)


def never_emptied(name: str) -> pgtrigger.Trigger:
    """Refuse TRUNCATE, which passes by the triggers for rows."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;",
    )


def kept_but_emptied(name: str, columns: Iterable[str]) -> pgtrigger.Trigger:
    """Refuse every change of a row but emptying these sealed columns, or sealing them anew with another key."""
    names = list(columns)
    rest = "to_jsonb({row})" + "".join(f" - '{column}'" for column in names)
    return _unless(name, f"{_fills(names)} OR {rest.format(row='OLD')} <> {rest.format(row='NEW')}")


def only_emptied(name: str, columns: Iterable[str]) -> pgtrigger.Trigger:
    """Refuse to write these sealed columns once the row is there, but for emptying them or sealing them anew."""
    return _unless(name, _fills(columns))


def _fills(columns: Iterable[str]) -> str:
    """SQL: one of these gets words that are not its own. What is sealed anew names another key (see ``core.sealing``)."""
    header = "substr({row}.{c}, 1, 2 + get_byte({row}.{c}, 1))"
    tests = " OR ".join(
        f"(NEW.{c} IS NOT NULL AND OLD.{c} IS DISTINCT FROM NEW.{c} AND (OLD.{c} IS NULL"
        f" OR get_byte(NEW.{c}, 0) NOT BETWEEN get_byte(OLD.{c}, 0) AND 9"
        f" OR {header.format(row='OLD', c=c)} = {header.format(row='NEW', c=c)}))"
        for c in columns
    )
    return f"({tests})"


def _unless(name: str, refused: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
            IF {refused}
            THEN RAISE EXCEPTION 'what a row of % says is kept', TG_TABLE_NAME
                USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
            END IF;
            RETURN NEW;
        """,
    )
