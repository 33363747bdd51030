"""The chart of accounts: what each account is, its number and its type. Fixed, so that reports and proofs know them all."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.models import Account


class Type(StrEnum):
    """As accountants sort them. Debit increases assets and expenses, credit the others."""

    ASSET = "asset"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"


@dataclass(frozen=True)
class Place:
    """Where an account stands in the chart."""

    number: int
    type: Type
    meaning: str | Promise


CHART: dict[Account, Place] = {
    Account.STRIPE: Place(1000, Type.ASSET, _("Money at the payment service, not yet paid out.")),
    Account.BANK: Place(1010, Type.ASSET, _("Money at the bank, and cash on its way there.")),
    Account.OPENING: Place(3000, Type.EQUITY, _("What was there before these books began.")),
    Account.BETWEEN_FUNDS: Place(
        3100, Type.EQUITY, _("What one fund passed on to another; over all funds it is zero.")
    ),
    Account.GIFTS: Place(4000, Type.INCOME, _("Gifts of money, less what was sent or taken back.")),
    Account.GIFTS_IN_KIND: Place(4100, Type.INCOME, _("Goods and services that were given, at their stated value.")),
    Account.OTHER_INCOME: Place(4900, Type.INCOME, _("Interest and whatever else is no gift.")),
    Account.AID: Place(5000, Type.EXPENSE, _("Aid that was paid to workers.")),
    Account.WORK: Place(5100, Type.EXPENSE, _("Work that was paid: moderation, translation, accounting.")),
    Account.OUTREACH: Place(5200, Type.EXPENSE, _("Campaigns, printing, travel, meetings.")),
    Account.RUNNING: Place(5300, Type.EXPENSE, _("Hosting, insurance, bank charges and the like.")),
    Account.FEES: Place(5400, Type.EXPENSE, _("What the payment service kept.")),
    Account.IN_KIND: Place(5500, Type.EXPENSE, _("Goods and services that were given, as they were used.")),
}

# What changes what a fund has. Gifts in kind do not: they come and are used in one booking.
MONEY_IN = (Account.OPENING, Account.BETWEEN_FUNDS, Account.GIFTS, Account.OTHER_INCOME)
MONEY_OUT = (Account.AID, Account.WORK, Account.OUTREACH, Account.RUNNING, Account.FEES)
