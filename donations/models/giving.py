"""Who gives, what was asked of Stripe for them, and the gifts that come again."""

import secrets

from django.db import models
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from core import moving
from core.money import from_minor
from donations import triggers
from ledger.models import Fund


def new_reference() -> str:
    """Return a random public name of 96 bits for an address."""
    return secrets.token_urlsafe(12)


class Interval(models.TextChoices):
    ONCE = "once", _("once")
    MONTH = "month", _("every month")
    QUARTER = "quarter", _("every three months")
    YEAR = "year", _("every year")

    @property
    def months(self) -> int:
        """After how many months the gift comes again; 0: never."""
        return {"once": 0, "month": 1, "quarter": 3, "year": 12}[self.value]


class DonorQuerySet(models.QuerySet["Donor"]):
    def people(self) -> "DonorQuerySet":
        """Everybody once: without the rows that were merged into another."""
        return self.filter(merged_into=None)


class Donor(models.Model):
    """A person who has given. Found by their mail address, in any case of letters; cheques may come without one."""

    reference = models.CharField(max_length=24, unique=True, default=new_reference, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    address = models.TextField(_("postal address"), blank=True, help_text=_("For receipts, several lines"))
    language = models.CharField(_("language"), max_length=10, default="en")
    since = models.DateTimeField(help_text="when their first gift was booked")
    details_at = models.DateTimeField(null=True, help_text="when they last wrote their own name and address")
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")
    erased_at = models.DateTimeField(null=True, help_text="when they had themselves erased")

    objects = DonorQuerySet.as_manager()

    class Meta:
        verbose_name = _("donor")
        verbose_name_plural = _("donors")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~models.Q(email=""),
                name="donations_donor_email_is_unique_in_any_case",
            ),
            models.CheckConstraint(
                condition=~models.Q(email="", name="") | models.Q(erased_at__isnull=False),
                name="donations_donor_has_an_email_or_a_name",
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True) | models.Q(email="", name="", address=""),
                name="donations_erased_donor_is_nobody",
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True) | ~models.Q(merged_into=models.F("id")),
                name="donations_donor_is_not_merged_into_itself",
            ),
        ]
        # Django compares "iexact" in capitals.
        indexes = [models.Index(Upper("email"), name="donations_donor_by_email")]
        triggers = [triggers.donor_is_merged_once()]

    def __str__(self) -> str:
        return self.name or self.email or str(_("erased donor"))

    @property
    def person(self) -> "Donor":
        """The row that stands for this person: the one that this was merged into, or itself."""
        return self.merged_into or self


class Checkout(models.Model):
    """A wish to give, written down before Stripe is asked: so much, once or again and again, to this fund."""

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
    fee_cover_minor = models.BigIntegerField(default=0, help_text="the part of the amount that is to cover the fee")
    honouree = models.CharField(max_length=120, blank=True, help_text="in whose honour it is given")
    employer = models.CharField(max_length=120, blank=True, help_text="who may match the gift")
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
            models.CheckConstraint(
                condition=models.Q(fee_cover_minor__gte=0, fee_cover_minor__lt=models.F("amount_minor")),
                name="donations_checkout_fee_cover_is_a_part_of_it",
            ),
        ]
        triggers = [
            moving.moves(
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
            moving.fixed(
                "checkout_is_not_rewritten",
                ["reference", "amount_minor", "currency", "interval", "fund_id", "fee_cover_minor"],
            ),
            moving.set_once("checkout_has_one_session", ["stripe_session_id"]),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def amount(self) -> Money:
        return from_minor(self.amount_minor, self.currency)

    @property
    def fee_cover(self) -> Money:
        return from_minor(self.fee_cover_minor, self.currency)

    @property
    def comes_again(self) -> bool:
        return self.interval != Interval.ONCE
