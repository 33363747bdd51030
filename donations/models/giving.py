"""Who gives, what was asked of Stripe for them, and the gifts that come again."""

import secrets

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from core import append_only
from core.money import from_minor
from donations import triggers
from ledger.models import Fund


def new_reference() -> str:
    """Return a random public name of 96 bits for an address."""
    return secrets.token_urlsafe(12)


class Interval(models.TextChoices):
    ONCE = "once", _("once")
    MONTH = "month", _("every month")


class Donor(models.Model):
    """A person who has given. Found by their mail address, in any case of letters."""

    reference = models.CharField(max_length=24, unique=True, default=new_reference, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    since = models.DateTimeField(help_text="when their first gift was booked")

    class Meta:
        verbose_name = _("donor")
        verbose_name_plural = _("donors")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="donations_donor_email_is_unique_in_any_case"),
            models.CheckConstraint(condition=~models.Q(email=""), name="donations_donor_has_an_email"),
        ]

    def __str__(self) -> str:
        return self.name or self.email


class Checkout(models.Model):
    """A wish to give, written down before Stripe is asked: so much, once or every month, to this fund."""

    class State(models.TextChoices):
        STARTED = "started", _("started")
        OPEN = "open", _("at Stripe's page")
        PAID = "paid", _("paid")
        EXPIRED = "expired", _("not paid in time")
        FAILED = "failed", _("payment failed")

    reference = models.CharField(max_length=24, unique=True, default=new_reference, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.STARTED)
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=10, default="en")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    interval = models.CharField(max_length=10, choices=Interval)
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="checkouts")
    campaign = models.SlugField(max_length=80, blank=True)
    stripe_session_id = models.CharField(max_length=120, unique=True, null=True)  # noqa: DJ001 - none until Stripe answers
    started_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("checkout")
        verbose_name_plural = _("checkouts")
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="donations_checkout_is_positive"),
            models.CheckConstraint(
                condition=models.Q(interval__in=Interval.values), name="donations_checkout_interval_is_known"
            ),
        ]
        triggers = [
            triggers.moves(
                "checkout_moves_on",
                [
                    ("started", "open"),
                    # The webhook may be quicker than the answer to our own call.
                    ("started", "paid"),
                    ("started", "expired"),
                    ("open", "paid"),
                    ("open", "expired"),
                    ("open", "failed"),
                    ("failed", "paid"),
                ],
            ),
            triggers.fixed(
                "checkout_is_not_rewritten", ["reference", "amount_minor", "currency", "interval", "fund_id"]
            ),
            triggers.set_once("checkout_has_one_session", ["stripe_session_id"]),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def amount(self) -> Money:
        return from_minor(self.amount_minor, self.currency)

    @property
    def is_monthly(self) -> bool:
        return self.interval == Interval.MONTH


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def running(self) -> "SubscriptionQuerySet":
        """Those for which Stripe charges, or tries to."""
        return self.exclude(state__in=Subscription.ENDED)

    def active(self) -> "SubscriptionQuerySet":
        """Those that are paid as they should be."""
        return self.filter(state=Subscription.State.ACTIVE)

    def ended(self) -> "SubscriptionQuerySet":
        return self.filter(state__in=Subscription.ENDED)

    def failing(self) -> "SubscriptionQuerySet":
        """Those whose last payment failed."""
        return self.filter(state__in=Subscription.FAILING)

    def waiting_to_stop(self) -> "SubscriptionQuerySet":
        """Those that their donor has stopped, while Stripe has not said so yet."""
        return self.running().filter(stop_asked_at__isnull=False)


class Subscription(models.Model):
    """A gift that comes again. Its state is Stripe's; only what Stripe says changes it."""

    ENDED = ("canceled", "incomplete_expired")
    FAILING = ("past_due", "unpaid")

    class State(models.TextChoices):
        INCOMPLETE = "incomplete", _("not paid yet")
        INCOMPLETE_EXPIRED = "incomplete_expired", _("never paid")
        TRIALING = "trialing", _("not begun")
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
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="subscriptions")
    campaign = models.SlugField(max_length=80, blank=True)
    started_at = models.DateTimeField()
    paid_until = models.DateTimeField()
    stop_asked_at = models.DateTimeField(null=True, help_text="when the donor asked to stop; Stripe ends it")
    ended_at = models.DateTimeField(null=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("monthly gift")
        verbose_name_plural = _("monthly gifts")
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="donations_subscription_is_positive"),
            models.CheckConstraint(
                condition=models.Q(state="canceled", ended_at__isnull=False) | ~models.Q(state="canceled"),
                name="donations_ended_subscription_has_an_end",
            ),
        ]
        triggers = [
            append_only.never_deleted("subscription_is_kept"),
            triggers.fixed(
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
