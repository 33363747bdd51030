"""When a bank takes a gift back: disputes, and the warnings that come before them. All of it is what Stripe says."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from core import append_only, moving
from core.money import from_minor
from donations.models.money import Payment
from ledger.models import Transaction


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def open(self) -> "DisputeQuerySet":
        """Those that can still be answered at Stripe."""
        return self.filter(state__in=[Dispute.State.NEEDS_RESPONSE, Dispute.State.WARNING_NEEDS_RESPONSE])


class Dispute(models.Model):
    """A donor's bank wants a gift back, or (an inquiry, its states begin with "warning") asks about it first.

    An inquiry takes no money. What was withdrawn and reinstated are the moves.
    """

    class State(models.TextChoices):
        WARNING_NEEDS_RESPONSE = "warning_needs_response", _("inquiry: to be answered")
        WARNING_UNDER_REVIEW = "warning_under_review", _("inquiry: the bank looks at it")
        WARNING_CLOSED = "warning_closed", _("inquiry: closed")
        NEEDS_RESPONSE = "needs_response", _("to be answered")
        UNDER_REVIEW = "under_review", _("the bank looks at it")
        WON = "won", _("won")
        LOST = "lost", _("lost")
        PREVENTED = "prevented", _("prevented")
        APPEAL_NEEDS_RESPONSE = "appeal_needs_response", _("appeal: to be answered")
        APPEAL_UNDER_REVIEW = "appeal_under_review", _("appeal: the bank looks at it")

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    stripe_id = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=30, choices=State)
    reason = models.CharField(max_length=60, help_text="Stripe's word: fraudulent, product_not_received…")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    respond_by = models.DateTimeField(null=True)
    began_at = models.DateTimeField()
    noted_at = models.DateTimeField()

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        triggers = [
            append_only.never_deleted("dispute_is_kept"),
            moving.fixed("dispute_is_not_rewritten", ["payment_id", "stripe_id", "currency", "began_at"]),
        ]

    def __str__(self) -> str:
        return self.stripe_id

    @property
    def amount(self) -> Money:
        return from_minor(self.amount_minor, self.currency)

    @property
    def gone_minor(self) -> int:
        """What the bank holds of the gift now, in the donor's currency."""
        withdrawn = sum(1 if move.is_withdrawal else -1 for move in self.moves.all())
        return self.amount_minor if withdrawn > 0 else 0


class DisputeMove(models.Model):
    """Money that a dispute moved: one line of the Stripe balance, one ledger transaction."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="moves")
    balance_transaction_id = models.CharField(max_length=120, unique=True)
    is_withdrawal = models.BooleanField(help_text="else the money came back")
    ledger_transaction = models.OneToOneField(Transaction, on_delete=models.PROTECT, related_name="dispute_move")

    class Meta:
        triggers = [append_only.kept("dispute_move_is_kept"), append_only.never_emptied("dispute_moves_stay")]

    def __str__(self) -> str:
        return self.balance_transaction_id


class FraudWarning(models.Model):
    """A card network's early warning that a gift will be disputed. To refund a small gift now is cheaper."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="fraud_warnings")
    stripe_id = models.CharField(max_length=120, unique=True)
    fraud_type = models.CharField(max_length=60, help_text="Stripe's word")
    is_actionable = models.BooleanField(help_text="as Stripe says: no refund and no dispute yet")
    warned_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, help_text="when a person decided to leave the gift as it is")
    left_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("fraud warning")
        verbose_name_plural = _("fraud warnings")
        constraints = [
            models.CheckConstraint(
                condition=Q(left_at__isnull=True, left_by__isnull=True)
                | Q(left_at__isnull=False, left_by__isnull=False),
                name="donations_warning_is_left_by_somebody",
            ),
        ]
        triggers = [append_only.never_deleted("fraud_warning_is_kept")]

    def __str__(self) -> str:
        return self.stripe_id
