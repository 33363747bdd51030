"""What was paid and sent back: facts, each once, that Stripe reported or a member of staff entered."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from core import append_only, moving
from core.money import from_minor
from donations.models.giving import Checkout, Donor, Interval, new_reference
from donations.models.recurring import Subscription
from ledger.models import Fund, Transaction
from organisation.models import LegalEntity


class Method(models.TextChoices):
    """How a gift came."""

    STRIPE = "stripe", _("online")
    CHEQUE = "cheque", _("cheque")
    CASH = "cash", _("cash")
    BANK = "bank", _("bank transfer")
    IN_KIND = "in_kind", _("goods or services")


class PaymentQuerySet(models.QuerySet["Payment"]):
    def of(self, donor: Donor) -> "PaymentQuerySet":
        """The gifts of a person, also those under addresses that were merged into theirs."""
        return self.filter(Q(donor=donor) | Q(donor__merged_into=donor))

    def of_money(self) -> "PaymentQuerySet":
        """Without goods and services: their value is what somebody stated, and no fund has more to spend by them."""
        return self.exclude(method=Method.IN_KIND)


class Payment(models.Model):
    """A gift that arrived: one row and one ledger transaction, for ever.

    What was *given* is in the donor's currency, as their card was charged or their cheque says. Gross, fee and net are
    what it came to in the fund's currency; Stripe converts, and says so on the line of its balance.
    """

    reference = models.CharField(max_length=24, unique=True, default=new_reference, editable=False)
    method = models.CharField(max_length=10, choices=Method, default=Method.STRIPE)
    balance_transaction_id = models.CharField(max_length=120, unique=True, null=True)  # noqa: DJ001 - none offline
    charge_id = models.CharField(max_length=120, unique=True, null=True)  # noqa: DJ001 - none offline
    intent_id = models.CharField(max_length=120, unique=True, null=True)  # noqa: DJ001 - none offline
    invoice_id = models.CharField(max_length=120, blank=True)
    livemode = models.BooleanField()
    donor = models.ForeignKey(Donor, on_delete=models.PROTECT, related_name="payments")
    checkout = models.ForeignKey(Checkout, on_delete=models.PROTECT, null=True, related_name="payments")
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, null=True, related_name="payments")
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="payments")
    campaign = models.SlugField(max_length=80, blank=True)
    interval = models.CharField(max_length=10, choices=Interval)
    given_minor = models.BigIntegerField()
    given_currency = models.CharField(max_length=3)
    gross_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, help_text="the fund's")
    occurred_at = models.DateTimeField(help_text="as Stripe dates it; offline: when it was received")
    recorded_at = models.DateTimeField()
    ledger_transaction = models.OneToOneField(Transaction, on_delete=models.PROTECT, related_name="payment")

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        constraints = [
            models.CheckConstraint(condition=Q(gross_minor__gt=0), name="donations_payment_is_positive"),
            models.CheckConstraint(condition=Q(fee_minor__gte=0), name="donations_payment_fee_is_not_negative"),
            models.CheckConstraint(
                condition=Q(net_minor=F("gross_minor") - F("fee_minor")), name="donations_payment_net_is_gross_less_fee"
            ),
            models.CheckConstraint(
                condition=(~Q(interval="once") & Q(subscription__isnull=False))
                | Q(interval="once", subscription__isnull=True),
                name="donations_recurring_payment_has_a_subscription",
            ),
            models.CheckConstraint(condition=Q(given_minor__gt=0), name="donations_payment_given_is_positive"),
            models.CheckConstraint(
                condition=Q(currency=F("given_currency"), gross_minor=F("given_minor"))
                | ~Q(currency=F("given_currency")),
                name="donations_payment_is_converted_only_between_currencies",
            ),
            models.CheckConstraint(
                condition=Q(
                    method="stripe",
                    balance_transaction_id__isnull=False,
                    charge_id__isnull=False,
                    intent_id__isnull=False,
                    checkout__isnull=False,
                )
                | (
                    ~Q(method="stripe")
                    & Q(
                        balance_transaction_id__isnull=True,
                        charge_id__isnull=True,
                        intent_id__isnull=True,
                        checkout__isnull=True,
                        fee_minor=0,
                    )
                ),
                name="donations_online_payment_names_its_charge",
            ),
            # The first payment of a subscription is reported twice, by its checkout and by its invoice.
            models.UniqueConstraint(
                fields=["invoice_id"], condition=~Q(invoice_id=""), name="donations_invoice_is_paid_once"
            ),
            models.UniqueConstraint(
                fields=["checkout"], condition=Q(interval="once"), name="donations_one_time_checkout_is_paid_once"
            ),
        ]
        indexes = [
            models.Index(fields=["fund", "occurred_at"], name="donations_payment_by_fund"),
            models.Index(fields=["campaign"], condition=~Q(campaign=""), name="donations_payment_by_campaign"),
            models.Index(fields=["-occurred_at", "-id"], name="donations_payment_newest"),
        ]
        triggers = [
            append_only.kept("payment_is_kept"),
            append_only.never_emptied("payments_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def gross(self) -> Money:
        return from_minor(self.gross_minor, self.currency)

    @property
    def fee(self) -> Money:
        return from_minor(self.fee_minor, self.currency)

    @property
    def net(self) -> Money:
        return from_minor(self.net_minor, self.currency)

    @property
    def given(self) -> Money:
        """What the donor gave, in the donor's currency."""
        return from_minor(self.given_minor, self.given_currency)

    @property
    def is_online(self) -> bool:
        return self.method == Method.STRIPE

    @property
    def is_money(self) -> bool:
        return self.method != Method.IN_KIND

    @property
    def name(self) -> str:
        """The name for receipts and letters: as typed with the gift, until the donor has written their own."""
        if self.checkout and self.checkout.name and not self.donor.details_at:
            return self.checkout.name
        return self.donor.name

    @property
    def language(self) -> str:
        return self.checkout.language if self.checkout else self.donor.language

    @property
    def gone_minor(self) -> int:
        """What went back or was taken back, and stayed there; in the donor's currency."""
        return sum(move.gone_minor for move in [*self.refunds.all(), *self.disputes.all()])

    @property
    def remaining(self) -> Money:
        """What of the gift is left after refunds and disputes, in the donor's currency; never below zero."""
        return from_minor(max(self.given_minor - self.gone_minor, 0), self.given_currency)


