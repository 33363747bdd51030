"""Who asks and what happened to them: a case, found again by seven words, and the person behind one or more cases.

What was told us in confidence is sealed; what is in clear tells nobody apart. Columns that end in ``_sealed`` are read
and written through ``aid.holding`` only.
"""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from aid import guards
from aid.answers import Country, Kind, Tenure, Written
from core import append_only


def _has_its_index(column: str) -> models.Q:
    """Return the rule that a sealed column and its blind index come and go together."""
    return models.Q(**{f"{column}_sealed__isnull": True, f"{column}_index__isnull": True}) | models.Q(
        **{f"{column}_sealed__isnull": False, f"{column}_index__isnull": False}
    )


class Person(models.Model):
    """One human being as far as we know, without a word about them. Limits count over all cases of one person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    def __str__(self) -> str:
        return f"person {self.id.hex[:8]}"


class Case(models.Model):
    """One worker's report, found again by seven words that are stored nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="cases", help_text="given when the case is sent in"
    )
    words_fingerprint = models.BinaryField(max_length=32, unique=True, null=True)
    words_noted_at = models.DateTimeField(null=True, help_text="when the worker said that the words are written down")
    language = models.CharField(max_length=10, default="en")
    created_at = models.DateTimeField()
    came_in_surge = models.BooleanField(default=False)
    acknowledged_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    kind = models.CharField(_("what happened"), max_length=20, choices=Kind)
    happened_on = models.DateField(_("when"), null=True, blank=True)
    written = models.CharField(_("written to the platform"), max_length=20, choices=Written, blank=True)
    country = models.CharField(_("country"), max_length=20, choices=Country, blank=True)
    tenure = models.CharField(_("worked there for"), max_length=20, choices=Tenure, blank=True)
    notice_sealed = models.BinaryField(null=True, help_text="what the platform's notice said")
    requester_sealed = models.BinaryField(null=True, help_text="who rejected the work")
    requester_index = models.BinaryField(max_length=32, null=True, db_index=True)
    hits_rejected = models.PositiveIntegerField(_("pieces of work rejected"), null=True, blank=True)
    lost_minor = models.BigIntegerField(
        _("pay lost"), null=True, validators=[MinValueValidator(0)], help_text="in US cents: the platform pays in them"
    )
    rating_before = models.DecimalField(
        _("approval rate before, in percent"),
        max_digits=4,
        decimal_places=1,
        null=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    rating_after = models.DecimalField(
        _("approval rate after, in percent"),
        max_digits=4,
        decimal_places=1,
        null=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    worker_id_sealed = models.BinaryField(null=True)
    worker_id_index = models.BinaryField(max_length=32, null=True, db_index=True)
    email_sealed = models.BinaryField(null=True)
    email_index = models.BinaryField(max_length=32, null=True, db_index=True)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.CheckConstraint(condition=_has_its_index("worker_id"), name="aid_worker_id_has_its_index"),
            models.CheckConstraint(condition=_has_its_index("email"), name="aid_email_has_its_index"),
            models.CheckConstraint(condition=_has_its_index("requester"), name="aid_requester_has_its_index"),
            models.CheckConstraint(
                condition=models.Q(words_fingerprint__isnull=True, erased_at__isnull=False)
                | models.Q(words_fingerprint__isnull=False, erased_at__isnull=True),
                name="aid_words_open_what_is_not_erased",
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True)
                | models.Q(
                    notice_sealed__isnull=True,
                    requester_sealed__isnull=True,
                    worker_id_sealed__isnull=True,
                    email_sealed__isnull=True,
                ),
                name="aid_erased_case_is_empty",
            ),
            models.CheckConstraint(
                condition=models.Q(rating_before__range=(0, 100)) & models.Q(rating_after__range=(0, 100)),
                name="aid_rating_is_a_percentage",
            ),
            models.CheckConstraint(condition=models.Q(lost_minor__gte=0), name="aid_pay_lost_is_not_negative"),
        ]
        triggers = [
            guards.keeps_its_person(),
            guards.only_unsent_may_go("sent_case_is_kept", request="q.case_id = OLD.id"),
            append_only.never_emptied("cases_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"case {self.short}"

    @property
    def short(self) -> str:
        """Eight characters by which staff name the case."""
        return self.id.hex[:8]


class CaseLink(models.Model):
    """A link that was mailed and opens the case once, within minutes. The link itself is stored nowhere."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links")
    digest = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"link until {self.expires_at}"


class Reinstatement(models.Model):
    """The worker's word on what became of the account."""

    class Outcome(models.TextChoices):
        REINSTATED = "reinstated", _("I have my account back")
        PARTLY = "partly", _("I have it back, but pay or ratings are still missing")
        REFUSED = "refused", _("They refused for good")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reinstatements")
    outcome = models.CharField(max_length=20, choices=Outcome)
    on = models.DateField(_("since when"), null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        triggers = [
            append_only.kept("reinstatement_is_kept"),
            append_only.never_emptied("reinstatements_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return self.outcome
