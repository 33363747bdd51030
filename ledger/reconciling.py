"""Finds for each line of the bank's the bookings that it is, and shows what explains the difference between the two.

A booking is matched as a whole. Bookings from before the first line are taken for granted, as opening balances are:
the bank's own list begins after them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max, Min, Sum
from moneyed import Money

from core.money import from_minor
from ledger import posting
from ledger.models import Account, BankLine, BankMatch, Entry, Kind, Transaction
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission

# How long money may be on its way between the two.
NEAR = timedelta(days=7)


class NotAllowed(Exception):
    """This person does not manage the funds."""


class AlreadyMatched(Exception):
    """The line, or one of the bookings, is matched."""


class NotMatched(Exception):
    """There is no match to take back."""


class DoNotAddUp(Exception):
    """The bookings are not the line's amount; their sum is ``args[0]``."""


@dataclass(frozen=True)
class Booking:
    """What a transaction moved at the bank, in one currency."""

    transaction: Transaction
    minor: int
    currency: str

    @property
    def amount(self) -> Money:
        return from_minor(self.minor, self.currency)

    @property
    def on(self) -> date:
        return self.transaction.booked_on

    def is_near(self, day: date) -> bool:
        """Return whether it happened, or counts, at most ``NEAR`` from a day."""
        days = (self.on, posting.day_of(self.transaction.occurred_at))
        return min(abs(each - day) for each in days) <= NEAR


@dataclass(frozen=True)
class Standing:
    """How the books and the bank agree, in one currency.

    ``books`` less what the bank has not seen, more what is not booked, is ``bank``: what its statements come to.
    """

    currency: str
    books: Money
    bank: Money
    not_seen: Sequence[Booking]
    lines: Sequence[BankLine]
    first: date | None
    last: date | None

    @property
    def not_seen_sum(self) -> Money:
        return from_minor(sum(each.minor for each in self.not_seen), self.currency)

    @property
    def lines_sum(self) -> Money:
        return from_minor(sum(line.amount_minor for line in self.lines), self.currency)

    @property
    def reconciled_until(self) -> date | None:
        """The last day up to which every line is a booking and every booking a line."""
        if self.last is None:
            return None
        loose = [line.on for line in self.lines] + [each.on for each in self.not_seen]
        day = min([self.last, *(each - timedelta(days=1) for each in loose)])
        return day if self.first and day >= self.first else None


def currencies() -> list[str]:
    """Return the currencies in which there is anything at the bank, or was."""
    at_bank = Entry.objects.filter(account=Account.BANK).values_list("currency", flat=True).distinct()
    return sorted({*at_bank, *BankLine.objects.values_list("currency", flat=True).distinct()})


def standing(currency: str) -> Standing:
    """Return how the books and the bank agree."""
    lines = BankLine.objects.filter(currency=currency)
    span = lines.aggregate(first=Min("on"), last=Max("on"), sum=Sum("amount_minor", default=0))
    books = Entry.objects.filter(account=Account.BANK, currency=currency).aggregate(sum=Sum("amount_minor", default=0))[
        "sum"
    ]
    loose = list(lines.filter(matches=None).select_related("statement").order_by("on", "pk"))
    not_seen = [each for each in expected(currency) if span["first"] is None or each.on >= span["first"]]
    bank = books - sum(each.minor for each in not_seen) + sum(line.amount_minor for line in loose)
    return Standing(
        currency=currency,
        books=from_minor(books, currency),
        bank=from_minor(bank, currency),
        not_seen=not_seen,
        lines=loose,
        first=span["first"],
        last=span["last"],
    )


def unmatched(currency: str) -> list[Booking]:
    """Return the bookings at the bank that no line is yet, oldest first."""
    sums = {
        row["transaction"]: row["sum"]
        for row in Entry.objects.filter(account=Account.BANK, currency=currency, transaction__bank_match=None)
        .values("transaction")
        .annotate(sum=Sum("amount_minor"))
        .exclude(sum=0)
    }
    found = Transaction.objects.filter(pk__in=sums).select_related("reverses").order_by("booked_on", "pk")
    return [Booking(each, sums[each.pk], currency) for each in found]


def expected(currency: str) -> list[Booking]:
    """Return the bookings that should be seen at the bank: without opening balances, and without those that another
    one took back before the bank saw either."""
    loose = unmatched(currency)
    cancelled = _cancelled(loose)
    return [each for each in loose if each.transaction.pk not in cancelled and not _is_opening(each.transaction)]


def _is_opening(booked: Transaction) -> bool:
    return Kind.OPENING in {booked.kind, booked.reverses.kind if booked.reverses else None}