class Refund(models.Model):
    """Money of a gift that goes back, in the donor's currency.

    Written before Stripe is asked, or when Stripe says that it was made there; an offline gift's is booked at once.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("asked for")
        PENDING = "pending", _("on its way")
        REQUIRES_ACTION = "requires_action", _("waits for the donor")
        SUCCEEDED = "succeeded", _("done")
        FAILED = "failed", _("failed, the money came back")
        CANCELED = "canceled", _("called off")
        REFUSED = "refused", _("refused by Stripe")

    class Reason(models.TextChoices):
        ASKED = "asked", _("the donor asked for it")
        MISTAKE = "mistake", _("given by mistake or twice")
        FRAUD = "fraud", _("fraudulent")
        TYPO = "typo", _("entered wrongly")
        AT_STRIPE = "stripe", _("made at Stripe")

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    stripe_id = models.CharField(max_length=120, unique=True, null=True)  # noqa: DJ001 - none until Stripe answers
    state = models.CharField(max_length=20, choices=State)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=10, choices=Reason)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    ledger_transaction = models.OneToOneField(
        Transaction, on_delete=models.PROTECT, null=True, related_name="refund", help_text="the money left"
    )
    failure_transaction = models.OneToOneField(
        Transaction, on_delete=models.PROTECT, null=True, related_name="failed_refund", help_text="it came back"
    )

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="donations_refund_is_positive"),
            models.CheckConstraint(
                condition=Q(failure_transaction__isnull=True) | Q(ledger_transaction__isnull=False),
                name="donations_refund_comes_back_only_after_it_left",
            ),
        ]
        triggers = [
            append_only.never_deleted("refund_is_kept"),
            append_only.never_emptied("refunds_are_never_emptied"),
            moving.fixed(
                "refund_is_not_rewritten", ["payment_id", "amount_minor", "currency", "reason", "asked_by_id"]
            ),
            moving.set_once("refund_is_booked_once", ["stripe_id", "ledger_transaction_id", "failure_transaction_id"]),
            moving.moves(
                "refund_moves_on",
                [
                    ("requested", "pending"),
                    ("requested", "requires_action"),
                    ("requested", "succeeded"),
                    ("requested", "failed"),
                    ("requested", "canceled"),
                    ("requested", "refused"),
                    ("pending", "requires_action"),
                    ("pending", "succeeded"),
                    ("pending", "failed"),
                    ("pending", "canceled"),
                    ("requires_action", "pending"),
                    ("requires_action", "succeeded"),
                    ("requires_action", "failed"),
                    ("requires_action", "canceled"),
                    # A bank may send the money back days later.
                    ("succeeded", "failed"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.stripe_id or f"refund {self.pk}"

    @property
    def amount(self) -> Money:
        return from_minor(self.amount_minor, self.currency)

    @property
    def gone_minor(self) -> int:
        """What it took from the gift: nothing before it is booked, and nothing once it has come back."""
        return self.amount_minor if self.ledger_transaction_id and not self.failure_transaction_id else 0


class HeldPayment(models.Model):
    """Money at Stripe that is not what was asked for. Not booked until a person has looked at it."""

    class Reason(models.TextChoices):
        AMOUNT = "amount", _("another amount than was asked for")
        CURRENCY = "currency", _("another currency than was asked for")
        UNKNOWN = "unknown", _("no such checkout or monthly gift here")
        MODE = "mode", _("a test payment in live books, or the other way round")
        TWICE = "twice", _("a second payment for a gift that was paid already")

    intent_id = models.CharField(max_length=120, unique=True)
    reason = models.CharField(max_length=10, choices=Reason)
    checkout = models.ForeignKey(Checkout, on_delete=models.PROTECT, null=True, related_name="held_payments")
    asked_minor = models.BigIntegerField(null=True)
    asked_currency = models.CharField(max_length=3, blank=True)
    came_minor = models.BigIntegerField()
    came_currency = models.CharField(max_length=3)
    held_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("held payment")
        verbose_name_plural = _("held payments")
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="donations_held_payment_is_closed_by_somebody",
            ),
        ]
        triggers = [
            append_only.never_deleted("held_payment_is_kept"),
            append_only.never_emptied("held_payments_are_never_emptied"),
        ]

    def __str__(self) -> str:
        return self.intent_id

    @property
    def came(self) -> Money:
        return from_minor(self.came_minor, self.came_currency)

    @property
    def asked(self) -> Money | None:
        return from_minor(self.asked_minor, self.asked_currency) if self.asked_minor is not None else None
