"""Money that is kept aside for somebody."""

# ruff: noqa: S608 - SQL made of constants, no value of a request comes near it

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from core import append_only
from core.money import from_minor
from ledger.models.books import FUND_MAY_NOT_BE_OVERDRAWN, Fund, Transaction

_PURPOSES = {"aid-request": _("aid request")}


class Promise(models.Model):
    """Money of a fund that is promised and not yet paid. It is not available for another promise."""

    class State(models.TextChoices):
        OPEN = "open", _("promised")
        SETTLED = "settled", _("paid")
        RELEASED = "released", _("released")

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="promises")
    reference = models.CharField(max_length=120, unique=True, help_text="what is promised, once: aid-request:7")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    settled_by = models.OneToOneField(Transaction, on_delete=models.PROTECT, null=True, related_name="settles")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="ledger_promise_is_positive"),
            models.CheckConstraint(
                condition=models.Q(state="open", ended_at__isnull=True, settled_by__isnull=True)
                | models.Q(state="released", ended_at__isnull=False, settled_by__isnull=True)
                | models.Q(state="settled", ended_at__isnull=False, settled_by__isnull=False),
                name="ledger_promise_ends_once",
            ),
        ]
        triggers = [
            append_only.never_deleted("promise_is_kept"),
            append_only.never_emptied("promises_are_never_emptied"),
            pgtrigger.Trigger(
                name="promise_changes_only_by_ending",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF OLD.state <> 'open' OR NEW.state = 'open'
                       OR (OLD.fund_id, OLD.reference, OLD.amount_minor, OLD.currency, OLD.made_at)
                          IS DISTINCT FROM (NEW.fund_id, NEW.reference, NEW.amount_minor, NEW.currency, NEW.made_at)
                    THEN RAISE EXCEPTION 'promise % is already made', OLD.reference
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_promise_is_not_changed';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="promise_does_not_overdraw",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    IF NEW.currency <> (SELECT currency FROM ledger_fund WHERE id = NEW.fund_id)
                    THEN RAISE EXCEPTION 'fund % counts in another currency', NEW.fund_id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_promise_currency_is_the_funds';
                    END IF;
                """
                + FUND_MAY_NOT_BE_OVERDRAWN,
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def purpose(self) -> str:
        """What it was promised for, without for whom: not everybody who sees the books sees cases."""
        kind = self.reference.partition(":")[0]
        return str(_PURPOSES.get(kind, kind))

    @property
    def amount(self) -> Money:
        return from_minor(self.amount_minor, self.currency)
