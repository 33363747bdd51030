"""Months that are closed: what is posted later counts for a later month."""

# ruff: noqa: S608 - SQL made of constants, no value of a request comes near it

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import append_only
from ledger.models.books import CLOSING_LOCK


class Closing(models.Model):
    """The books are closed up to the end of a month, for ever. A correction is booked in an open one."""

    until = models.DateField(_("closed until"), unique=True, help_text="the last day of a month")
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("closing")
        verbose_name_plural = _("closings")
        triggers = [
            append_only.kept("closing_is_kept"),
            append_only.never_emptied("closings_are_never_emptied"),
            pgtrigger.Trigger(
                name="closing_follows_the_one_before",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                # Whoever is posting now is waited for; who comes later finds the month closed.
                func=f"""
                    PERFORM pg_advisory_xact_lock({CLOSING_LOCK});
                    IF extract(day FROM NEW.until + 1) <> 1
                       OR NEW.until <= (SELECT max(until) FROM ledger_closing)
                       -- Nowhere is it later than fourteen hours after UTC.
                       OR NEW.until >= (NEW.closed_at AT TIME ZONE 'UTC' + interval '14 hours')::date
                    THEN RAISE EXCEPTION 'the books are not closed on %', NEW.until
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_closing_ends_a_later_month';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.until.isoformat()
