"""What each fund has: sums over the entries, never a number kept beside them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from moneyed import Money

from core.money import from_minor
from ledger import chart
from ledger.models import ASSETS, Account, Entry, Fund, Promise


class FundTooLow(Exception):
    """The fund has less available (posted less promised) than is asked of it."""


@dataclass(frozen=True)
class Balance:
    """A fund's money. ``available`` is ``posted`` less ``promised``; ``money_in`` and ``money_out`` are since the start."""

    fund: Fund
    money_in: Money
    money_out: Money
    posted: Money
    promised: Money

    @property
    def available(self) -> Money:
        return self.posted - self.promised

    @property
    def is_overdrawn(self) -> bool:
        """Whether a provider took more than was there. The database refuses new promises until it is made good."""
        return bool(self.available.amount < 0)


def of(fund: Fund) -> Balance:
    """Return the fund's balance as it stands in this transaction."""
    return of_all([fund])[0]


def of_all(funds: Iterable[Fund]) -> list[Balance]:
    """Return the balances of several funds in two queries, in the order given.

    Money in is what came, less refunds, what was taken back and what went to other funds; money out is what was spent.
    In less out is posted. Gifts in kind are neither: nobody can be paid from them.
    """
    wanted = list(funds)
    in_assets = Q(account__in=ASSETS)
    sums = {
        row["fund_id"]: row
        for row in Entry.objects.filter(fund__in=wanted)
        .values("fund_id")
        .annotate(
            came=Coalesce(Sum("amount_minor", filter=Q(account__in=chart.MONEY_IN)), 0),
            spent=Coalesce(Sum("amount_minor", filter=Q(account__in=chart.MONEY_OUT)), 0),
            posted=Coalesce(Sum("amount_minor", filter=in_assets), 0),
        )
    }
    promised = dict(
        Promise.objects.filter(fund__in=wanted, state=Promise.State.OPEN)
        .values_list("fund_id")
        .annotate(sum=Sum("amount_minor"))
    )
    nothing = {"came": 0, "spent": 0, "posted": 0}
    return [
        Balance(
            fund=fund,
            money_in=from_minor(-row["came"], fund.currency),
            money_out=from_minor(row["spent"], fund.currency),
            posted=from_minor(row["posted"], fund.currency),
            promised=from_minor(promised.get(fund.pk, 0), fund.currency),
        )
        for fund in wanted
        for row in [sums.get(fund.pk, nothing)]
    ]


def received(*, fund: Fund, since: object, until: object) -> Money:
    """Return what was given to the fund in a span of time (gifts less refunds, before fees): a campaign's progress."""
    total = Entry.objects.filter(
        fund=fund, account=Account.GIFTS, transaction__occurred_at__gte=since, transaction__occurred_at__lt=until
    ).aggregate(sum=Coalesce(Sum(-F("amount_minor")), 0))["sum"]
    return from_minor(total, fund.currency)


def overdraws(error: IntegrityError) -> bool:
    """Return whether the database refused because a fund has too little available."""
    return refused_by(error) == "ledger_fund_is_not_overdrawn"


def refused_by(error: IntegrityError) -> str:
    """Return the name of the constraint by which the database refused."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
