"""What is booked by hand: one person proposes it, another one books it or declines."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from moneyed import Money

from core import append_only, moving
from core.money import from_minor
from ledger.models.books import Account, Fund, Transaction


class Proposal(models.Model):
    """A booking that nobody outside tells us of: an opening balance, a transfer, spending, income, a correction."""

    class Kind(models.TextChoices):
        OPENING = "opening", _("Opening balance")
        TRANSFER = "transfer", _("Transfer between funds")
        SPENDING = "spending", _("Money spent")
        INCOME = "income", _("Other income")
        REVERSAL = "reversal", _("Correction: reverse a booking")

    class State(models.TextChoices):
        OPEN = "open", _("waits for a second person")
        BOOKED = "booked", _("booked")
        DECLINED = "declined", pgettext_lazy("proposal", "declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    kind = models.CharField(max_length=10, choices=Kind)
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="proposals")
    to_fund = models.ForeignKey(Fund, on_delete=models.PROTECT, null=True, related_name="+", help_text="of a transfer")
    asset = models.CharField(max_length=20, choices=Account, help_text="where the money is: stripe or bank")
    account = models.CharField(max_length=20, choices=Account, blank=True, help_text="of spending and income: what for")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    on = models.DateField(help_text="the day it is to count for")
    memo = models.CharField(max_length=200, help_text="no personal data: the books are kept for ever")
    reverses = models.ForeignKey(Transaction, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=200, blank=True, help_text="why it was declined")
    transaction = models.OneToOneField(Transaction, on_delete=models.PROTECT, null=True, related_name="proposal")

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="ledger_proposal_is_positive"),
            models.CheckConstraint(condition=~Q(memo=""), name="ledger_proposal_says_why"),
            models.CheckConstraint(condition=Q(asset__in=["stripe", "bank"]), name="ledger_proposal_moves_money"),
            models.CheckConstraint(
                condition=(Q(kind="transfer", to_fund__isnull=False) & ~Q(fund=F("to_fund")))
                | (~Q(kind="transfer") & Q(to_fund__isnull=True)),
                name="ledger_proposal_transfers_to_another_fund",
            ),
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False) | (~Q(kind="reversal") & Q(reverses__isnull=True)),
                name="ledger_proposal_of_a_reversal_names_it",
            ),
            models.CheckConstraint(
                condition=Q(kind="spending", account__in=["work", "outreach", "running", "fees"])
                | Q(kind="income", account="other_income")
                | (~Q(kind__in=["spending", "income"]) & Q(account="")),
                name="ledger_proposal_names_its_account",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_by__isnull=True, decided_at__isnull=True, transaction__isnull=True)
                | Q(state="withdrawn", decided_by=F("proposed_by"), decided_at__isnull=False, transaction__isnull=True)
                | (
                    Q(state="declined", decided_at__isnull=False, transaction__isnull=True)
                    & ~Q(answer="")
                    & ~Q(decided_by=F("proposed_by"))
                )
                | (
                    Q(state="booked", decided_at__isnull=False, transaction__isnull=False)
                    & ~Q(decided_by=F("proposed_by"))
                ),
                name="ledger_proposal_is_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "withdrawn"]) | Q(decided_by__isnull=False),
                name="ledger_proposal_is_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["reverses"], condition=Q(state__in=["open", "booked"]), name="ledger_one_reversal_is_proposed"
            ),
        ]
        triggers = [
            append_only.never_deleted("proposal_is_kept"),
            append_only.never_emptied("proposals_are_never_emptied"),
            moving.moves("proposal_moves_on", [("open", "booked"), ("open", "declined"), ("open", "withdrawn")]),
            moving.fixed(
                "proposal_is_not_rewritten",
                [
                    "kind",
                    "fund_id",
                    "to_fund_id",
                    "asset",
                    "account",
                    "amount_minor",
                    "currency",
                    '"on"',
                    "memo",
                    "reverses_id",
                    "proposed_by_id",
                    "proposed_at",
                ],
            ),
            moving.set_once("proposal_is_decided_once", ["decided_by_id", "decided_at", "transaction_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def amount(self) -> Money:
        return from_minor(self.amount_minor, self.currency)

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN
