"""Triggers that let a row move only along allowed pairs of states, and some of its columns never."""

from collections.abc import Iterable

import pgtrigger


def moves(name: str, pairs: Iterable[tuple[str, str]], *, column: str = "state") -> pgtrigger.Trigger:
    """Refuse every change of ``column`` that is not one of the pairs, also from a shell."""
    allowed = ", ".join(f"('{old}', '{new}')" for old, new in pairs)
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
            IF OLD.{column} <> NEW.{column} AND (OLD.{column}, NEW.{column}) NOT IN ({allowed})
            THEN RAISE EXCEPTION '% % may not go from % to %', TG_TABLE_NAME, OLD.id, OLD.{column}, NEW.{column}
                USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
            END IF;
            RETURN NEW;
        """,
    )


def fixed(name: str, columns: Iterable[str], *, unless: str = "") -> pgtrigger.Trigger:
    """Refuse every change of these columns once the row is written.

    :param unless: SQL on OLD and NEW that lets a change through all the same
    """
    names = list(columns)
    old, new = (", ".join(f"{side}.{column}" for column in names) for side in ("OLD", "NEW"))
    but = f" AND NOT ({unless})" if unless else ""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
            IF ROW({old}) IS DISTINCT FROM ROW({new}){but}
            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
            END IF;
            RETURN NEW;
        """,
    )


def set_once(name: str, columns: Iterable[str]) -> pgtrigger.Trigger:
    """Let these columns be filled, but never changed or emptied again."""
    tests = " OR ".join(f"(OLD.{c} IS NOT NULL AND OLD.{c} IS DISTINCT FROM NEW.{c})" for c in columns)
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
            IF {tests}
            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
            END IF;
            RETURN NEW;
        """,
    )


def emptied_with(name: str, *, column: str, allowed: str) -> pgtrigger.Trigger:
    """Refuse every change of a column but the one that ``allowed`` (an SQL condition over OLD and NEW) describes."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
            IF OLD.{column} IS DISTINCT FROM NEW.{column} AND NOT ({allowed})
            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
            END IF;
            RETURN NEW;
        """,
    )
