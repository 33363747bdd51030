"""Annual statements: one paper per donor, year and legal entity that lists the year's receipts; and the runs that issue them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from core import append_only, moving
from core.money import from_minor
from donations.models.giving import Donor
from donations.models.receipts import KeptPdf, ReceiptSeries, kept_pdf_triggers, new_code
from organisation.models import LegalEntity


class StatementRun(models.Model):
    """One issuing of a year's statements: begun by somebody, done in small steps, stopped and taken up again at will."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        STOPPED = "stopped", _("stopped")
        DONE = "done", _("done")

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="statement_runs")
    year = models.PositiveSmallIntegerField()
    is_test = models.BooleanField()
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", help_text="none: a shell"
    )
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    mailing_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    mailing_asked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("run of statements")
        verbose_name_plural = _("runs of statements")
        constraints = [
            # Two at once would race for the same donors.
            models.UniqueConstraint(
                fields=["legal_entity", "year", "is_test"],
                condition=~Q(state="done"),
                name="donations_one_statement_run_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="done", finished_at__isnull=False) | (~Q(state="done") & Q(finished_at__isnull=True)),
                name="donations_statement_run_that_is_done_has_an_end",
            ),
        ]
        triggers = [
            append_only.never_deleted("statement_run_is_kept"),
            moving.moves(
                "statement_run_moves_on", [("running", "stopped"), ("stopped", "running"), ("running", "done")]
            ),
            moving.fixed(
                "statement_run_is_not_rewritten", ["legal_entity_id", "year", "is_test", "started_by_id", "started_at"]
            ),
            moving.set_once("statement_run_is_mailed_once", ["mailing_asked_by_id", "mailing_asked_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.legal_entity} {self.year}"


class StatementTask(models.Model):
    """One donor's turn in a run."""

    class State(models.TextChoices):
        DUE = "due", _("waits")
        ISSUED = "issued", _("issued")
        REPLACED = "replaced", _("issued anew, replaces an earlier one")
        VOIDED = "voided", _("nothing is left: the earlier one is void")
        UNCHANGED = "unchanged", _("unchanged since the earlier one")
        NOTHING = "nothing", _("no valid receipt in this year")
        FAILED = "failed", _("failed")

    run = models.ForeignKey(StatementRun, on_delete=models.PROTECT, related_name="tasks")
    donor = models.ForeignKey(Donor, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.DUE)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "donor"], name="donations_donor_has_one_turn"),
            models.CheckConstraint(
                condition=Q(state="due", done_at__isnull=True) | (~Q(state="due") & Q(done_at__isnull=False)),
                name="donations_statement_task_that_is_done_has_a_time",
            ),
        ]
        indexes = [models.Index(fields=["run"], condition=Q(state="due"), name="donations_statement_due")]
        triggers = [
            append_only.never_deleted("statement_task_is_kept"),
            append_only.never_emptied("statement_tasks_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"{self.run}: {self.donor_id}"


class Statement(models.Model):
    """A numbered annual statement, frozen as it is issued."""

    class State(models.TextChoices):
        ISSUED = "issued", _("valid")
        REPLACED = "replaced", _("replaced by another")
        VOID = "void", _("void")

    series = models.ForeignKey(ReceiptSeries, on_delete=models.PROTECT, related_name="statements")
    sequence = models.PositiveIntegerField()
    number = models.CharField(max_length=40, unique=True)
    code = models.CharField(max_length=16, unique=True, default=new_code, help_text="by which anyone may check it")
    state = models.CharField(max_length=10, choices=State, default=State.ISSUED)
    donor = models.ForeignKey(Donor, on_delete=models.PROTECT, related_name="statements")
    run = models.ForeignKey(StatementRun, on_delete=models.PROTECT, related_name="statements")
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    issued_on = models.DateField(help_text="in the legal entity's time zone, fixed at issue")
    issued_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="when it became void or was replaced")
    snapshot = models.JSONField(help_text="every field that is printed, as it was at issue")
    snapshot_sha256 = models.BinaryField(max_length=32)
    content_sha256 = models.BinaryField(max_length=32, help_text="of what would make another one necessary")
    mailed_at = models.DateTimeField(null=True, help_text="when its letter was queued")
    erased_at = models.DateTimeField(null=True, help_text="when its donor was erased: number, date and sums stay")

    class Meta:
        verbose_name = _("annual statement")
        verbose_name_plural = _("annual statements")
        constraints = [
            models.UniqueConstraint(fields=["series", "sequence"], name="donations_statement_number_is_used_once"),
            models.UniqueConstraint(
                fields=["series", "donor"], condition=Q(state="issued"), name="donations_donor_has_one_live_statement"
            ),
            models.CheckConstraint(
                condition=Q(state="issued", ended_at__isnull=True) | (~Q(state="issued") & Q(ended_at__isnull=False)),
                name="donations_statement_that_ended_has_an_end",
            ),
        ]
        triggers = [
            append_only.never_deleted("statement_is_kept"),
            append_only.never_emptied("statements_are_never_emptied"),
            moving.moves("statement_moves_on", [("issued", "replaced"), ("issued", "void"), ("void", "replaced")]),
            moving.fixed(
                "statement_is_not_rewritten",
                [
                    "series_id",
                    "sequence",
                    "number",
                    "code",
                    "donor_id",
                    "run_id",
                    "replaces_id",
                    "issued_on",
                    "issued_at",
                    "snapshot_sha256",
                    "content_sha256",
                ],
            ),
            moving.emptied_with(
                "statement_loses_only_its_donor",
                column="snapshot",
                allowed="""
                    OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
                    AND NEW.snapshot = OLD.snapshot - 'donor' - 'address'
                """,
            ),
            moving.set_once("statement_is_mailed_and_erased_once", ["mailed_at", "erased_at"]),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_valid(self) -> bool:
        return self.state == self.State.ISSUED

    @property
    def totals(self) -> list[Money]:
        """What the gifts of money on it come to, one sum per currency."""
        return [from_minor(*total) for total in self.snapshot["totals"]]


class StatementDocument(KeptPdf):
    """The PDF of a statement as it was issued."""

    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="document")

    class Meta:
        triggers = kept_pdf_triggers("statement_pdf", paper="statement")

    def __str__(self) -> str:
        return str(self.statement)
