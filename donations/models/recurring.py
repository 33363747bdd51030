"""Gifts that come again: their state is Stripe's, what their donors want of them is ours."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from core import append_only, moving
from core.money import from_minor
from donations.models.giving import Checkout, Donor, Interval, new_reference
from ledger.models import Fund


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def of(self, donor: Donor) -> "SubscriptionQuerySet":
        """The recurring gifts of a person, also those under addresses that were merged into theirs."""
        return self.filter(Q(donor=donor) | Q(donor__merged_into=donor))

    def running(self) -> "SubscriptionQuerySet":
        """Those for which Stripe charges, or tries to."""
        return self.exclude(state__in=Subscription.ENDED)

    def active(self) -> "SubscriptionQuerySet":
        """Those that are paid as they should be; at Stripe one that waits for its new interval is on trial."""
        return self.filter(state__in=[Subscription.State.ACTIVE, Subscription.State.TRIALING])

    def ended(self) -> "SubscriptionQuerySet":
        return self.filter(state__in=Subscription.ENDED)

    def failing(self) -> "SubscriptionQuerySet":
        """Those whose last payment failed."""
        return self.filter(state__in=Subscription.FAILING)

    def waiting_to_stop(self) -> "SubscriptionQuerySet":
        """Those that their donor has stopped, while Stripe has not said so yet."""
        asked = SubscriptionChange.objects.filter(
            subscription=OuterRef("pk"), kind=SubscriptionChange.Kind.STOP, refused_at=None
        )
        return self.running().filter(Exists(asked))

    def paused(self, at: datetime) -> "SubscriptionQuerySet":
        """Those that charge nothing for now, because their donor asked for it."""
        return self.running().filter(Q(paused_until__gt=at) | Q(state=Subscription.State.PAUSED))


class Subscription(models.Model):
    """A gift that comes again. Its state is Stripe's; only what Stripe says changes it."""

    ENDED = ("canceled", "incomplete_expired")
    FAILING = ("past_due", "unpaid")

    class State(models.TextChoices):
        INCOMPLETE = "incomplete", _("not paid yet")
        INCOMPLETE_EXPIRED = "incomplete_expired", _("never paid")
        TRIALING = "trialing", _("waits for its new interval")
        ACTIVE = "active", _("running")
        PAST_DUE = "past_due", _("last payment failed")
        UNPAID = "unpaid", _("not paid")
        PAUSED = "paused", _("paused")
        CANCELED = "canceled", _("ended")

    reference = models.CharField(max_length=24, unique=True, default=new_reference, editable=False)
    stripe_id = models.CharField(max_length=120, unique=True)
    stripe_customer_id = models.CharField(max_length=120)
    state = models.CharField(max_length=20, choices=State)
    donor = models.ForeignKey(Donor, on_delete=models.PROTECT, related_name="subscriptions")
    checkout = models.OneToOneField(Checkout, on_delete=models.PROTECT, related_name="subscription")
    amount_minor = models.BigIntegerField(help_text="what we and the donor agreed on; another amount is held")
    currency = models.CharField(max_length=3)
    interval = models.CharField(max_length=10, choices=Interval)
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="subscriptions")
    campaign = models.SlugField(max_length=80, blank=True)
    started_at = models.DateTimeField()
    paid_until = models.DateTimeField(help_text="when the next payment is due")
    paused_until = models.DateTimeField(null=True, help_text="nothing is charged before; none: it is not paused")
    card_brand = models.CharField(max_length=40, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    card_expires_on = models.DateField(null=True, help_text="the last day of its last month")
    ended_at = models.DateTimeField(null=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("recurring gift")
        verbose_name_plural = _("recurring gifts")
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="donations_subscription_is_positive"),
            models.CheckConstraint(
                condition=models.Q(state="canceled", ended_at__isnull=False) | ~models.Q(state="canceled"),
                name="donations_ended_subscription_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(interval__in=[Interval.MONTH, Interval.QUARTER, Interval.YEAR]),
                name="donations_subscription_comes_again",
            ),
        ]
        triggers = [
            append_only.never_deleted("subscription_is_kept"),
            moving.fixed(
                "subscription_is_not_rewritten", ["stripe_id", "checkout_id", "donor_id", "currency", "started_at"]
            ),
        ]

    def __str__(self) -> str:
        return self.stripe_id

    @property
    def amount(self) -> Money:
        return from_minor(self.amount_minor, self.currency)

    @property
    def has_ended(self) -> bool:
        return self.state in self.ENDED

    @property
    def is_failing(self) -> bool:
        return self.state in self.FAILING

    @property
    def stop_asked_at(self) -> datetime | None:
        """When the donor asked to stop; Stripe ends it."""
        stops = [c for c in self.changes.all() if c.kind == SubscriptionChange.Kind.STOP and not c.refused_at]
        return min((stop.asked_at for stop in stops), default=None)

    def is_paused(self, at: datetime) -> bool:
        return self.state == self.State.PAUSED or (self.paused_until is not None and self.paused_until > at)


