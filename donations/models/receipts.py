"""Receipts: documents with a number of their own, never edited; what changed is said by the next one."""

import secrets

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from core import append_only
from core.money import from_minor
from donations import triggers
from donations.models.money import Payment
from organisation.models import LegalEntity


def new_code() -> str:
    """Return twelve letters and digits (58 bits) that are told apart on paper: no 0, O, 1, I, L, U."""
    return "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(12))


class ReceiptSeries(models.Model):
    """The counter of one legal entity, one year, live or test. It only ever counts on by one."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="receipt_series")
    year = models.PositiveSmallIntegerField()
    is_test = models.BooleanField()
    prefix = models.CharField(max_length=20, unique=True, help_text="RW-2026- or TEST-RW-2026-")
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["legal_entity", "year", "is_test"], name="donations_receipt_series_is_one_of_its_kind"
            ),
        ]
        triggers = [
            append_only.never_deleted("receipt_series_is_kept"),
            append_only.never_emptied("receipt_series_are_never_emptied"),
            triggers.fixed("receipt_series_is_not_rewritten", ["legal_entity_id", "year", "is_test", "prefix"]),
            pgtrigger.Trigger(
                name="receipt_series_counts_by_one",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF NEW.last_number <> OLD.last_number + 1
                    THEN RAISE EXCEPTION 'receipt series % counts on by one', OLD.prefix
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_series_counts_by_one';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.prefix


class Receipt(models.Model):
    """A numbered receipt for one gift, frozen as it is issued."""

    class State(models.TextChoices):
        ISSUED = "issued", _("valid")
        REPLACED = "replaced", _("replaced by another")
        VOID = "void", _("void")

    series = models.ForeignKey(ReceiptSeries, on_delete=models.PROTECT, related_name="receipts")
    sequence = models.PositiveIntegerField()
    number = models.CharField(max_length=40, unique=True)
    code = models.CharField(max_length=16, unique=True, default=new_code, help_text="by which anyone may check it")
    state = models.CharField(max_length=10, choices=State, default=State.ISSUED)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="receipts")
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    issued_on = models.DateField(help_text="in the legal entity's time zone, fixed at issue")
    issued_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="when it became void or was replaced")
    snapshot = models.JSONField(help_text="every field that is printed, as it was at issue")
    snapshot_sha256 = models.BinaryField(max_length=32)
    erased_at = models.DateTimeField(null=True, help_text="when its donor was erased: number, date and amount stay")

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.UniqueConstraint(fields=["series", "sequence"], name="donations_receipt_number_is_used_once"),
            models.UniqueConstraint(
                fields=["payment"], condition=Q(state="issued"), name="donations_gift_has_one_live_receipt"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="donations_receipt_is_positive"),
            models.CheckConstraint(
                condition=Q(state="issued", ended_at__isnull=True) | (~Q(state="issued") & Q(ended_at__isnull=False)),
                name="donations_receipt_that_ended_has_an_end",
            ),
        ]
        triggers = [
            append_only.never_deleted("receipt_is_kept"),
            append_only.never_emptied("receipts_are_never_emptied"),
            triggers.moves("receipt_moves_on", [("issued", "replaced"), ("issued", "void"), ("void", "replaced")]),
            triggers.fixed(
                "receipt_is_not_rewritten",
                [
                    "series_id",
                    "sequence",
                    "number",
                    "code",
                    "payment_id",
                    "replaces_id",
                    "amount_minor",
                    "currency",
                    "issued_on",
                    "issued_at",
                    "snapshot_sha256",
                ],
            ),
            triggers.emptied_with(
                "receipt_loses_only_its_donor",
                column="snapshot",
                allowed="""
                    OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
                    AND NEW.snapshot = OLD.snapshot - 'donor' - 'address' - 'honouree'
                """,
            ),
            triggers.set_once("receipt_is_erased_once", ["erased_at"]),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def amount(self) -> Money:
        return from_minor(self.amount_minor, self.currency)

    @property
    def is_valid(self) -> bool:
        return self.state == self.State.ISSUED


class ReceiptDocument(models.Model):
    """The PDF of a receipt, made once and kept with its hash; of an erased donor's only the hash is left."""

    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="document")
    pdf = models.BinaryField(null=True)
    sha256 = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()

    class Meta:
        triggers = [
            append_only.never_deleted("receipt_document_is_kept"),
            triggers.fixed("receipt_document_is_not_rewritten", ["receipt_id", "sha256", "made_at"]),
            triggers.emptied_with(
                "receipt_document_is_emptied_with_its_receipt",
                column="pdf",
                allowed="""
                    NEW.pdf IS NULL
                    AND (SELECT erased_at FROM donations_receipt WHERE id = NEW.receipt_id) IS NOT NULL
                """,
            ),
            append_only.never_emptied("receipt_documents_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return str(self.receipt)

    @property
    def content(self) -> bytes:
        """The PDF; empty if its donor was erased."""
        return bytes(self.pdf or b"")
