"""Money that goes from the Stripe balance to the bank, and sometimes comes back. Each fund's share goes with it.

An automatic payout says which lines of the balance it took along. Those are in the books, each with its fund, so that
each fund's share is the sum of its own lines. What no gift of ours is behind (Stripe's own fees; sales by another
program on the same account) is booked with the payout, as fees of the general fund (``booking.general_fund``): the
books know no other income.

A manual payout does not say so. It takes from the funds in the order in which they were opened, from each at most what
it had at Stripe on that day, as the books know it; what is over is the general fund's. To have money at Stripe or at
the bank makes no difference to what a fund may spend.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from core.money import from_minor, to_minor
from donations import booking, letters
from donations.models import Payout
from ledger.models import Account, Entry, Fund, Kind, Transaction
from ledger.posting import Line
from stripe_gateway import bank
from stripe_gateway.bank import PayoutLine
from stripe_gateway.objects import BalanceMove

_CAME_BACK = ("failed", "canceled")


class LinesDoNotAddUp(Exception):
    """The lines that Stripe lists are not the payout's amount (yet)."""


def says_what_it_holds(stated: bank.Payout) -> bool:
    return stated.is_automatic and stated.is_listed


def is_to_be_booked(stated: bank.Payout) -> bool:
    """Return whether a payout can be booked and is not yet. Of an automatic one Stripe first makes a list."""
    is_booked = Payout.objects.filter(stripe_id=stated.id, ledger_transaction__isnull=False).exists()
    is_known = not stated.is_automatic or stated.is_listed or stated.state in _CAME_BACK
    has_fund = stated.balance is not None and Fund.objects.filter(currency=stated.balance.gross.currency.code).exists()
    return is_known and has_fund and not is_booked


def unbooked(lines: Iterable[PayoutLine]) -> list[PayoutLine]:
    """Return the lines that are not in the books."""
    wanted = {booking.line_reference(line.move): line for line in lines if line.move.net}
    known = Transaction.objects.filter(reference__in=wanted).values_list("reference", flat=True)
    return [wanted[reference] for reference in wanted.keys() - set(known)]


@transaction.atomic
def apply(stated: bank.Payout, *, lines: Sequence[PayoutLine], at: datetime) -> Payout:
    """Take over what Stripe says of a payout: book that it left, and that it came back.

    :param lines: what it took along, if it can be booked now and says so; each of our gifts among them is booked
    :raises LinesDoNotAddUp: if they are not the payout's amount
    """
    facts = {"state": stated.state, "arrives_at": stated.arrives_at, "is_automatic": stated.is_automatic}
    payout, _is_new = Payout.objects.update_or_create(
        stripe_id=stated.id,
        defaults=facts,
        create_defaults=facts
        | {
            "amount_minor": to_minor(stated.amount),
            "currency": stated.amount.currency.code,
            "made_at": stated.made_at,
        },
    )
    if stated.balance and is_to_be_booked(stated):
        shares = _listed(stated.balance, lines, at=at) if says_what_it_holds(stated) else _split(stated.balance)
        payout.ledger_transaction = _move(Kind.PAYOUT, stated.balance, shares, at=at)
    if stated.failure and payout.ledger_transaction and payout.failure_transaction is None:
        back = {fund: -share for fund, share in _shares_at_bank(payout.ledger_transaction).items()}
        payout.failure_transaction = _move(Kind.PAYOUT_FAILED, stated.failure, back, at=at)
    payout.save()
    if stated.state == Payout.State.FAILED:
        letters.payout_failed(payout=payout, at=at)
    return payout


def _listed(balance: BalanceMove, lines: Sequence[PayoutLine], *, at: datetime) -> Mapping[Fund, int]:
    """Return each fund's share by the lines, in minor units, after booking those that are nobody's gift."""
    for line in sorted(unbooked(lines), key=lambda line: line.move.id):
        fund, net = booking.general_fund(line.move.net.currency.code), line.move.net
        sides = [Line(Account.STRIPE, fund, net), Line(Account.FEES, fund, -net)]
        booking.book_lines(kind=Kind.PROVIDER_FEE, move=line.move, lines=sides, at=at, memo=f"Stripe: {line.type}")
    references = [booking.line_reference(line.move) for line in lines]
    entries = Entry.objects.filter(account=Account.STRIPE, transaction__reference__in=references)
    shares = dict(entries.values_list("fund").annotate(sum=Sum("amount_minor")).order_by("fund"))
    if sum(shares.values()) != -to_minor(balance.gross):
        raise LinesDoNotAddUp
    funds = Fund.objects.in_bulk(shares)
    return {funds[pk]: share for pk, share in shares.items()}


def _split(balance: BalanceMove) -> Mapping[Fund, int]:
    """Return each fund's share of a payout that does not say what it holds, in minor units."""
    left, shares = -to_minor(balance.gross), {}
    currency = balance.gross.currency.code
    for fund in Fund.objects.filter(currency=currency).order_by("pk"):
        there = Entry.objects.filter(fund=fund, account=Account.STRIPE, transaction__occurred_at__lte=balance.at)
        share = min(max(there.aggregate(sum=Sum("amount_minor", default=0))["sum"], 0), max(left, 0))
        shares[fund] = share
        left -= share
    general = booking.general_fund(currency)
    shares[general] += left
    return shares


def _shares_at_bank(booked: Transaction) -> Mapping[Fund, int]:
    entries = booked.entries.filter(account=Account.BANK).select_related("fund").order_by("pk")
    return {entry.fund: entry.amount_minor for entry in entries}


def _move(kind: Kind, move: BalanceMove, shares: Mapping[Fund, int], *, at: datetime) -> Transaction:
    """Book the shares from Stripe to the bank; a payout's own fee (for a quick one) is the general fund's."""
    lines = []
    for fund, minor in shares.items():
        share = from_minor(minor, fund.currency)
        lines += [Line(Account.STRIPE, fund, -share), Line(Account.BANK, fund, share)]
    if move.fee:
        general = booking.general_fund(move.fee.currency.code)
        lines += [Line(Account.STRIPE, general, -move.fee), Line(Account.FEES, general, move.fee)]
    return booking.book_lines(kind=kind, move=move, lines=lines, at=at)
