"""Triggers for tables whose rows are kept as they are written. Declared in a model's ``Meta.triggers``."""

import pgtrigger


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
