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


def fixed(name: str, columns: Iterable[str]) -> pgtrigger.Trigger:
    """Refuse every change of these columns once the row is written."""
    names = list(columns)
    old, new = (", ".join(f"{side}.{column}" for column in names) for side in ("OLD", "NEW"))
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
            IF ROW({old}) IS DISTINCT FROM ROW({new})
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


def donor_is_merged_once() -> pgtrigger.Trigger:
    """Refuse chains of merged donors: who is merged stands for nobody, who stands for somebody is not merged."""
    return pgtrigger.Trigger(
        name="donor_is_merged_once",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func="""
            IF NEW.merged_into_id IS NOT NULL AND (
                EXISTS (SELECT 1 FROM donations_donor WHERE merged_into_id = NEW.id)
                OR EXISTS (SELECT 1 FROM donations_donor WHERE id = NEW.merged_into_id AND merged_into_id IS NOT NULL))
            THEN RAISE EXCEPTION 'donor % is merged into one that is merged, or stands for others', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'donor_is_merged_once';
            END IF;
            RETURN NULL;
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
