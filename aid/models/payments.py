"""Money on its way to a worker: what an approval sets aside, each try to send it, what the worker says of it."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from aid import guards, money_guards
from aid.answers import Need, PayMethod
from aid.models.requests import AidRequest
from aid.reasons import FailReason
from core import append_only, moving
from core.money import from_minor
from ledger.models import Promise, Transaction


class Disbursement(models.Model):
    """Money that is to reach a worker: made by the last approval, together with the promise in the ledger.

    It ends when the request is withdrawn or changed, or when the money came back; a new one is made for the next try.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(AidRequest, on_delete=models.PROTECT, related_name="disbursements")
    promise = models.OneToOneField(Promise, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="aid_disbursement_is_positive"),
            models.UniqueConstraint(
                fields=["request"], condition=models.Q(ended_at__isnull=True), name="aid_one_live_disbursement"
            ),
        ]
        triggers = [
            money_guards.stays_within_the_cap(),
            moving.fixed(
                "disbursement_is_not_changed",
                ["id", "request_id", "promise_id", "amount_minor", "currency", "made_at"],
            ),
            moving.set_once("disbursement_ends_once", ["ended_at"]),
            append_only.never_deleted("disbursement_is_kept"),
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
    number = models.PositiveSmallIntegerField(help_text="counts the tries of one request")
    state = models.CharField(max_length=10, choices=State)
    method = models.CharField(max_length=20, choices=PayMethod)
    provider_reference_sealed = models.BinaryField(null=True)
    amount_minor = models.BigIntegerField()
    transaction = models.OneToOneField(Transaction, on_delete=models.PROTECT, related_name="+")
    sent_on = models.DateField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    fail_reason = models.CharField(max_length=20, choices=FailReason, blank=True)
    failed_at = models.DateTimeField(null=True)
    failed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["disbursement", "number"], name="aid_attempt_number_is_used_once"),
            models.UniqueConstraint(
                fields=["disbursement"], condition=~models.Q(state="failed"), name="aid_one_live_attempt"
            ),
            models.CheckConstraint(
                condition=models.Q(state="sent", failed_at__isnull=True, failed_by__isnull=True, fail_reason="")
                | (
                    models.Q(state="failed", failed_at__isnull=False, failed_by__isnull=False)
                    & ~models.Q(fail_reason="")
                ),
                name="aid_failure_is_said_by_somebody",
            ),
        ]
        triggers = [
            guards.one_part_each(
                "payer",
                person="recorded_by_id",
                request="SELECT b.request_id FROM aid_disbursement b WHERE b.id = NEW.disbursement_id",
            ),
            money_guards.pays_what_is_free_to_go(),
            money_guards.only_a_reversed_payment_has_failed(),
            moving.moves("attempt_moves_on", [("sent", "failed")]),
            moving.fixed(
                "attempt_is_not_changed",
                [
                    "id",
                    "disbursement_id",
                    "number",
                    "method",
                    "amount_minor",
                    "transaction_id",
                    "sent_on",
                    "recorded_by_id",
                    "recorded_at",
                ],
            ),
            moving.set_once("attempt_fails_once", ["failed_at", "failed_by_id"]),
            append_only.only_emptied("attempt_reference_only_goes", ["provider_reference_sealed"]),
            append_only.never_deleted("attempt_is_kept"),
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


class TaxRecord(models.Model):
    """What the law makes a payer keep of a grant when all else is erased: to whom, when, how much, for what purpose."""

    attempt = models.OneToOneField(
        DisbursementAttempt, on_delete=models.PROTECT, primary_key=True, related_name="tax_record"
    )
    payee_sealed = models.BinaryField(null=True, help_text="how and to whom it was paid; emptied when its time is over")
    purpose = ArrayField(models.CharField(max_length=20, choices=Need), default=list, blank=True)

    class Meta:
        triggers = [
            append_only.kept_but_emptied("tax_record_is_kept", ["payee_sealed"]),
            append_only.never_deleted("tax_record_is_not_deleted"),
            append_only.never_emptied("tax_records_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"tax record of {self.attempt_id}"
