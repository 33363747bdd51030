"""Gifts that did not come through Stripe: cheques, cash, bank transfers, entered by a member of staff."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import append_only, moving
from donations.models.money import Payment


class OfflineBatch(models.Model):
    """A file of offline gifts that was taken in. The same file is taken once."""

    file_name = models.CharField(max_length=200)
    sha256 = models.BinaryField(max_length=32, unique=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("batch of offline gifts")
        verbose_name_plural = _("batches of offline gifts")
        triggers = [append_only.kept("offline_batch_is_kept")]

    def __str__(self) -> str:
        return self.file_name


class OfflineGift(models.Model):
    """What is known of a gift that did not come through Stripe, beside its payment. The bank's words go with its donor."""

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="offline")
    received_on = models.DateField(help_text="in the organisation's time zone")
    bank_reference = models.CharField(max_length=120, blank=True, help_text="cheque number or the bank's reference")
    goods = models.CharField(
        max_length=200, blank=True, help_text="what was given, if it was not money; goes with its donor"
    )
    batch = models.ForeignKey(OfflineBatch, on_delete=models.PROTECT, null=True, related_name="gifts")
    batch_row = models.PositiveIntegerField(null=True, help_text="the line in the file")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("offline gift")
        verbose_name_plural = _("offline gifts")
        constraints = [
            models.UniqueConstraint(fields=["batch", "batch_row"], name="donations_batch_row_is_taken_once"),
            models.CheckConstraint(
                condition=models.Q(batch__isnull=True, batch_row__isnull=True)
                | models.Q(batch__isnull=False, batch_row__isnull=False),
                name="donations_batch_row_has_a_batch",
            ),
        ]
        triggers = [
            append_only.never_deleted("offline_gift_is_kept"),
            append_only.never_emptied("offline_gifts_stay"),
            moving.fixed(
                "offline_gift_is_not_rewritten", ["payment_id", "received_on", "batch_id", "batch_row", "entered_by_id"]
            ),
            moving.emptied_with(
                "offline_gift_loses_only_the_banks_words", column="bank_reference", allowed="NEW.bank_reference = ''"
            ),
            moving.emptied_with("offline_gift_loses_only_what_it_was", column="goods", allowed="NEW.goods = ''"),
        ]

    def __str__(self) -> str:
        return str(self.payment)
