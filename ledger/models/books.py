"""What money moved: double entry, append-only, enforced by the database.

Amounts are whole minor units with the currency beside them; debits are positive, credits negative.
"""

# ruff: noqa: S608 - SQL made of constants, no value of a request comes near it

from datetime import date

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from core import append_only, moving
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
        triggers = [
            # Both stand in the leaves of the sealed tree.
            moving.fixed("fund_keeps_its_short_name", ["slug", "currency"]),
        ]

    def __str__(self) -> str:
        return self.name


class Account(models.TextChoices):
    """The accounts; their numbers and types are in ``ledger.chart``."""

    STRIPE = "stripe", _("Stripe balance")
    BANK = "bank", _("Bank account")
    OPENING = "opening", _("Opening balances")
    BETWEEN_FUNDS = "between_funds", _("Transfers between funds")
    GIFTS = "gifts", _("Gifts")
    GIFTS_IN_KIND = "gifts_in_kind", _("Gifts in kind")
    OTHER_INCOME = "other_income", _("Other income")
    AID = "aid", _("Mutual aid")
    WORK = "work", _("Paid work")
    OUTREACH = "outreach", _("Outreach")
    RUNNING = "running", _("Running costs")
    FEES = "fees", _("Payment fees")
    IN_KIND = "in_kind", _("Gifts in kind, used")


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
    PROVIDER_FEE = "provider_fee", _("Fee of the payment service")
    DISBURSEMENT = "disbursement", _("Payment of aid")
    OPENING = "opening", _("Opening balance")
    TRANSFER = "transfer", _("Transfer between funds")
    SPENDING = "spending", _("Money spent")
    INCOME = "income", _("Other income")
    REVERSAL = "reversal", _("Reversal")


# What nobody outside tells us of: one person proposes it, another one books it (``ledger.proposals``).
BY_HAND = (Kind.OPENING, Kind.TRANSFER, Kind.SPENDING, Kind.INCOME)

_BY_HAND = ", ".join(f"'{kind.value}'" for kind in BY_HAND)
_BOOKED_BY_HAND = ", ".join(
    f"'{account.value}'"
    for account in [
        Account.OPENING,
        Account.BETWEEN_FUNDS,
        Account.OTHER_INCOME,
        Account.WORK,
        Account.OUTREACH,
        Account.RUNNING,
    ]
)

# Who posts shares it, who closes a month has it alone; the number only has to be the same everywhere.
CLOSING_LOCK = 0x4C43_4C4F

FUND_MAY_NOT_BE_OVERDRAWN = """
    PERFORM 1 FROM ledger_fund WHERE id = NEW.fund_id FOR NO KEY UPDATE;
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
    booked_on = models.DateField(
        help_text="the day it counts for, in the organisation's time zone: when it occurred, or the first open day after"
    )
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    memo = models.CharField(max_length=200, blank=True, help_text="no personal data: the books are kept for ever")
    written_in = append_only.WrittenIn(editable=False, help_text="its entries come with it, none later")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(booked_on__gte=date(1970, 1, 1), booked_on__lt=date(9999, 12, 31)),
                name="ledger_transaction_counts_for_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(kind=Kind.REVERSAL, reverses__isnull=False)
                | (~models.Q(kind=Kind.REVERSAL) & models.Q(reverses__isnull=True)),
                name="ledger_only_a_reversal_reverses",
            ),
        ]
        indexes = [models.Index(fields=["booked_on"], name="ledger_transaction_by_day")]
        triggers = [
            append_only.kept("transaction_is_kept"),
            append_only.never_emptied("transactions_are_never_emptied"),
            pgtrigger.Trigger(
                name="nothing_is_posted_into_a_closed_month",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("closed", "date")],
                func=f"""
                    PERFORM pg_advisory_xact_lock_shared({CLOSING_LOCK});
                    SELECT max(until) INTO closed FROM ledger_closing;
                    IF NEW.booked_on <= closed THEN
                        IF NEW.kind IN ({_BY_HAND})
                        THEN RAISE EXCEPTION 'the books are closed until %', closed
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_closed_month_takes_nothing';
                        END IF;
                        NEW.booked_on := closed + 1;
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="booking_by_hand_takes_two_people",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func=f"""
                    IF (NEW.kind IN ({_BY_HAND}) OR EXISTS (
                            SELECT 1 FROM ledger_transaction WHERE id = NEW.reverses_id AND kind IN ({_BY_HAND})))
                       AND NOT EXISTS (
                            SELECT 1 FROM ledger_proposal WHERE transaction_id = NEW.id AND state = 'booked'
                            AND decided_by_id <> proposed_by_id)
                    THEN RAISE EXCEPTION 'nobody else has agreed to transaction %', NEW.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_booking_by_hand_takes_two';
                    END IF;
                    RETURN NULL;
                """,
            ),
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
                name="entry_comes_with_its_transaction",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("of", "record")],
                func=f"""
                    SELECT kind, written_in INTO of FROM ledger_transaction WHERE id = NEW.transaction_id;
                    IF of.written_in <> pg_current_xact_id()
                    THEN RAISE EXCEPTION 'transaction % is booked already', NEW.transaction_id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transaction_is_complete';
                    END IF;
                    IF NEW.account IN ({_BOOKED_BY_HAND}) AND of.kind NOT IN ({_BY_HAND}, 'reversal')
                    THEN RAISE EXCEPTION 'account % is booked by hand', NEW.account
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_account_is_booked_by_hand';
                    END IF;
                    RETURN NEW;
                """,
            ),
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
                func=f"""
                    IF NEW.account NOT IN ('stripe', 'bank') OR NEW.amount_minor > 0 OR NOT EXISTS (
                        SELECT 1 FROM ledger_transaction t LEFT JOIN ledger_transaction o ON o.id = t.reverses_id
                        WHERE t.id = NEW.transaction_id
                        AND (t.kind IN ('disbursement', {_BY_HAND}) OR o.kind IN ({_BY_HAND})))
                    THEN RETURN NULL;
                    END IF;
                """
                + FUND_MAY_NOT_BE_OVERDRAWN,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount_minor} {self.currency}"

    @property
    def amount(self) -> Money:
        return from_minor(self.amount_minor, self.currency)
