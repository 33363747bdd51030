"""What staff make of a request: reviews, decisions on them, and batches of declines."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from aid import guards
from aid.models.requests import AidRequest
from aid.reasons import CheckPoint, DeclineReason
from core import append_only, moving
from core.money import from_minor


class DeclineBatch(models.Model):
    """Requests that one caseworker recommends to decline for one reason, to be decided on as a list by another."""

    class State(models.TextChoices):
        OPEN = "open", _("to decide")
        AGREED = "agreed", _("agreed")
        SENT_BACK = "sent_back", _("sent back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reason = models.CharField(max_length=20, choices=DeclineReason)
    digest = models.BinaryField(max_length=32, help_text="over the list as it was made: see aid.batches")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("batch of declines")
        verbose_name_plural = _("batches of declines")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="open", decided_by__isnull=True, decided_at__isnull=True)
                | (~models.Q(state="open") & models.Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="aid_batch_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(made_by=models.F("decided_by")), name="aid_batch_is_decided_by_another"
            ),
        ]
        triggers = [
            moving.moves("batch_moves_on", [("open", "agreed"), ("open", "sent_back")]),
            moving.fixed("batch_keeps_its_list", ["reason", "digest", "made_by_id", "made_at"]),
            append_only.never_deleted("batch_is_not_deleted"),
            append_only.never_emptied("batches_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"batch {self.id.hex[:8]}"


class Review(models.Model):
    """A caseworker's recommendation. Sent back and recommended anew, it is a new row."""

    class Recommendation(models.TextChoices):
        GRANT = "grant", _("grant")
        DECLINE = "decline", _("decline")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(AidRequest, on_delete=models.PROTECT, related_name="reviews")
    version = models.PositiveIntegerField(help_text="the request's version that it leads to")
    round = models.PositiveSmallIntegerField(default=1, help_text="the request's: 2 is after an appeal")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recommendation = models.CharField(max_length=10, choices=Recommendation)
    amount_minor = models.BigIntegerField(null=True)
    approvals_needed = models.PositiveSmallIntegerField(
        default=1, help_text="beside the reviewer, by the policy as it was frozen: see aid.policy"
    )
    reason = models.CharField(max_length=20, choices=DeclineReason, blank=True)
    checked = ArrayField(models.CharField(max_length=20, choices=CheckPoint), default=list, blank=True)
    batch = models.ForeignKey(DeclineBatch, on_delete=models.PROTECT, null=True, related_name="reviews")
    note_sealed = models.BinaryField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "version"], name="aid_one_review_for_a_step"),
            models.CheckConstraint(
                condition=models.Q(recommendation="grant", amount_minor__gt=0, reason="")
                | (models.Q(recommendation="decline", amount_minor__isnull=True) & ~models.Q(reason="")),
                name="aid_review_grants_money_or_gives_a_reason",
            ),
            models.CheckConstraint(condition=models.Q(approvals_needed__gte=1), name="aid_somebody_approves"),
        ]
        triggers = [
            guards.one_part_each("reviewer", person="reviewer_id", request="NEW.request_id"),
            guards.grants_at_most_what_was_asked(),
            guards.needs_enough_approvals(),
            append_only.kept_but_emptied("review_is_kept", ["note_sealed"]),
            append_only.never_deleted("review_is_not_deleted"),
            append_only.never_emptied("reviews_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"{self.recommendation} at step {self.version}"

    @property
    def amount(self) -> Money | None:
        return None if self.amount_minor is None else from_minor(self.amount_minor, self.request.currency)


class Decision(models.Model):
    """Another person's answer to a review: agreed, or sent back. It stands for one revision of the request."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")
        SENT_BACK = "sent_back", _("sent back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="decisions")
    decider = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome)
    amount_minor = models.BigIntegerField(null=True)
    revision = models.PositiveIntegerField(default=0, help_text="the request's: after a change it counts no more")
    digest = models.BinaryField(max_length=32, help_text="keyed hash of what was decided: see aid.holding.digest_of")
    note_sealed = models.BinaryField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["review", "decider", "revision"], name="aid_one_decision_of_a_person_on_a_review"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="approved", amount_minor__gt=0)
                | (~models.Q(outcome="approved") & models.Q(amount_minor__isnull=True)),
                name="aid_approval_has_an_amount",
            ),
        ]
        triggers = [
            guards.one_part_each(
                "decider",
                person="decider_id",
                request="SELECT r.request_id FROM aid_review r WHERE r.id = NEW.review_id",
            ),
            guards.approves_what_is_free_to_go(),
            append_only.kept_but_emptied("decision_is_kept", ["note_sealed"]),
            append_only.never_deleted("decision_is_not_deleted"),
            append_only.never_emptied("decisions_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return self.outcome
