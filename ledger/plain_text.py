"""The books as plain text, in the format of Beancount (beancount.github.io): for whoever wants to check or keep them.

Line by line and in constant memory. What the file asserts at the end of each closed month and at its own end are sums of
the database's, made apart from the lines: a file that somebody changed no longer agrees with itself.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Min, Q, Sum
from django.db.models.functions import TruncMonth
from django.utils import translation

from core.money import currency_of, decimals
from ledger.chart import CHART, Type
from ledger.models import Account, Closing, Entry, Fund, Kind
from organisation.models import Organisation

_ROOTS = {Type.ASSET: "Assets", Type.EQUITY: "Equity", Type.INCOME: "Income", Type.EXPENSE: "Expenses"}
_AT_A_TIME = 2000
_SAID_OF_TRANSACTION = ("kind", "reference", "memo", "occurred_at", "reverses__reference", "leaf__position")
_ROW = ("fund_id", "account", "amount_minor", "transaction_id", "transaction__booked_on")

# An account of a fund: one account of the file.
Place = tuple[int, Account]


class Lines(Protocol):
    """What lines are written to."""

    def writelines(self, lines: Iterable[str], /) -> None: ...


@dataclass(frozen=True)
class _Accounts:
    """What the file calls each account of each fund, and how it writes their amounts."""

    funds: dict[int, Fund]
    names: dict[Place, str]
    decimals: dict[str, int]
    kinds: dict[str, str]

    def name(self, place: Place) -> str:
        return self.names[place]

    def amount(self, fund: int, minor: int) -> str:
        currency = self.funds[fund].currency
        return f"{Decimal(minor).scaleb(-self.decimals[currency]):f}"

    def posting(self, place: Place, minor: int) -> str:
        fund = place[0]
        return f"  {self.name(place)}  {self.amount(fund, minor)} {self.funds[fund].currency}\n"


@transaction.atomic
def write(file: Lines, *, since: date | None = None, until: date | None = None) -> int:
    """Write the books from one snapshot of the database, and return how many transactions there are in the file.

    :param since: the first day; what was before is brought forward in one opening transaction
    :param until: the last day
    """
    connection = transaction.get_connection()
    if not connection.savepoint_ids:  # In a test it is the test's own transaction.
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    up_to = Q(transaction__booked_on__lte=until) if until else Q()
    within = up_to & Q(transaction__booked_on__gte=since) if since else up_to
    before = Q(transaction__booked_on__lt=since) if since else Q(pk=None)
    accounts = _accounts()
    file.writelines(_head(accounts))
    file.writelines(_opened(accounts, up_to, since))
    sums = Counter(_sums(before))
    if since:
        file.writelines(_brought_forward(accounts, sums, since))
    asserted = _Asserted(accounts, sums, within)
    count = 0
    for day, entries in groupby(_entries(within), key=lambda row: row["transaction__booked_on"]):
        file.writelines(asserted.before(day))
        for _key, booked in groupby(entries, key=lambda row: row["transaction_id"]):
            file.writelines(_transaction(accounts, list(booked)))
            count += 1
    file.writelines(asserted.at_the_end())
    return count


def _accounts() -> _Accounts:
    funds = {fund.pk: fund for fund in Fund.objects.order_by("pk")}
    codes = sorted({fund.currency for fund in funds.values()})
    places = {
        (fund, account): f"{_ROOTS[CHART[account].type]}:{_camel(account.value)}:{name}"
        for fund, name in _names(funds.values()).items()
        for account in CHART
    }
    with translation.override("en"):
        kinds = {kind.value: str(kind.label) for kind in Kind}
    return _Accounts(funds, places, {code: decimals(currency_of(code)) for code in codes}, kinds)


def _names(funds: Iterable[Fund]) -> dict[int, str]:
    """Return what each fund is called in the file: its short name in CamelCase, with its key if that is taken."""
    found: dict[int, str] = {}
    for fund in funds:
        name = _camel(fund.slug) or "Fund"
        # No name made of a short name has a hyphen, so that this one is free.
        found[fund.pk] = f"{name}-{fund.pk}" if name in found.values() else name
    return found


def _camel(words: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in words.replace("_", "-").split("-"))


def _head(accounts: _Accounts) -> Iterator[str]:
    yield f'option "title" {_quoted(Organisation.current().name)}\n'
    for currency in accounts.decimals:
        yield f'option "operating_currency" "{currency}"\n'
    for currency, places in accounts.decimals.items():
        yield f"\n1970-01-01 commodity {currency}\n  decimals: {places}\n"


def _opened(accounts: _Accounts, wanted: Q, since: date | None) -> Iterator[str]:
    rows = Entry.objects.filter(wanted).values_list("fund_id", "account").annotate(first=Min("transaction__booked_on"))
    for fund, account, first in rows.order_by("account", "fund_id"):
        place, of = (fund, Account(account)), accounts.funds[fund]
        yield f"\n{max(first, since or first)} open {accounts.name(place)} {of.currency}\n"
        yield f"  number: {CHART[place[1]].number}\n  fund: {_quoted(of.slug)}\n  name: {_quoted(of.name)}\n"


def _sums(wanted: Q) -> dict[Place, int]:
    rows = Entry.objects.filter(wanted).values_list("fund_id", "account").annotate(sum=Sum("amount_minor")).order_by()
    return {(fund, Account(account)): int(amount) for fund, account, amount in rows}


def _brought_forward(accounts: _Accounts, sums: dict[Place, int], since: date) -> Iterator[str]:
    there = {place: amount for place, amount in sums.items() if amount}
    if there:
        yield f'\n{since} * "Brought forward"\n'
        yield from (accounts.posting(place, there[place]) for place in sorted(there))


def _entries(wanted: Q) -> Iterator[dict[str, Any]]:
    said = (f"transaction__{name}" for name in _SAID_OF_TRANSACTION)
    rows = Entry.objects.filter(wanted).order_by("transaction__booked_on", "transaction_id", "pk")
    found: Iterator[dict[str, Any]] = rows.values(*_ROW, *said).iterator(chunk_size=_AT_A_TIME)
    return found


def _transaction(accounts: _Accounts, entries: list[dict[str, Any]]) -> Iterator[str]:
    first = {name: entries[0][f"transaction__{name}"] for name in (*_SAID_OF_TRANSACTION, "booked_on")}
    kind = accounts.kinds[first["kind"]]
    words = f"{kind}: {first['memo']}" if first["memo"] else kind
    yield f"\n{first['booked_on']} * {_quoted(words)}\n"
    yield f"  reference: {_quoted(first['reference'])}\n"
    yield f"  occurred: {_quoted(first['occurred_at'].isoformat())}\n"
    funds = dict.fromkeys(accounts.funds[row["fund_id"]].slug for row in entries)
    yield f"  fund: {_quoted(', '.join(funds))}\n"
    if first["reverses__reference"]:
        yield f"  reverses: {_quoted(first['reverses__reference'])}\n"
    if first["leaf__position"] is not None:
        yield f"  sealed: {first['leaf__position']}\n"
    for row in entries:
        yield accounts.posting((row["fund_id"], Account(row["account"])), row["amount_minor"])


class _Asserted:
    """What each account has at the end of each closed month and of the file, added up by the database."""

    def __init__(self, accounts: _Accounts, opening: Counter[Place], wanted: Q) -> None:
        self._accounts = accounts
        self._sums = opening
        self._closed = list(Closing.objects.order_by("until").values_list("until", flat=True))
        rows = (
            Entry.objects.filter(wanted)
            .annotate(month=TruncMonth("transaction__booked_on"))
            .values_list("month", "fund_id", "account")
            .annotate(sum=Sum("amount_minor"))
            .order_by("month")
        )
        self._months = deque((month, (fund, Account(account)), int(amount)) for month, fund, account, amount in rows)
        self._last: date | None = None

    def before(self, day: date) -> Iterator[str]:
        """Assert what is due before the first booking of this day."""
        while self._last and self._closed and self._closed[0] < day:
            yield from self._assert(self._closed.pop(0))
        self._closed = [closed for closed in self._closed if closed >= day]
        self._last = day

    def at_the_end(self) -> Iterator[str]:
        if self._last:
            yield from self._assert(self._last)

    def _assert(self, day: date) -> Iterator[str]:
        while self._months and self._months[0][0] <= day:
            _month, place, amount = self._months.popleft()
            self._sums[place] += amount
        yield "\n"
        for place in sorted(self._sums):
            fund = place[0]
            # A balance is that of the morning. Without the tolerance of nothing a cent too much would be let pass.
            there, currency = self._accounts.amount(fund, self._sums[place]), self._accounts.funds[fund].currency
            yield f"{day + timedelta(days=1)} balance {self._accounts.name(place)}  {there} ~ 0 {currency}\n"


def _quoted(words: str) -> str:
    text = " ".join(words.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