class SubscriptionChangeQuerySet(models.QuerySet["SubscriptionChange"]):
    def unheard(self) -> "SubscriptionChangeQuerySet":
        """Those that Stripe has to be told of (again), the oldest first."""
        return self.filter(heard_at=None, refused_at=None).order_by("pk")


class SubscriptionChange(models.Model):
    """What a donor wants of their recurring gift, written down before Stripe is told. Stripe's answer changes the gift."""

    class Kind(models.TextChoices):
        TERMS = "terms", _("another amount or interval")
        PAUSE = "pause", _("pause")
        SKIP = "skip", _("skip one payment")
        RESUME = "resume", _("go on")
        STOP = "stop", _("stop")
        CARD = "card", _("another card")

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind)
    amount_minor = models.BigIntegerField(null=True, help_text="TERMS: from the next payment on, in its currency")
    interval = models.CharField(max_length=10, choices=Interval, blank=True, help_text="TERMS")
    until = models.DateTimeField(null=True, help_text="PAUSE, SKIP: nothing is charged before")
    payment_method_id = models.CharField(max_length=120, blank=True, help_text="CARD: Stripe's name for it")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", help_text="none: the donor"
    )
    asked_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True, help_text="when Stripe said yes")
    refused_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=80, blank=True, help_text="Stripe's word for why not")

    objects = SubscriptionChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a recurring gift")
        verbose_name_plural = _("changes of recurring gifts")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind="terms", amount_minor__gt=0, interval__in=[Interval.MONTH, Interval.QUARTER, Interval.YEAR]
                )
                | (~Q(kind="terms") & Q(amount_minor__isnull=True, interval="")),
                name="donations_change_of_terms_names_them",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["pause", "skip"], until__isnull=False)
                | (~Q(kind__in=["pause", "skip"]) & Q(until__isnull=True)),
                name="donations_pause_has_an_end",
            ),
            models.CheckConstraint(
                condition=(Q(kind="card") & ~Q(payment_method_id="")) | (~Q(kind="card") & Q(payment_method_id="")),
                name="donations_change_of_card_names_it",
            ),
            models.CheckConstraint(
                condition=Q(heard_at__isnull=True) | Q(refused_at__isnull=True),
                name="donations_change_is_heard_or_refused",
            ),
            models.UniqueConstraint(
                fields=["subscription"],
                condition=Q(kind="stop", refused_at__isnull=True),
                name="donations_subscription_is_stopped_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"],
                condition=Q(heard_at__isnull=True, refused_at__isnull=True),
                name="donations_change_unheard",
            ),
        ]
        triggers = [
            append_only.never_deleted("subscription_change_is_kept"),
            moving.fixed(
                "subscription_change_is_not_rewritten",
                [
                    "subscription_id",
                    "kind",
                    "amount_minor",
                    "interval",
                    "until",
                    "payment_method_id",
                    "asked_by_id",
                    "asked_at",
                ],
            ),
            moving.set_once("subscription_change_is_answered_once", ["heard_at", "refused_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subscription_id}"

    @property
    def amount(self) -> Money | None:
        return from_minor(self.amount_minor, self.subscription.currency) if self.amount_minor else None
