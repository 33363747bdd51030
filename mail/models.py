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


class Suppression(models.Model):
    """An address that gets no letter to many. Of the address there is only a keyed hash: it outlives whoever had it."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("letters came back")
        COMPLAINED = "complained", _("reported as unwanted")
        LEFT = "left", _("wanted no more letters, and was erased")

    address_index = models.BinaryField(max_length=32, unique=True)
    reason = models.CharField(max_length=10, choices=Reason)
    source = models.CharField(max_length=40, help_text="webhook, mailbox, erased, import: who said so")
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")

    def __str__(self) -> str:
        return f"{self.reason} since {self.since:%Y-%m-%d}"


class MailReport(models.Model):
    """What a mail server or service said of a letter after it had taken it: once, however often it says so."""

    class Kind(models.TextChoices):
        BOUNCED = "bounced", _("came back for good")
        DELAYED = "delayed", _("did not arrive for now")
        COMPLAINED = "complained", _("reported as unwanted")

    key = models.CharField(
        max_length=160, unique=True, help_text="the service's id of the event, or a digest of the report"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    address_index = models.BinaryField(max_length=32, null=True)
    message_id = models.CharField(max_length=250, blank=True, help_text="of the letter it is about")
    status = models.CharField(max_length=20, blank=True, help_text="RFC 3463: 5.1.1")
    source = models.CharField(max_length=40)
    at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, help_text="when what sent the letter has drawn its conclusions")

    class Meta:
        verbose_name = _("report on a letter")
        verbose_name_plural = _("reports on letters")
        indexes = [models.Index(fields=["at"], condition=models.Q(taken_at__isnull=True), name="mail_reports_to_take")]

    def __str__(self) -> str:
        return f"{self.kind} {self.status}"


class Pace(models.Model):
    """How fast letters to many may go to one mail domain (none: to all), shared by all processes and machines."""

    domain = models.CharField(max_length=255, unique=True, help_text="empty: all domains together")
    minute = models.DateTimeField(null=True, help_text="the minute that is counted in, by the wall clock")
    count = models.PositiveIntegerField(default=0)
    rests_until = models.DateTimeField(null=True, help_text="after answers 4xx, by the wall clock")
    refusals = models.PositiveSmallIntegerField(default=0, help_text="temporary ones in a row")
    answer = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("pace")
        verbose_name_plural = _("paces")

    def __str__(self) -> str:
        return self.domain or "all"
