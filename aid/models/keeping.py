"""How long what is kept, what was erased, and the numbers without people that stay behind."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from aid.answers import Country, Kind, Tenure
from aid.classes import DataClass
from aid.models.cases import Case
from aid.statuses import Status
from core import append_only, moving


class RetentionRule(models.Model):
    """How long one class of data is kept. Changed at the desk; each change is in the audit trail."""

    data_class = models.CharField(max_length=20, choices=DataClass, primary_key=True)
    days = models.PositiveIntegerField(_("days"))

    class Meta:
        verbose_name = _("time of keeping")
        verbose_name_plural = _("times of keeping")
        constraints = [models.CheckConstraint(condition=models.Q(days__gte=1), name="aid_something_is_kept_a_day")]

    def __str__(self) -> str:
        return f"{self.data_class}: {self.days} days"


class LegalHold(models.Model):
    """Nothing of this case is erased by rule or by wish until the hold is lifted: the law asks to keep it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="legal_holds")
    reason_sealed = models.BinaryField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        triggers = [
            moving.fixed("legal_hold_is_not_changed", ["id", "case_id", "by_id", "at"]),
            moving.set_once("legal_hold_is_lifted_once", ["lifted_at", "lifted_by_id"]),
            append_only.only_emptied("legal_hold_reason_only_goes", ["reason_sealed"]),
            append_only.never_deleted("legal_hold_is_kept"),
            append_only.never_emptied("legal_holds_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"legal hold of {self.case_id}"


class Tombstone(models.Model):
    """What of a case was erased, when and on whose wish. It says nothing of what stood there."""

    class Wish(models.TextChoices):
        WORKER = "worker", _("the worker asked for it")
        RULE = "rule", _("its time was over")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tombstones")
    wish = models.CharField(max_length=10, choices=Wish)
    erased = ArrayField(models.CharField(max_length=20, choices=DataClass), help_text="the classes of data")
    at = models.DateTimeField()

    class Meta:
        triggers = [
            append_only.kept("tombstone_is_kept"),
            append_only.never_emptied("tombstones_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"erased {self.at:%Y-%m-%d}"


class CapMark(models.Model):
    """A keyed hash of an identity that was erased while the policy's period of a grant still runs.

    By it a new case of the same worker is seen to look like this one, so that nobody is paid past the cap. It opens
    nothing, and goes when the period is over.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="cap_marks")
    index = models.BinaryField(max_length=32, db_index=True)
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "index"], name="aid_one_mark_of_an_identity")]
        triggers = [
            moving.fixed("cap_mark_is_not_changed", ["id", "case_id", "index", "until"]),
            append_only.never_emptied("cap_marks_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"mark until {self.until:%Y-%m-%d}"


class CaseStatistic(models.Model):
    """What may be counted of a case whose story is gone: coarse, by month, without a way back to the case."""

    month = models.DateField(help_text="the first of the month in which it was sent in")
    kind = models.CharField(max_length=20, choices=Kind)
    country = models.CharField(max_length=20, choices=Country, blank=True)
    tenure = models.CharField(max_length=20, choices=Tenure, blank=True)
    wanted_money = models.BooleanField()
    outcome = models.CharField(max_length=20, choices=Status)
    days_to_decision = models.PositiveIntegerField(null=True)
    was_appealed = models.BooleanField()
    was_reinstated = models.BooleanField(null=True, help_text="none: not said")

    class Meta:
        triggers = [
            append_only.kept("statistic_is_kept"),
            append_only.never_emptied("statistics_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.month:%Y-%m}"
