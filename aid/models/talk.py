"""What is said: between worker and staff, among staff, and to the steward. Two tables, so that nothing crosses over."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from aid import guards
from aid.models.cases import Case
from core import append_only, moving


class Message(models.Model):
    """What worker and staff write to each other. It is never changed, and never becomes a note or the other way round."""

    class Sender(models.TextChoices):
        WORKER = "worker", _("you")
        STAFF = "staff", _("us")
        SYSTEM = "system", _("automatic")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="messages")
    sender = models.CharField(max_length=10, choices=Sender)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", help_text="staff alone"
    )
    is_question = models.BooleanField(default=False, help_text="the request waits for an answer to it")
    body_sealed = models.BinaryField(null=True)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, help_text="when the other side first opened the page that shows it")

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sender="staff", author__isnull=False)
                | (~models.Q(sender="staff") & models.Q(author__isnull=True, is_question=False)),
                name="aid_message_of_staff_has_its_author",
            ),
        ]
        indexes = [models.Index(fields=["case", "at"], name="aid_messages_of_a_case")]
        triggers = [
            moving.fixed("message_is_not_changed", ["id", "case_id", "sender", "author_id", "is_question", "at"]),
            moving.set_once("message_is_seen_once", ["seen_at"]),
            append_only.only_emptied("message_body_only_goes", ["body_sealed"]),
            append_only.never_deleted("message_is_not_deleted"),
            append_only.never_emptied("messages_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"message {self.id.hex[:8]}"


class Note(models.Model):
    """What staff write for each other. The worker never sees it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body_sealed = models.BinaryField(null=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        triggers = [
            append_only.kept_but_emptied("note_is_kept", ["body_sealed"]),
            append_only.never_deleted("note_is_not_deleted"),
            append_only.never_emptied("notes_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"note {self.id.hex[:8]}"


class AnswerTemplate(models.Model):
    """A message that is written often, to start from. Plain text."""

    title = models.CharField(_("title"), max_length=120)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    body = models.TextField(_("text"), max_length=4000)
    is_shown = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("answer template")
        verbose_name_plural = _("answer templates")
        constraints = [
            models.UniqueConstraint(fields=["language", "title"], name="aid_one_template_of_a_title"),
        ]

    def __str__(self) -> str:
        return self.title


class Attachment(models.Model):
    """A file that a worker added. Its bytes lie sealed in private storage; nothing leads there but a view that checks."""

    class State(models.TextChoices):
        WAITING = "waiting", _("being checked")
        CLEAN = "clean", _("checked")
        REFUSED = "refused", _("refused")

    class FileKind(models.TextChoices):
        JPEG = "image/jpeg", _("photo")
        PNG = "image/png", _("picture")
        PDF = "application/pdf", _("PDF")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="attachments")
    kind = models.CharField(max_length=40, choices=FileKind, help_text="by its content, not by its name")
    size = models.PositiveIntegerField(help_text="bytes, as we keep it")
    name_sealed = models.BinaryField(null=True, help_text="what the worker's device called it")
    digest = models.BinaryField(max_length=32, help_text="keyed hash of the content")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, help_text="when the bytes were erased")

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        indexes = [models.Index(fields=["case", "at"], name="aid_attachments_of_a_case")]
        triggers = [
            moving.moves("attachment_moves_on", [("waiting", "clean"), ("waiting", "refused"), ("clean", "refused")]),
            moving.fixed("attachment_is_not_changed", ["id", "case_id", "kind", "size", "digest", "at"]),
            moving.set_once("attachment_goes_once", ["gone_at"]),
            append_only.only_emptied("attachment_name_only_goes", ["name_sealed"]),
            guards.only_unsent_may_go("attachment_of_sent_case_is_kept", request="q.case_id = OLD.case_id"),
            append_only.never_emptied("attachments_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"attachment {self.id.hex[:8]}"


class Complaint(models.Model):
    """What a worker says about how we treated them. Only stewards see it, who neither decided nor paid."""

    class About(models.TextChoices):
        CONDUCT = "conduct", _("how somebody spoke to me or treated me")
        PRIVACY = "privacy", _("who learned what about me")
        MONEY = "money", _("money that did not arrive, or was asked back")
        DELAY = "delay", _("that it took so long")
        OTHER = "other", _("something else")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="complaints")
    about = models.CharField(max_length=20, choices=About)
    body_sealed = models.BinaryField(null=True)
    at = models.DateTimeField()
    answer_sealed = models.BinaryField(null=True, help_text="what the steward answered; the worker reads it")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, closed_by__isnull=True)
                | models.Q(closed_at__isnull=False, closed_by__isnull=False),
                name="aid_complaint_is_closed_by_somebody",
            ),
        ]
        triggers = [
            guards.closes_what_is_not_own(),
            moving.fixed("complaint_is_not_changed", ["id", "case_id", "about", "at"]),
            moving.set_once("complaint_is_closed_once", ["closed_at", "closed_by_id"]),
            append_only.only_emptied("complaint_only_goes", ["body_sealed"]),
            append_only.never_deleted("complaint_is_not_deleted"),
            append_only.never_emptied("complaints_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"complaint {self.id.hex[:8]}"
