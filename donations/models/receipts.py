"""Receipts: documents with a number of their own, never edited; what changed is said by the next one."""

import secrets

# ruff: noqa: S608 - SQL made of constants, no value of a request comes near it
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from core import append_only, moving
from core.money import from_minor
from donations.models.money import Payment
from organisation.models import LegalEntity


def new_code() -> str:
    """Return twelve letters and digits (58 bits) that are told apart on paper: no 0, O, 1, I, L, U."""
    return "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(12))


class Paper(models.TextChoices):
    """What is numbered."""

    RECEIPT = "receipt", _("receipt")
    STATEMENT = "statement", _("annual statement")


class ReceiptSeries(models.Model):
    """The counter of one legal entity's receipts (or statements) of a year, live or test. It only counts on by one."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="receipt_series")
    year = models.PositiveSmallIntegerField()
    is_test = models.BooleanField()
    paper = models.CharField(max_length=10, choices=Paper, default=Paper.RECEIPT)
    prefix = models.CharField(max_length=20, unique=True, help_text="RW-2026- or TEST-RW-2026-")
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["legal_entity", "year", "is_test", "paper"], name="donations_receipt_series_is_one_of_its_kind"
            ),
        ]
        triggers = [
            append_only.never_deleted("receipt_series_is_kept"),
            append_only.never_emptied("receipt_series_are_never_emptied"),
            moving.fixed("receipt_series_is_not_rewritten", ["legal_entity_id", "year", "is_test", "paper", "prefix"]),
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

    class Ended(models.TextChoices):
        MONEY_WENT_BACK = "money_back", _("money went back to the donor, or came back from there")
        CORRECTED = "corrected", _("corrected")
        MISTAKE = "mistake", _("issued by mistake")
        DONOR_ASKED = "asked", _("the donor asked for it")

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
    ended_because = models.CharField(max_length=12, choices=Ended, blank=True)
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
                condition=Q(state="issued", ended_at__isnull=True, ended_because="")
                | (~Q(state="issued") & Q(ended_at__isnull=False) & ~Q(ended_because="")),
                name="donations_receipt_that_ended_has_a_reason",
            ),
        ]
        triggers = [
            append_only.never_deleted("receipt_is_kept"),
            append_only.never_emptied("receipts_are_never_emptied"),
            moving.moves("receipt_moves_on", [("issued", "replaced"), ("issued", "void"), ("void", "replaced")]),
            moving.fixed(
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
            moving.emptied_with(
                "receipt_loses_only_its_donor",
                column="snapshot",
                allowed="""
                    OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
                    AND NEW.snapshot = OLD.snapshot - 'donor' - 'address' - 'honouree' - 'benefit_text' - 'goods'
                """,
            ),
            moving.set_once("receipt_is_erased_once", ["erased_at"]),
            moving.set_once("receipt_ends_once", ["ended_at"]),
            moving.emptied_with(
                "receipt_ends_for_one_reason", column="ended_because", allowed="OLD.ended_because = ''"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def amount(self) -> Money:
        return from_minor(self.amount_minor, self.currency)

    @property
    def is_valid(self) -> bool:
        return self.state == self.State.ISSUED


class KeptPdf(models.Model):
    """A PDF that was made once and is kept with its hash; of an erased donor's only the hash is left."""

    pdf = models.BinaryField(null=True)
    sha256 = models.BinaryField(max_length=32, db_index=True)
    made_at = models.DateTimeField()

    class Meta:
        abstract = True

    @property
    def content(self) -> bytes:
        """The PDF; empty if its donor was erased."""
        return bytes(self.pdf or b"")


def kept_pdf_triggers(name: str, *, paper: str) -> list[pgtrigger.Trigger]:
    """Return what holds a kept PDF as it is.

    :param name: the beginning of the triggers' names
    :param paper: the column that names what the PDF is of, without ``_id``; its table tells whether the donor is erased
    """
    return [
        append_only.never_deleted(f"{name}_is_kept"),
        moving.fixed(f"{name}_is_not_rewritten", [f"{paper}_id", "sha256", "made_at"]),
        moving.emptied_with(
            f"{name}_is_emptied_with_its_{paper}",
            column="pdf",
            allowed=f"""
                    NEW.pdf IS NULL
                    AND (SELECT erased_at FROM donations_{paper} WHERE id = NEW.{paper}_id) IS NOT NULL
                """,
        ),
        append_only.never_emptied(f"{name}s_are_never_emptied"),
    ]


class ReceiptDocument(KeptPdf):
    """The PDF of a receipt as it was issued."""

    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="document")

    class Meta:
        triggers = kept_pdf_triggers("receipt_document", paper="receipt")

    def __str__(self) -> str:
        return str(self.receipt)


class Duplicate(KeptPdf):
    """The second print of a receipt, which says that it is one. Made when it is first asked for, and kept like the first."""

    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="duplicate")

    class Meta:
        triggers = kept_pdf_triggers("duplicate", paper="receipt")

    def __str__(self) -> str:
        return str(self.receipt)


class ReceiptDetails(models.Model):
    """What a gift's receipts say from now on beside the gift itself, written by staff; the newest row counts.

    A corrected name and address, and what the donor received in return (goods or services: the receipt states their
    value, and what of the gift is beyond it).
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="receipt_details")
    name = models.CharField(max_length=120, blank=True, help_text="empty: as the donor wrote it")
    address = models.TextField(blank=True, help_text="empty: as the donor wrote it")
    benefit_minor = models.BigIntegerField(default=0, help_text="value of what was received, in the gift's currency")
    benefit = models.CharField(max_length=200, blank=True, help_text="what was received")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    reason = models.CharField(max_length=200, help_text="why; goes with its donor")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(benefit_minor=0, benefit="") | (Q(benefit_minor__gt=0) & ~Q(benefit="")),
                name="donations_benefit_is_described",
            ),
        ]
        indexes = [models.Index(fields=["payment", "-id"], name="donations_details_newest")]
        triggers = [
            append_only.never_deleted("receipt_details_are_kept"),
            append_only.never_emptied("receipt_details_are_never_emptied"),
            moving.fixed(
                "receipt_details_are_not_rewritten",
                ["payment_id", "benefit_minor", "benefit", "written_by_id", "written_at"],
            ),
            *(
                moving.emptied_with(f"receipt_details_lose_only_{column}", column=column, allowed=f"NEW.{column} = ''")
                for column in ("name", "address", "reason")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment}: {self.written_at}"
