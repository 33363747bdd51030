"""Who reads the newsletter by mail, what they want of it, and how we know that they want it."""

import uuid
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.snippets.models import register_snippet

from mail import addresses


class TopicQuerySet(models.QuerySet["Topic"]):
    """Topics, of which only unused ones are deleted: none means everything, so a reader would get what they never chose."""

    def in_use(self) -> "TopicQuerySet":
        """Return those that a reader chose, or that say whom an issue goes to."""
        return self.filter(models.Q(readers__isnull=False) | models.Q(sendings__isnull=False)).distinct()

    @transaction.atomic
    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete them.

        :raises ProtectedError: if one is in use
        """
        # Locked: nobody can choose one meanwhile.
        names = [topic.pk for topic in self.select_for_update()]
        used: set[models.Model] = set(Topic.objects.filter(pk__in=names).in_use())
        if used:
            raise models.ProtectedError("readers or issues have it", used)
        return super().delete()


@register_snippet
class Topic(models.Model):
    """What an issue is about, and what a reader may want alone."""

    name = models.CharField(_("name"), max_length=80, unique=True, help_text=_("As readers see it: “Mass rejections”"))
    name_es = models.CharField(_("name in Spanish"), max_length=80, blank=True)
    is_offered = models.BooleanField(
        _("offered"), default=True, help_text=_("Readers may choose it. Issues and readers that have it keep it.")
    )

    objects = TopicQuerySet.as_manager()

    panels = [FieldRowPanel([FieldPanel("name"), FieldPanel("name_es")]), FieldPanel("is_offered")]

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        return (self.name_es if get_language() == "es" else "") or self.name

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete it, if it is not in use: see ``TopicQuerySet.delete``."""
        return Topic.objects.filter(pk=self.pk).delete()


class Subscriber(models.Model):
    """A reader by mail: one address, once. Who leaves stays known as somebody who left, until erased."""

    class State(models.TextChoices):
        PENDING = "pending", _("not confirmed yet")
        ACTIVE = "active", _("subscribed")
        LEFT = "left", _("left")

    class Source(models.TextChoices):
        FORM = "form", _("signed up on the site")
        IMPORT = "import", _("imported")
        EVENT = "event", _("agreed at an event")
        PETITION = "petition", _("agreed at a petition")

    class Left(models.TextChoices):
        ONE_CLICK = "one_click", _("by the button of the mail program")
        PAGE = "page", _("on the page of the link in a letter")
        BOUNCED = "bounced", _("letters came back")
        COMPLAINED = "complained", _("reported as unwanted")
        DESK = "desk", _("by staff, on request")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="names the reader in links")
    email = models.EmailField(_("e-mail address"), max_length=254)
    address_index = models.BinaryField(max_length=32, unique=True, help_text="what a suppression is found by")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    topics = models.ManyToManyField(Topic, blank=True, related_name="readers", help_text="none: everything")
    paused_until = models.DateField(null=True, help_text="no letters before this day")
    source = models.CharField(max_length=10, choices=Source, default=Source.FORM)
    source_detail = models.CharField(max_length=200, blank=True, help_text="which form, which file and row")
    created_at = models.DateTimeField()
    consented_at = models.DateTimeField(null=True, help_text="when they said yes, here or where they come from")
    asked_at = models.DateTimeField(null=True, help_text="when the last letter asked them to confirm")
    reminders = models.PositiveSmallIntegerField(default=0)
    left_at = models.DateTimeField(null=True)
    left_by = models.CharField(max_length=12, choices=Left, blank=True)

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="cms_subscriber_address_is_there_once"),
            # What is small to the database is small to Python then: see mail.addressing.one_form.
            models.CheckConstraint(condition=models.Q(email__regex="^[!-~]+$"), name="cms_subscriber_address_is_ascii"),
            models.CheckConstraint(
                condition=~models.Q(state="active") | models.Q(consented_at__isnull=False),
                name="cms_subscriber_gets_letters_only_with_consent",
            ),
            models.CheckConstraint(
                condition=models.Q(state="left", left_at__isnull=False)
                | (~models.Q(state="left") & models.Q(left_at__isnull=True, left_by="")),
                name="cms_subscriber_who_left_has_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(reminders__lte=2), name="cms_subscriber_is_reminded_at_most_twice"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-created_at"], name="cms_subscribers_newest"),
            models.Index(fields=["-created_at", "-id"], name="cms_subscribers_recent"),
            models.Index(fields=["asked_at"], condition=models.Q(state="pending"), name="cms_subscribers_to_remind"),
        ]

    def __str__(self) -> str:
        return self.email


class ConsentRecord(models.Model):
    """One thing that a reader did or that was done for them: the proof that they want what they get."""

    class What(models.TextChoices):
        ASKED = "asked", _("asked for letters")
        CONFIRMED = "confirmed", _("confirmed the address")
        IMPORTED = "imported", _("taken over from another list")
        CHOSE = "chose", _("chose topics or language")
        PAUSED = "paused", _("paused")
        RESUMED = "resumed", _("goes on")
        LEFT = "left", _("left")
        CAME_BACK = "came_back", _("took leaving back")

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="records")
    what = models.CharField(max_length=10, choices=What)
    how = models.CharField(max_length=200, blank=True, help_text="a code or the source: one_click, Mailchimp export")
    at = models.DateTimeField()

    class Meta:
        # Rows go only with their subscriber.
        triggers = [pgtrigger.Protect(name="consent_record_is_kept", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d}"


def address_index(email: str) -> bytes:
    """Return the keyed hash that an address is found and suppressed by, in any case."""
    return addresses.index_of(email)
