"""What a fund allows, in versions. A request keeps the version that was in force when its review started."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from core import append_only
from core.money import from_minor
from ledger.models import Fund


class Policy(models.Model):
    """One version of a fund's rules. The newest counts for requests whose review starts now; none is ever changed."""

    class Separation(models.TextChoices):
        REQUEST = "request", _("Reviewer, approvers and payer of a request are different people.")
        PERSON = "person", _("As above, and nobody approves twice for the same worker within the period.")

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="aid_policies")
    version = models.PositiveIntegerField()
    max_per_request_minor = models.BigIntegerField()
    cap_minor = models.BigIntegerField(help_text="the most for one person within the period")
    cap_days = models.PositiveIntegerField(help_text="how long the period is")
    fast_lane_minor = models.BigIntegerField(
        help_text="up to this, a first grant within the period needs one approval; zero: never"
    )
    separation = models.CharField(max_length=20, choices=Separation, default=Separation.REQUEST)
    answer_days = models.PositiveSmallIntegerField(help_text="days within which a worker is promised an answer")
    info_days = models.PositiveSmallIntegerField(help_text="days that a worker has to answer a question of ours")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", help_text="none: the default"
    )

    class Meta:
        verbose_name = _("aid policy")
        verbose_name_plural = _("aid policies")
        constraints = [
            models.UniqueConstraint(fields=["fund", "version"], name="aid_policy_version_is_used_once"),
            models.CheckConstraint(
                condition=Q(max_per_request_minor__gt=0)
                & Q(cap_minor__gte=F("max_per_request_minor"))
                & Q(fast_lane_minor__gte=0)
                & Q(fast_lane_minor__lte=F("max_per_request_minor")),
                name="aid_policy_amounts_fit_each_other",
            ),
            models.CheckConstraint(
                condition=Q(cap_days__gte=1, answer_days__gte=1, info_days__gte=1), name="aid_policy_gives_time"
            ),
        ]
        triggers = [
            append_only.kept("policy_is_kept"),
            append_only.never_emptied("policies_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"policy {self.version}"

    def money(self, minor: int) -> Money:
        """Return an amount of this policy in the fund's currency."""
        return from_minor(minor, self.fund.currency)


class PolicyBand(models.Model):
    """How many approvals a grant of up to an amount needs, beside the reviewer. Two, where no band says it."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="bands")
    up_to_minor = models.BigIntegerField(null=True, help_text="none: any amount")
    approvals = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "up_to_minor"], nulls_distinct=False, name="aid_one_band_for_an_amount"
            ),
            models.CheckConstraint(condition=Q(approvals__gte=2), name="aid_band_needs_two_approvals"),
            models.CheckConstraint(condition=Q(up_to_minor__gt=0), name="aid_band_amount_is_positive"),
        ]
        triggers = [
            append_only.kept("policy_band_is_kept"),
            append_only.never_emptied("policy_bands_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"up to {self.up_to_minor}: {self.approvals}"
