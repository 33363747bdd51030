"""Payments of recurring gifts that did not go through."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from core import append_only
from core.money import from_minor
from donations.models.recurring import Subscription


class FailedRenewal(models.Model):
    """A payment of a subscription that did not go through, once for each try."""

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="failed_renewals")
    invoice_id = models.CharField(max_length=120)
    attempt = models.PositiveSmallIntegerField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=60, blank=True, help_text="Stripe's word for why: insufficient_funds…")
    noted_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("failed renewal")
        verbose_name_plural = _("failed renewals")
        constraints = [
            models.UniqueConstraint(fields=["invoice_id", "attempt"], name="donations_failed_renewal_is_noted_once"),
        ]
        triggers = [append_only.kept("failed_renewal_is_kept")]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.attempt}"

    @property
    def amount(self) -> Money:
        return from_minor(self.amount_minor, self.currency)
