"""Letters on their way out."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import sealing


class OutgoingEmailQuerySet(models.QuerySet["OutgoingEmail"]):
    def troubled(self) -> "OutgoingEmailQuerySet":
        """Letters of which nobody can say that they arrived: a person must look at them."""
        return self.filter(state__in=[OutgoingEmail.State.FAILED, OutgoingEmail.State.UNCERTAIN])


class OutgoingEmail(models.Model):
    """One letter to one address, queued in the transaction that causes it and sent once by the worker.

    A letter that has to wait for its enclosure is owed from the moment that causes it, and gets its words later.
    Address and words are sealed: that somebody got a letter about a case, or a link that opens a door, is in confidence.
    """

    class State(models.TextChoices):
        OWED = "owed", _("being written")
        QUEUED = "queued", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("accepted by the mail server")
        UNCERTAIN = "uncertain", _("uncertain: the sender was stopped in mid-letter")
        FAILED = "failed", _("refused")

    key = models.CharField(max_length=160, unique=True, help_text="why it is sent, once: receipt:LR-2026-000001")
    recipient_sealed = models.BinaryField()
    subject = models.CharField(max_length=200)
    text_sealed = models.BinaryField()
    html_sealed = models.BinaryField(null=True)
    language = models.CharField(max_length=10, default="en")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="not before; moved on after a temporary failure")
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_answer = models.CharField(max_length=200, blank=True, help_text="what the mail server said, without addresses")

    objects = OutgoingEmailQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False) | ~models.Q(state="sent"),
                name="mail_sent_letter_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="queued"), name="mail_due"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def recipient(self) -> str:
        return self._opened("recipient")

    @property
    def text(self) -> str:
        return self._opened("text")

    @property
    def html(self) -> str:
        """The letter as HTML; empty if it is text alone."""
        return self._opened("html")

    def _opened(self, field: str) -> str:
        blob = getattr(self, f"{field}_sealed")
        return sealing.unseal(blob, context=place(self.key, field)) if blob else ""


def place(key: str, field: str) -> str:
    """Return the name of the place that a sealed text of a letter is bound to: the letter is known by its key."""
    return f"mail_outgoingemail.{field}:{key}"


class Attachment(models.Model):
    """A file that goes with a letter."""

    letter = models.ForeignKey(OutgoingEmail, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=80)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.name
