"""Who looked, who may not look, and which cases are one person's: what keeps the eyes on a case honest."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aid.models.cases import Case
from aid.models.requests import AidRequest
from aid.reasons import Detail, HoldReason, OpenReason
from core import append_only, moving


class Reveal(models.Model):
    """Somebody opened a closed detail of a case. The worker sees when, what and why."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reveals")
    detail = models.CharField(max_length=20, choices=Detail)
    reason = models.CharField(max_length=20, choices=OpenReason)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        triggers = [
            append_only.kept("reveal_is_kept"),
            append_only.never_emptied("reveals_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"{self.detail}: {self.reason}"


class Conflict(models.Model):
    """A person at the desk knows the worker, or is the worker: the case is out of their sight.

    Declared for one case, or for a Worker ID (kept as blind index only) before any case of it is seen.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="conflicts")
    worker_id_index = models.BinaryField(max_length=32, null=True, db_index=True)
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=True, worker_id_index__isnull=False)
                | Q(case__isnull=False, worker_id_index__isnull=True),
                name="aid_conflict_is_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(person=F("lifted_by"))),
                name="aid_conflict_is_lifted_by_another",
            ),
        ]
        triggers = [
            moving.fixed("conflict_is_not_changed", ["id", "person_id", "case_id", "worker_id_index", "at"]),
            moving.set_once("conflict_is_lifted_once", ["lifted_at", "lifted_by_id"]),
            append_only.never_deleted("conflict_is_kept"),
            append_only.never_emptied("conflicts_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"conflict of {self.person_id}"


class Match(models.Model):
    """A human's answer, given once, to whether two cases that look alike are of one person. A steward can take it back."""

    first = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    is_same = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, help_text="when it turned out that they are not of one person")
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="aid_match_names_the_lower_id_first"),
            models.UniqueConstraint(fields=["first", "second"], name="aid_likeness_is_answered_once"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | (Q(is_same=True, undone_at__isnull=False, undone_by__isnull=False)),
                name="aid_sameness_is_undone_by_somebody",
            ),
        ]
        triggers = [
            moving.fixed("match_is_not_changed", ["id", "first_id", "second_id", "is_same", "by_id", "at"]),
            moving.set_once("match_is_undone_once", ["undone_at", "undone_by_id"]),
            append_only.never_deleted("match_is_kept"),
            append_only.never_emptied("matches_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return "same person" if self.is_same else "not the same person"


class Hold(models.Model):
    """Stops approval and payment of a request for a while. It runs out by itself: a hold is never a silent no."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(AidRequest, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=20, choices=HoldReason)
    note_sealed = models.BinaryField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", help_text="none: a rule"
    )
    at = models.DateTimeField()
    until = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    looked_at = models.DateTimeField(null=True, help_text="when a steward had looked at a hold that ran out")
    looked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("at"))
                & Q(until__lte=models.ExpressionWrapper(F("at") + HoldReason.longest(), models.DateTimeField())),
                name="aid_hold_runs_out",
            ),
        ]
        triggers = [
            moving.fixed("hold_is_not_changed", ["id", "request_id", "reason", "by_id", "at", "until"]),
            moving.set_once("hold_is_ended_once", ["lifted_at", "lifted_by_id", "looked_at", "looked_by_id"]),
            append_only.only_emptied("hold_note_only_goes", ["note_sealed"]),
            append_only.never_deleted("hold_is_kept"),
            append_only.never_emptied("holds_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"hold until {self.until}"


class Surge(models.Model):
    """A time in which many are hit at once, switched on and off by hand: reports come first, the usual wait is lifted."""

    began_at = models.DateTimeField()
    began_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ended_at"], nulls_distinct=False, name="aid_one_surge_at_a_time"),
        ]
        triggers = [
            moving.fixed("surge_is_not_changed", ["id", "began_at", "began_by_id"]),
            moving.set_once("surge_ends_once", ["ended_at", "ended_by_id"]),
            append_only.never_deleted("surge_is_kept"),
            append_only.never_emptied("surges_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"surge from {self.began_at:%Y-%m-%d}"