def _cancelled(loose: Iterable[Booking]) -> set[int]:
    """Return the transactions that cancel each other: a reversal, a payout that came back, a gift entered wrongly."""
    there: dict[int, list[Transaction]] = defaultdict(list)
    cancelled: set[int] = set()
    for each in loose:
        first = next(
            (t for t in there[-each.minor] if t.pk not in cancelled and _takes_back(each.transaction, t)), None
        )
        if first:
            cancelled |= {first.pk, each.transaction.pk}
        there[each.minor].append(each.transaction)
    return cancelled


def _takes_back(later: Transaction, first: Transaction) -> bool:
    if later.reverses_id:
        return later.reverses_id == first.pk
    # What follows from a booking has its reference with something behind it.
    return later.reference.startswith(f"{first.reference}:") or (first.kind, later.kind) == (
        Kind.PAYOUT,
        Kind.PAYOUT_FAILED,
    )


def near(line: BankLine, bookings: Iterable[Booking]) -> list[Booking]:
    """Return those of the bookings that may be the line: same amount, at most ``NEAR`` apart."""
    return [each for each in bookings if each.minor == line.amount_minor and each.is_near(line.on)]


def suggested(currency: str) -> dict[int, Booking]:
    """Return, by line, the one booking that it must be: the only one for this line, which is the only line for it."""
    by_amount: dict[int, list[Booking]] = defaultdict(list)
    for booking in expected(currency):
        by_amount[booking.minor].append(booking)
    lines = BankLine.objects.filter(currency=currency, matches=None).order_by("on", "pk")
    candidates = {line.pk: near(line, by_amount[line.amount_minor]) for line in lines}
    wanted: dict[int, int] = defaultdict(int)
    for found in candidates.values():
        for booking in found:
            wanted[booking.transaction.pk] += 1
    return {
        pk: found[0] for pk, found in candidates.items() if len(found) == 1 and wanted[found[0].transaction.pk] == 1
    }


@transaction.atomic
def accept_suggested(*, by: User, at: datetime) -> int:
    """Match every line whose booking is beyond doubt; return how many.

    :raises NotAllowed: see there
    """
    _require(by)
    # Whoever clicks at the same moment waits here, and then finds nothing left to do.
    open_lines = BankLine.objects.select_for_update(of=("self",)).filter(matches=None).order_by("pk")
    lines = {line.pk: line for line in open_lines}
    many = 0
    for currency in currencies():
        for pk, booking in suggested(currency).items():
            _match(lines[pk], [booking], by=by, at=at)
            many += 1
    return many


@transaction.atomic
def match(*, line_id: int, transaction_ids: Sequence[int], by: User, at: datetime) -> BankLine:
    """Say that a line of the bank's is these bookings. The bank's words beside it are emptied: they may name people.

    :raises NotAllowed, AlreadyMatched, DoNotAddUp: see there
    """
    _require(by)
    line = BankLine.objects.select_for_update().get(pk=line_id)
    if line.matches.exists():
        raise AlreadyMatched
    loose = {each.transaction.pk: each for each in unmatched(line.currency)}
    if not loose.keys() >= set(transaction_ids):
        raise AlreadyMatched
    chosen = [loose[pk] for pk in dict.fromkeys(transaction_ids)]
    total = sum(each.minor for each in chosen)
    if total != line.amount_minor:
        raise DoNotAddUp(from_minor(total, line.currency))
    try:
        with transaction.atomic():
            _match(line, chosen, by=by, at=at)
    except IntegrityError as error:
        raise AlreadyMatched from error
    return line


@transaction.atomic
def unmatch(*, line_id: int, by: User, at: datetime) -> BankLine:
    """Take back what was said of a line. Its words do not come back.

    :raises NotAllowed, NotMatched: see there
    """
    _require(by)
    line = BankLine.objects.select_for_update().get(pk=line_id)
    deleted, _rows = BankMatch.objects.filter(line=line).delete()
    if not deleted:
        raise NotMatched
    audit.record(actor=by, action="ledger.bank_unmatched", subject=line, at=at)
    return line


def _match(line: BankLine, bookings: Iterable[Booking], *, by: User, at: datetime) -> None:
    BankMatch.objects.bulk_create(
        BankMatch(line=line, transaction=each.transaction, matched_by=by, matched_at=at) for each in bookings
    )
    line.words_sealed = None
    line.save(update_fields=["words_sealed"])
    audit.record(actor=by, action="ledger.bank_matched", subject=line, at=at)


def _require(by: User) -> None:
    if not by.has_perm(Permission.MANAGE_FUNDS):
        raise NotAllowed
