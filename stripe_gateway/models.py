"""What Stripe told us, and what we asked of it. No personal data: an event is only a hint at an object to look at."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import append_only


class StripeEventQuerySet(models.QuerySet["StripeEvent"]):
    def due(self, at: datetime) -> "StripeEventQuerySet":
        """Events that wait for their (next) processing."""
        return self.filter(
            state__in=[StripeEvent.State.RECEIVED, StripeEvent.State.FAILED], due_at__isnull=False, due_at__lte=at
        )


class StripeEvent(models.Model):
    """One event that Stripe sent us, stored once before anything is done about it."""

    class State(models.TextChoices):
        RECEIVED = "received", _("waiting")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        IGNORED = "ignored", _("not needed")

    event_id = models.CharField(max_length=80, unique=True)
    type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=120, blank=True, help_text="the object at Stripe to bring up to date")
    api_version = models.CharField(max_length=40, blank=True)
    livemode = models.BooleanField()
    created_at = models.DateTimeField(help_text="when it happened, as Stripe dates it")
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, help_text="when it is tried (again); none: not by itself")
    done_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=120, blank=True, help_text="the kind of the last failure, without its text")

    objects = StripeEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("Stripe event")
        verbose_name_plural = _("Stripe events")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="done", done_at__isnull=False, due_at__isnull=True)
                | models.Q(state="ignored", due_at__isnull=True)
                | models.Q(state="received", due_at__isnull=False, done_at__isnull=True)
                | models.Q(state="failed", done_at__isnull=True),
                name="stripe_event_is_due_or_done",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="stripe_event_due"),
            models.Index(fields=["object_id"], name="stripe_event_by_object"),
        ]
        triggers = [
            append_only.never_deleted("stripe_event_is_kept"),
            append_only.never_emptied("stripe_events_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class StripeCall(models.Model):
    """One change that we asked of Stripe. Written and committed before the call, so that a repeat is the same call."""

    key = models.CharField(max_length=255, unique=True, help_text="the idempotency key: checkout:Jw3…:v1")
    request_hash = models.BinaryField(max_length=32)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer_id = models.CharField(max_length=120, blank=True, help_text="the object that Stripe made or changed")

    class Meta:
        triggers = [
            append_only.never_deleted("stripe_call_is_kept"),
            append_only.never_emptied("stripe_calls_are_never_emptied"),
            pgtrigger.Trigger(
                name="stripe_call_is_not_rewritten",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF (OLD.key, OLD.request_hash, OLD.asked_at) IS DISTINCT FROM (NEW.key, NEW.request_hash, NEW.asked_at)
                    THEN RAISE EXCEPTION 'call % is already made', OLD.key
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'stripe_call_is_not_rewritten';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.key
