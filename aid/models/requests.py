"""What a worker asks of us within a case: to be heard, and, if wanted, money."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from aid import guards
from aid.answers import Need, PayMethod
from aid.models.cases import Case
from aid.models.policies import Policy
from aid.statuses import Status
from core import append_only
from core.money import from_minor
from ledger.models import Fund


class AidRequest(models.Model):
    """What a case asks for. Without ``wants_money`` a caseworker answers it, and nobody needs to decide on a sum."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="request")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="+")
    policy = models.ForeignKey(
        Policy, on_delete=models.PROTECT, null=True, related_name="+", help_text="frozen when the review starts"
    )
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    version = models.PositiveIntegerField(
        default=0, help_text="counts the steps; a page shows the one it was made from"
    )
    revision = models.PositiveIntegerField(
        default=0, help_text="counted up by the database when what is asked changes: approvals are for one revision"
    )
    round = models.PositiveSmallIntegerField(default=1, help_text="2: after an appeal, decided by others")
    wants_money = models.BooleanField(default=True)
    needs = ArrayField(models.CharField(max_length=20, choices=Need), default=list, blank=True)
    amount_minor = models.BigIntegerField(_("asked for"), null=True, validators=[MinValueValidator(1)])
    currency = models.CharField(max_length=3)
    story_sealed = models.BinaryField(null=True)
    story_index = models.BinaryField(max_length=32, null=True, db_index=True)
    pay_method = models.CharField(_("how to pay"), max_length=20, choices=PayMethod, blank=True)
    pay_to_sealed = models.BinaryField(null=True)
    pay_to_index = models.BinaryField(max_length=32, null=True, db_index=True)
    submitted_at = models.DateTimeField(null=True)
    due_on = models.DateField(_("answer by"), null=True)
    answer_by = models.DateField(_("worker answers by"), null=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="aid_amount_asked_is_positive"),
            models.CheckConstraint(
                condition=models.Q(status=Status.DRAFT, submitted_at__isnull=True)
                | (
                    ~models.Q(status=Status.DRAFT)
                    & models.Q(submitted_at__isnull=False, due_on__isnull=False)
                    & (models.Q(wants_money=False) | (models.Q(amount_minor__isnull=False) & ~models.Q(pay_method="")))
                ),
                name="aid_sent_request_is_complete",
            ),
            models.CheckConstraint(condition=models.Q(round__in=[1, 2]), name="aid_one_appeal_and_no_more"),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=~models.Q(status=Status.DRAFT), name="aid_queue"),
        ]
        triggers = [
            guards.starts_as_a_draft(),
            guards.counts_its_revisions(),
            guards.steps_as_allowed(),
            guards.only_unsent_may_go("sent_request_is_kept", request="q.id = OLD.id"),
            append_only.never_emptied("requests_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"request {self.id.hex[:8]}"

    @property
    def amount(self) -> Money | None:
        """What was asked for."""
        return None if self.amount_minor is None else from_minor(self.amount_minor, self.currency)


class CaseEvent(models.Model):
    """One step of a request. The worker's timeline is made from these, in softer words."""

    request = models.ForeignKey(AidRequest, on_delete=models.PROTECT, related_name="events")
    version = models.PositiveIntegerField()
    from_status = models.CharField(max_length=20, choices=Status)
    to_status = models.CharField(max_length=20, choices=Status)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "version"], name="aid_one_event_for_a_step"),
        ]
        triggers = [
            append_only.kept("event_is_kept"),
            append_only.never_emptied("events_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"{self.from_status} to {self.to_status}"


class Appeal(models.Model):
    """The worker's word against a decline. People who had no part in it look at the request again."""

    request = models.OneToOneField(AidRequest, on_delete=models.PROTECT, primary_key=True, related_name="appeal")
    ground_sealed = models.BinaryField(null=True)
    at = models.DateTimeField()

    class Meta:
        triggers = [
            append_only.kept_but_emptied("appeal_is_kept", ["ground_sealed"]),
            append_only.never_deleted("appeal_is_not_deleted"),
            append_only.never_emptied("appeals_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"appeal of {self.request_id}"
