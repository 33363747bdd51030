"""What donors say in public, once a person has read it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from donations.models.giving import Checkout


class WallEntryQuerySet(models.QuerySet["WallEntry"]):
    def waiting(self) -> "WallEntryQuerySet":
        """Those of paid gifts that somebody has to read."""
        return self.filter(state=WallEntry.State.WAITING, checkout__state=Checkout.State.PAID)

    def shown(self) -> "WallEntryQuerySet":
        return self.filter(state=WallEntry.State.SHOWN, checkout__state=Checkout.State.PAID)


class WallEntry(models.Model):
    """A name or a message for the thank-you wall. Gifts without one are anonymous."""

    class State(models.TextChoices):
        WAITING = "waiting", _("to be read")
        SHOWN = "shown", _("shown")
        HIDDEN = "hidden", _("not shown")

    checkout = models.OneToOneField(Checkout, on_delete=models.PROTECT, related_name="wall_entry")
    name = models.CharField(max_length=80, blank=True, help_text="empty: without a name")
    message = models.CharField(max_length=280, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = WallEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry on the thank-you wall")
        verbose_name_plural = _("entries on the thank-you wall")
        constraints = [
            models.CheckConstraint(condition=~Q(name="", message=""), name="donations_wall_entry_says_something"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state="waiting") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="donations_wall_entry_is_decided_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["state"], name="donations_wall_by_state")]

    def __str__(self) -> str:
        return self.name or self.message[:40]
