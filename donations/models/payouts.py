"""Money that Stripe sends to the organisation's bank account."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from core import append_only, moving
from core.money import from_minor
from ledger.models import Transaction


class Payout(models.Model):
    """A transfer from the Stripe balance to the bank; a bank may refuse it, then the money comes back."""

    class State(models.TextChoices):
        PENDING = "pending", _("waits")
        IN_TRANSIT = "in_transit", _("on its way")
        PAID = "paid", _("arrived")
        FAILED = "failed", _("failed, the money came back")
        CANCELED = "canceled", _("called off")

    stripe_id = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=20, choices=State)
    amount_minor = models.BigIntegerField(help_text="negative: Stripe took from the bank")
    currency = models.CharField(max_length=3)
    is_automatic = models.BooleanField()
    made_at = models.DateTimeField()
    arrives_at = models.DateTimeField()
    ledger_transaction = models.OneToOneField(
        Transaction, on_delete=models.PROTECT, null=True, related_name="payout", help_text="it left Stripe"
    )
    failure_transaction = models.OneToOneField(
        Transaction, on_delete=models.PROTECT, null=True, related_name="failed_payout", help_text="it came back"
    )

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        constraints = [
            models.CheckConstraint(condition=~Q(amount_minor=0), name="donations_payout_moves_something"),
            models.CheckConstraint(
                condition=Q(failure_transaction__isnull=True) | Q(ledger_transaction__isnull=False),
                name="donations_payout_comes_back_only_after_it_left",
            ),
        ]
        triggers = [
            append_only.never_deleted("payout_is_kept"),
            moving.fixed("payout_is_not_rewritten", ["stripe_id", "amount_minor", "currency", "made_at"]),
            moving.set_once("payout_is_booked_once", ["ledger_transaction_id", "failure_transaction_id"]),
        ]

    def __str__(self) -> str:
        return self.stripe_id

    @property
    def amount(self) -> Money:
        return from_minor(self.amount_minor, self.currency)
