"""What money moved: double entry, append-only, enforced by the database.

Amounts are whole minor units with the currency beside them; debits are positive, credits negative.
"""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from core import append_only
from core.money import from_minor


class Fund(models.Model):
    """Money given for a purpose. A fund counts in one currency."""

    slug = models.SlugField(_("short name"), unique=True, help_text=_("Stands in addresses"))
    name = models.CharField(_("name"), max_length=80)
    description = models.TextField(_("what it is for"), blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    is_restricted = models.BooleanField(_("may be spent on its purpose only"), default=False)
    is_public = models.BooleanField(_("shown in the public books"), default=True)
    pays_aid = models.BooleanField(_("pays mutual aid"), default=False)

    class Meta:
        verbose_name = _("fund")
        verbose_name_plural = _("funds")

    def __str__(self) -> str:
        return self.name


class Account(models.TextChoices):
    """The chart of accounts. Assets are what a fund owns; its balance is their sum."""

    STRIPE = "stripe", _("Stripe balance")
    BANK = "bank", _("Bank account")
    GIFTS = "gifts", _("Gifts")
    FEES = "fees", _("Payment fees")
    AID = "aid", _("Mutual aid")


ASSETS = (Account.STRIPE, Account.BANK)


class Kind(models.TextChoices):
    """Why money moved. What the provider did is always booked; what we do may not overdraw a fund."""

    GIFT = "gift", _("Gift")
    REFUND = "refund", _("Refund")
    REFUND_FAILED = "refund_failed", _("Refund that failed")
    DISPUTE = "dispute", _("Dispute")
    DISPUTE_RETURNED = "dispute_returned", _("Disputed money that came back")
    PAYOUT = "payout", _("Payout to the bank")
    PAYOUT_FAILED = "payout_failed", _("Payout that failed")
    DISBURSEMENT = "disbursement", _("Payment of aid")
    REVERSAL = "reversal", _("Reversal")


_FUND_MAY_NOT_BE_OVERDRAWN = """
    PERFORM 1 FROM ledger_fund WHERE id = NEW.fund_id FOR UPDATE;
    IF (SELECT coalesce(sum(amount_minor), 0) FROM ledger_entry
            WHERE fund_id = NEW.fund_id AND account IN ('stripe', 'bank'))
     - (SELECT coalesce(sum(amount_minor), 0) FROM ledger_promise
            WHERE fund_id = NEW.fund_id AND state = 'open') < 0
    THEN RAISE EXCEPTION 'fund % has less available than that', NEW.fund_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_fund_is_not_overdrawn';
    END IF;
    RETURN NULL;
"""


class Transaction(models.Model):
    """One movement of money. Its entries sum to zero in each currency."""

    kind = models.CharField(max_length=20, choices=Kind)
    reference = models.CharField(
        max_length=120, unique=True, help_text="what it books, once: stripe:txn_…, disbursement:7:1"
    )
    occurred_at = models.DateTimeField(help_text="when the money moved, as the outside world dates it")
    recorded_at = models.DateTimeField(help_text="when we booked it")
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    memo = models.CharField(max_length=200, blank=True, help_text="no personal data: the books are kept for ever")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind=Kind.REVERSAL, reverses__isnull=False)
                | (~models.Q(kind=Kind.REVERSAL) & models.Q(reverses__isnull=True)),
                name="ledger_only_a_reversal_reverses",
            ),
        ]
        triggers = [
            append_only.kept("transaction_is_kept"),
            append_only.never_emptied("transactions_are_never_emptied"),
            pgtrigger.Trigger(
                name="transaction_has_entries",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func="""
                    IF (SELECT count(*) FROM ledger_entry WHERE transaction_id = NEW.id) < 2
                    THEN RAISE EXCEPTION 'transaction % has fewer than two entries', NEW.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transaction_has_entries';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Entry(models.Model):
    """One side of a transaction: so much, in or out of one account of one fund."""

    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="entries")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="entries")
    account = models.CharField(max_length=20, choices=Account)
    amount_minor = models.BigIntegerField(help_text="debit positive, credit negative")
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="ledger_entry_moves_something"),
            models.CheckConstraint(
                condition=models.Q(account__in=Account.values), name="ledger_entry_account_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["fund", "account"], include=["amount_minor"], name="ledger_entry_by_fund"),
        ]
        triggers = [
            append_only.kept("entry_is_kept"),
            append_only.never_emptied("entries_are_never_emptied"),
            pgtrigger.Trigger(
                name="entries_balance",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func="""
                    IF EXISTS (SELECT 1 FROM ledger_entry WHERE transaction_id = NEW.transaction_id
                               GROUP BY currency HAVING sum(amount_minor) <> 0)
                    THEN RAISE EXCEPTION 'entries of transaction % do not sum to zero', NEW.transaction_id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entries_sum_to_zero';
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="entry_is_in_its_funds_currency",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    IF NEW.currency <> (SELECT currency FROM ledger_fund WHERE id = NEW.fund_id)
                    THEN RAISE EXCEPTION 'fund % counts in another currency', NEW.fund_id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_currency_is_the_funds';
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="payment_does_not_overdraw",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func="""
                    IF (SELECT kind FROM ledger_transaction WHERE id = NEW.transaction_id) <> 'disbursement'
                    THEN RETURN NULL;
                    END IF;
                """
                + _FUND_MAY_NOT_BE_OVERDRAWN,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount_minor} {self.currency}"

    @property
    def amount(self) -> Money:
        return from_minor(self.amount_minor, self.currency)


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
                + _FUND_MAY_NOT_BE_OVERDRAWN,
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def amount(self) -> Money:
        return from_minor(self.amount_minor, self.currency)
