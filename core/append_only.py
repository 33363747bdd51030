"""Triggers for tables whose rows are kept as they are written. Declared in a model's ``Meta.triggers``."""

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
