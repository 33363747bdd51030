"""Triggers for donors."""

import pgtrigger


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
