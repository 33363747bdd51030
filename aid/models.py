"""How help is asked for and given. What was told us in confidence is sealed; what is in clear tells nobody apart.

Columns that end in ``_sealed`` are read and written through ``aid.holding`` only.
"""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from aid import guards
from aid.answers import Country, Kind, Need, PayMethod, Tenure, Written
from aid.reasons import DeclineReason, Detail, OpenReason
from aid.statuses import Status
from core import append_only
from core.money import from_minor
from ledger.models import Fund, Promise, Transaction


class Case(models.Model):
    """One worker's report, found again by seven words that are stored nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    words_fingerprint = models.BinaryField(max_length=32, unique=True)
    words_noted_at = models.DateTimeField(null=True, help_text="when the worker said that the words are written down")
    language = models.CharField(max_length=10, default="en")
    created_at = models.DateTimeField()
    kind = models.CharField(_("what happened"), max_length=20, choices=Kind)
    happened_on = models.DateField(_("when"), null=True, blank=True)
    written = models.CharField(_("written to the platform"), max_length=20, choices=Written, blank=True)
    country = models.CharField(_("country"), max_length=20, choices=Country, blank=True)
    tenure = models.CharField(_("worked there for"), max_length=20, choices=Tenure, blank=True)
    worker_id_sealed = models.BinaryField(null=True)
    worker_id_index = models.BinaryField(max_length=32, null=True, db_index=True)
    email_sealed = models.BinaryField(null=True)
    email_index = models.BinaryField(max_length=32, null=True, db_index=True)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(worker_id_sealed__isnull=True, worker_id_index__isnull=True)
                | models.Q(worker_id_sealed__isnull=False, worker_id_index__isnull=False),
                name="aid_worker_id_has_its_index",
            ),
            models.CheckConstraint(
                condition=models.Q(email_sealed__isnull=True, email_index__isnull=True)
                | models.Q(email_sealed__isnull=False, email_index__isnull=False),
                name="aid_email_has_its_index",
            ),
        ]
        triggers = [
            guards.only_unsent_may_go("sent_case_is_kept", request="q.case_id = OLD.id"),
            append_only.never_emptied("cases_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"case {self.short}"

    @property
    def short(self) -> str:
        """Eight characters by which staff name the case."""
        return self.id.hex[:8]


class AidRequest(models.Model):
    """A request for money within a case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="requests")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    version = models.PositiveIntegerField(
        default=0, help_text="counts the steps; a page shows the one it was made from"
    )
    needs = ArrayField(models.CharField(max_length=20, choices=Need), default=list, blank=True)
    amount_minor = models.BigIntegerField(_("asked for"), null=True, validators=[MinValueValidator(1)])
    currency = models.CharField(max_length=3)
    story_sealed = models.BinaryField(null=True)
    pay_method = models.CharField(_("how to pay"), max_length=20, choices=PayMethod, blank=True)
    pay_to_sealed = models.BinaryField(null=True)
    submitted_at = models.DateTimeField(null=True)
    due_on = models.DateField(_("answer by"), null=True)
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
                    & models.Q(submitted_at__isnull=False, due_on__isnull=False, amount_minor__isnull=False)
                    & ~models.Q(pay_method="")
                ),
                name="aid_sent_request_is_complete",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=~models.Q(status=Status.DRAFT), name="aid_queue"),
        ]
        triggers = [
            guards.starts_as_a_draft(),
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

    @property
    def reference(self) -> str:
        """The name of this request's promise in the ledger."""
        return f"aid-request:{self.id}"


class Review(models.Model):
    """A caseworker's recommendation. Sent back and recommended anew, it is a new row."""

    class Recommendation(models.TextChoices):
        GRANT = "grant", _("grant")
        DECLINE = "decline", _("decline")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(AidRequest, on_delete=models.PROTECT, related_name="reviews")
    version = models.PositiveIntegerField(help_text="the request's version that it leads to")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recommendation = models.CharField(max_length=10, choices=Recommendation)
    amount_minor = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=20, choices=DeclineReason, blank=True)
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
        ]
        triggers = [
            guards.one_part_each("reviewer", person="reviewer_id", request="NEW.request_id"),
            guards.grants_at_most_what_was_asked(),
            guards.only_the_note_may_go("review_is_kept"),
            append_only.never_deleted("review_is_not_deleted"),
            append_only.never_emptied("reviews_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"{self.recommendation} at step {self.version}"

    @property
    def amount(self) -> Money | None:
        return None if self.amount_minor is None else from_minor(self.amount_minor, self.request.currency)


class Decision(models.Model):
    """A second person's answer to a review: agreed, or sent back."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")
        SENT_BACK = "sent_back", _("sent back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="decision")
    decider = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome)
    amount_minor = models.BigIntegerField(null=True)
    digest = models.BinaryField(max_length=32, help_text="keyed hash of what was decided: see aid.holding.digest_of")
    note_sealed = models.BinaryField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
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
            guards.only_the_note_may_go("decision_is_kept"),
            append_only.never_deleted("decision_is_not_deleted"),
            append_only.never_emptied("decisions_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return self.outcome


class Disbursement(models.Model):
    """Money that is to reach a worker: made by the approval, together with the promise in the ledger."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.OneToOneField(AidRequest, on_delete=models.PROTECT, related_name="disbursement")
    promise = models.OneToOneField(Promise, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="aid_disbursement_is_positive"),
        ]
        triggers = [
            append_only.kept("disbursement_is_kept"),
            append_only.never_emptied("disbursements_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"disbursement {self.id.hex[:8]}"

    @property
    def amount(self) -> Money:
        return from_minor(self.amount_minor, self.currency)


class DisbursementAttempt(models.Model):
    """One try to send the money. A next one is made only after a try that is known to have failed."""

    class State(models.TextChoices):
        SENT = "sent", _("sent")
        FAILED = "failed", _("known to have failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disbursement = models.ForeignKey(Disbursement, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State)
    method = models.CharField(max_length=20, choices=PayMethod)
    provider_reference_sealed = models.BinaryField(null=True)
    amount_minor = models.BigIntegerField()
    transaction = models.OneToOneField(Transaction, on_delete=models.PROTECT, related_name="+")
    sent_on = models.DateField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["disbursement", "number"], name="aid_attempt_number_is_used_once"),
            models.UniqueConstraint(
                fields=["disbursement"], condition=~models.Q(state="failed"), name="aid_one_live_attempt"
            ),
        ]
        triggers = [
            guards.one_part_each(
                "payer",
                person="recorded_by_id",
                request="SELECT b.request_id FROM aid_disbursement b WHERE b.id = NEW.disbursement_id",
            ),
            append_only.kept("attempt_is_kept"),
            append_only.never_emptied("attempts_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number}"


class Confirmation(models.Model):
    """The worker's own word on whether the money arrived."""

    class Answer(models.TextChoices):
        ARRIVED = "arrived", _("it arrived")
        NOT_ARRIVED = "not_arrived", _("it did not arrive")

    attempt = models.ForeignKey(DisbursementAttempt, on_delete=models.PROTECT, related_name="confirmations")
    answer = models.CharField(max_length=20, choices=Answer)
    at = models.DateTimeField()

    class Meta:
        triggers = [
            append_only.kept("confirmation_is_kept"),
            append_only.never_emptied("confirmations_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return self.answer


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
