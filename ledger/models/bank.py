"""What the bank says: its statements, line by line, and which bookings each line is."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from core import append_only, moving, sealing
from core.money import from_minor
from ledger.models.books import Transaction


class BankStatement(models.Model):
    """A file of the bank's lines that was taken in. The same file is taken once."""

    file_name = models.CharField(max_length=200)
    sha256 = models.BinaryField(max_length=32, unique=True)
    currency = models.CharField(max_length=3)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("bank statement")
        verbose_name_plural = _("bank statements")
        triggers = [
            append_only.kept("bank_statement_is_kept"),
            append_only.never_emptied("bank_statements_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return self.file_name


class BankLine(models.Model):
    """One line of the bank's. Its words may name people: they are sealed, and go once the line is matched."""

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    row = models.PositiveIntegerField()
    on = models.DateField()
    amount_minor = models.BigIntegerField(help_text="negative: it left the account")
    currency = models.CharField(max_length=3)
    words_sealed = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("bank line")
        verbose_name_plural = _("bank lines")
        constraints = [
            models.UniqueConstraint(fields=["statement", "row"], name="ledger_bank_line_is_taken_once"),
            models.CheckConstraint(condition=~Q(amount_minor=0), name="ledger_bank_line_moves_something"),
        ]
        indexes = [models.Index(fields=["on"], name="ledger_bank_line_by_day")]
        triggers = [
            append_only.never_deleted("bank_line_is_kept"),
            append_only.never_emptied("bank_lines_are_never_emptied"),
            moving.fixed("bank_line_is_not_rewritten", ["statement_id", "row", '"on"', "amount_minor", "currency"]),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.amount_minor} {self.currency}"

    @property
    def amount(self) -> Money:
        return from_minor(self.amount_minor, self.currency)

    @property
    def words(self) -> str:
        """What the bank wrote beside it; empty once the line is matched."""
        return sealing.unseal(self.words_sealed, context=self.place) if self.words_sealed else ""

    @property
    def place(self) -> str:
        """The name of the place that the sealed words are bound to."""
        return f"ledger_bankline.words:{self.statement_id}:{self.row}"


class BankMatch(models.Model):
    """This line is this booking; a line may be several, and then they add up to it. Taken back by deleting all of them."""

    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="matches")
    transaction = models.OneToOneField(Transaction, on_delete=models.PROTECT, related_name="bank_match")
    matched_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    matched_at = models.DateTimeField()

    class Meta:
        triggers = [
            append_only.never_emptied("bank_matches_are_never_emptied"),
            pgtrigger.Trigger(
                name="bank_matches_add_up",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM ledger_bankline l WHERE l.id IN (OLD.line_id, NEW.line_id)
                        AND EXISTS (SELECT 1 FROM ledger_bankmatch WHERE line_id = l.id)
                        AND l.amount_minor <> (
                            SELECT coalesce(sum(e.amount_minor), 0) FROM ledger_bankmatch m
                            JOIN ledger_entry e ON e.transaction_id = m.transaction_id
                            WHERE m.line_id = l.id AND e.account = 'bank' AND e.currency = l.currency))
                    THEN RAISE EXCEPTION 'the bookings do not add up to the line of the bank'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_bank_matches_add_up';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.transaction_id}"
