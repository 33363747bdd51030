"""The sending of an issue: what leaves, to whom, and what became of each letter. The issue is a page, its sending is not."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cms.models.newsletter import NewsletterIssuePage
from cms.models.subscribers import Subscriber, Topic
from core import append_only, moving

SENDING_MOVES = [
    ("asked", "returned"),
    ("asked", "waiting"),
    ("returned", "asked"),
    ("waiting", "returned"),
    ("waiting", "held"),
    ("waiting", "sending"),
    ("held", "waiting"),
    ("held", "returned"),
    ("sending", "paused"),
    ("sending", "done"),
    ("sending", "stopped"),
    ("paused", "sending"),
    ("paused", "stopped"),
    # Somebody said that an uncertain letter shall go out again.
    ("done", "sending"),
]


class Sending(models.Model):
    """An issue leaves once. One person asks, another agrees; then it waits, and then every reader has a row."""

    class State(models.TextChoices):
        ASKED = "asked", _("waits for a second person")
        RETURNED = "returned", _("sent back")
        WAITING = "waiting", _("agreed, waits for its time")
        HELD = "held", _("held: somebody must decide")
        SENDING = "sending", _("being sent")
        PAUSED = "paused", _("paused")
        DONE = "done", _("sent")
        STOPPED = "stopped", _("stopped for good")

    class To(models.TextChoices):
        EVERYONE = "everyone", _("Everyone")
        TOPICS = "topics", _("Who wants one of these topics")
        SUPPORTERS = "supporters", _("Supporters")

    issue = models.OneToOneField(NewsletterIssuePage, on_delete=models.PROTECT, related_name="sending")
    # What was asked for. Kept as long as Wagtail keeps it; the letter that was agreed to is in the variants.
    revision = models.ForeignKey("wagtailcore.Revision", on_delete=models.SET_NULL, null=True, related_name="+")
    revision_at = models.DateTimeField(help_text="when what was agreed to was saved")
    letter_sha256 = models.BinaryField(
        max_length=32, null=True, help_text="over the letter as it was when it was asked for, without sums"
    )
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    to = models.CharField(_("to"), max_length=12, choices=To, default=To.EVERYONE)
    topics = models.ManyToManyField(Topic, blank=True, related_name="sendings", verbose_name=_("topics"))
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, blank=True)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, help_text="the first letter leaves; until then it can be called back")
    note = models.TextField(blank=True, max_length=1000, help_text="why it was sent back, held, paused or stopped")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # The equation, written with the rows in one statement: selected = chosen + left out, with a reason for each.
    selected = models.PositiveIntegerField(null=True)
    chosen = models.PositiveIntegerField(null=True)
    left_out = models.PositiveIntegerField(null=True)
    left_out_for = models.JSONField(null=True, help_text="how many for which reason")

    class Meta:
        verbose_name = _("sending")
        verbose_name_plural = _("sendings")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agreed_by__isnull=True) | ~models.Q(agreed_by=models.F("asked_by")),
                name="cms_sending_takes_two",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["asked", "returned"], agreed_by__isnull=True, due_at__isnull=True)
                | (
                    ~models.Q(state__in=["asked", "returned"])
                    & models.Q(agreed_by__isnull=False, agreed_at__isnull=False, due_at__isnull=False)
                ),
                name="cms_sending_waits_for_agreement",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["asked", "returned", "waiting", "held"], started_at__isnull=True, selected__isnull=True
                )
                | (
                    ~models.Q(state__in=["asked", "returned", "waiting", "held"])
                    & models.Q(started_at__isnull=False, selected__isnull=False)
                ),
                name="cms_sending_freezes_its_readers_first",
            ),
            models.CheckConstraint(
                condition=models.Q(selected__isnull=True, chosen__isnull=True, left_out__isnull=True)
                | models.Q(selected=models.F("chosen") + models.F("left_out")),
                name="cms_sending_leaves_nobody_uncounted",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["done", "stopped"], ended_at__isnull=False)
                | (~models.Q(state__in=["done", "stopped"]) & models.Q(ended_at__isnull=True)),
                name="cms_sending_that_ended_has_a_time",
            ),
        ]
        triggers = [
            moving.moves("cms_sending_moves", SENDING_MOVES),
            moving.set_once(
                "cms_sending_counts_once", ["started_at", "selected", "chosen", "left_out", "left_out_for"]
            ),
            append_only.never_deleted("cms_sending_is_kept"),
        ]

    def __str__(self) -> str:
        return f"{self.issue.title}: {self.get_state_display()}"


class SendingVariant(models.Model):
    """The letter as it was agreed to and as it leaves, in one language: frozen bytes with places for what is personal."""

    sending = models.ForeignKey(Sending, on_delete=models.PROTECT, related_name="variants")
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    subject = models.CharField(max_length=200)
    html = models.TextField()
    text = models.TextField()
    mime = models.BinaryField(help_text="the whole message: see mail.frozen")
    sha256 = models.BinaryField(max_length=32, help_text="over the message")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sending", "language"], name="cms_variant_is_frozen_once"),
        ]
        triggers = [
            pgtrigger.Protect(name="cms_variant_is_kept", operation=pgtrigger.Update),
            # Who calls it back has nothing agreed to any more.
            pgtrigger.Trigger(
                name="cms_variant_goes_only_before_agreement",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM cms_sending WHERE id = OLD.sending_id AND state NOT IN ('asked', 'returned')
                    )
                    THEN RAISE EXCEPTION 'the letter of sending % was agreed to', OLD.sending_id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'cms_variant_goes_only_before_agreement';
                    END IF;
                    RETURN OLD;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.language})"


DELIVERY_MOVES = [
    ("queued", "sending"),
    ("queued", "left_out"),
    ("sending", "queued"),
    ("sending", "accepted"),
    ("sending", "refused"),
    ("sending", "uncertain"),
    ("uncertain", "accepted"),
    ("uncertain", "queued"),
    ("uncertain", "left_out"),
    ("uncertain", "bounced"),
    ("uncertain", "complained"),
    ("accepted", "bounced"),
    ("accepted", "complained"),
    ("bounced", "complained"),
]


class Delivery(models.Model):
    """One reader's letter of one issue. There is one row, whatever happens; a reader who is erased leaves it nameless."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        SENDING = "sending", _("being sent")
        ACCEPTED = "accepted", _("accepted by the mail server")
        REFUSED = "refused", _("refused")
        UNCERTAIN = "uncertain", _("uncertain: the sender was stopped in mid-letter")
        BOUNCED = "bounced", _("came back")
        COMPLAINED = "complained", _("reported as unwanted")
        LEFT_OUT = "left_out", _("left out")

    class Reason(models.TextChoices):
        PAUSED = "paused", _("has paused")
        SUPPRESSED = "suppressed", _("letters came back, or were unwanted")
        LEFT = "left", _("left before the letter did")
        STOPPED = "stopped", _("the sending was stopped")
        DROPPED = "dropped", _("uncertain, and not sent again")

    sending = models.ForeignKey(Sending, on_delete=models.PROTECT, related_name="deliveries")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.SET_NULL, null=True, related_name="deliveries")
    language = models.CharField(max_length=10)
    domain = models.CharField(max_length=255, help_text="of the address, small letters: its server's pace")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=10, choices=Reason, blank=True, help_text="why left out")
    due_at = models.DateTimeField(help_text="not before; moved on after a temporary failure")
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, help_text="by the wall clock")
    claimed_by = models.CharField(max_length=80, blank=True, help_text="machine and process")
    settled_at = models.DateTimeField(null=True, help_text="when it was accepted, refused or left out")
    answer = models.CharField(max_length=200, blank=True, help_text="what the mail server said, without addresses")
    unsubscribed_at = models.DateTimeField(null=True, help_text="left by the link of this letter")

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["sending", "subscriber"], name="cms_delivery_reaches_a_reader_once"),
            models.CheckConstraint(
                condition=models.Q(state="left_out") ^ models.Q(reason=""), name="cms_delivery_left_out_for_a_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["sending", "due_at", "id"], condition=models.Q(state="queued"), name="cms_deliveries_due"
            ),
            models.Index(fields=["claimed_at"], condition=models.Q(state="sending"), name="cms_deliveries_in_flight"),
            models.Index(fields=["sending", "state"], name="cms_deliveries_by_state"),
        ]
        triggers = [
            moving.moves("cms_delivery_moves", DELIVERY_MOVES),
            moving.fixed(
                "cms_delivery_is_of_one_sending",
                ["sending_id", "language", "domain"],
                # A domain of one's own is a name, and goes with its reader.
                unless="NEW.subscriber_id IS NULL AND NEW.domain = ''"
                " AND ROW(OLD.sending_id, OLD.language) = ROW(NEW.sending_id, NEW.language)",
            ),
            append_only.never_deleted("cms_delivery_is_kept"),
        ]

    def __str__(self) -> str:
        return f"{self.sending_id}/{self.pk} {self.state}"
