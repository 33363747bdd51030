"""Books what nobody outside tells us of: one person proposes it, another one books it or declines.

Only what was booked so can be reversed so. A gift is corrected by a refund, what a bank took back by its dispute, aid
by its case: each keeps the receipt, the letter and the case in step with the books.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from moneyed import Money

from core.money import to_minor
from ledger import posting
from ledger.balances import refused_by
from ledger.models import BY_HAND, Account, Fund, Kind, Proposal, Transaction
from ledger.posting import Line
from mail import outbox
from organisation import audit, roles
from organisation.models import Organisation, User
from organisation.permissions import Permission

# A day before, or a larger amount, is a slip of the finger; the books cannot be rubbed out.
FIRST_DAY = date(1990, 1, 1)
MOST = 1_000_000_000
# What money may be spent on by hand. Aid is paid by its case; what was given in kind is booked as it is given.
SPENDING = (Account.WORK, Account.OUTREACH, Account.RUNNING, Account.FEES)


class NotAllowed(Exception):
    """This person does not manage the funds."""


class NotYet(Exception):
    """The day is in the future."""


class NotPlausible(Exception):
    """The day is before ``FIRST_DAY`` or what it reverses, or the amount above ``MOST`` or not above zero."""


class OtherCurrency(Exception):
    """The amount, or the fund that the money is to go to, is in another currency than the fund."""


class BooksItself(Exception):
    """What Stripe takes or pays is booked as it happens. By hand only what was there before, or changes its fund."""


class NotByHand(Exception):
    """Only what was proposed and booked by hand is reversed by hand."""


class AlreadyReversed(Exception):
    """A reversal of it is booked already, or waits for a second person."""


class AlreadyDecided(Exception):
    """Somebody has decided meanwhile. The proposal is ``args[0]``."""


class OwnProposal(Exception):
    """Nobody decides on a proposal of their own."""


class NotYourProposal(Exception):
    """Only who made a proposal withdraws it."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to be booked.

    :param amount: above zero
    :param on: the day it is to count for, where the organisation is
    :param memo: what it is, without names of people: the books are kept for ever
    :param asset: where the money is
    :param account: of spending: what for
    :param to_fund: of a transfer
    """

    kind: Proposal.Kind
    fund: Fund
    amount: Money
    on: date
    memo: str
    asset: Account = Account.BANK
    account: Account | None = None
    to_fund: Fund | None = None


@transaction.atomic
def propose(*, wish: Wish, by: User, at: datetime) -> Proposal:
    """Write down what is to be booked and tell those who may decide. Nothing is booked yet.

    :raises NotAllowed, NotYet, NotPlausible, OtherCurrency, BooksItself: see there
    :raises posting.MonthClosed: if its day is closed
    """
    if wish.amount.currency.code != wish.fund.currency:
        raise OtherCurrency
    if wish.to_fund and wish.to_fund.currency != wish.fund.currency:
        raise OtherCurrency
    if not 0 < wish.amount.amount <= MOST:
        raise NotPlausible
    if wish.asset == Account.STRIPE and wish.kind in {Proposal.Kind.SPENDING, Proposal.Kind.INCOME}:
        raise BooksItself
    proposal = Proposal(
        kind=wish.kind,
        fund=wish.fund,
        to_fund=wish.to_fund,
        asset=wish.asset,
        account=Account.OTHER_INCOME if wish.kind == Proposal.Kind.INCOME else wish.account or "",
        amount_minor=to_minor(wish.amount),
        currency=wish.fund.currency,
        on=wish.on,
        memo=wish.memo,
    )
    return _enter(proposal, by=by, at=at)


@transaction.atomic
def propose_reversal(*, original: Transaction, on: date, memo: str, by: User, at: datetime) -> Proposal:
    """Write down that a booking by hand is to be taken back as a whole.

    :raises NotByHand, AlreadyReversed, NotAllowed, NotYet, NotPlausible: see there
    :raises posting.MonthClosed: if the day is closed
    """
    booked = Proposal.objects.filter(transaction=original).exclude(kind=Proposal.Kind.REVERSAL).first()
    if booked is None or original.kind not in BY_HAND:
        raise NotByHand
    if on < original.booked_on:
        raise NotPlausible
    proposal = Proposal(
        kind=Proposal.Kind.REVERSAL,
        fund=booked.fund,
        asset=booked.asset,
        amount_minor=booked.amount_minor,
        currency=booked.currency,
        on=on,
        memo=memo,
        reverses=original,
    )
    try:
        with transaction.atomic():
            return _enter(proposal, by=by, at=at)
    except IntegrityError as error:
        if refused_by(error) == "ledger_one_reversal_is_proposed":
            raise AlreadyReversed from error
        raise


def _enter(proposal: Proposal, *, by: User, at: datetime) -> Proposal:
    _require(by)
    if proposal.on > posting.day_of(at):
        raise NotYet
    if proposal.on < FIRST_DAY:
        raise NotPlausible
    closed = posting.closed_until()
    if closed and proposal.on <= closed:
        raise posting.MonthClosed(proposal.on)
    proposal.proposed_by, proposal.proposed_at = by, at
    proposal.save(force_insert=True)
    audit.record(actor=by, action="ledger.proposed", subject=proposal, reason=proposal.kind, at=at)
    for person in may_decide(proposal).exclude(email=""):
        outbox.queue(
            key=f"proposal-waits:{proposal.pk}:{person.pk}",
            to=person.email,
            template="ledger/proposal_waits",
            context={"name": str(person), "proposal": proposal},
            at=at,
        )
    return proposal


@transaction.atomic
def book(*, proposal_id: int, by: User, at: datetime) -> Transaction:
    """Book what somebody else proposed.

    :raises NotAllowed, AlreadyDecided, OwnProposal: see there
    :raises balances.FundTooLow: if the fund has less available than that
    :raises posting.MonthClosed: if its day was closed meanwhile
    """
    proposal = _open(proposal_id, by=by)
    if proposal.proposed_by_id == by.pk:
        raise OwnProposal
    booked = posting.post(
        kind=Kind(proposal.kind),
        reference=f"proposal:{proposal.pk}",
        lines=lines(proposal),
        occurred_at=min(_noon(proposal.on), at),
        at=at,
        memo=proposal.memo,
        reverses=proposal.reverses,
        on=proposal.on,
    )
    if booked.booked_on != proposal.on:
        # The database moves a reversal to an open day; two people have agreed on another one.
        raise posting.MonthClosed(proposal.on)
    _decide(proposal, Proposal.State.BOOKED, by=by, at=at, booked=booked)
    posting.check_entries()
    return booked


@transaction.atomic
def decline(*, proposal_id: int, answer: str, by: User, at: datetime) -> Proposal:
    """Leave unbooked what somebody else proposed.

    :param answer: why, for whoever proposed it
    :raises NotAllowed, AlreadyDecided, OwnProposal: see there
    """
    proposal = _open(proposal_id, by=by)
    if proposal.proposed_by_id == by.pk:
        raise OwnProposal
    _decide(proposal, Proposal.State.DECLINED, by=by, at=at, answer=answer)
    if proposal.proposed_by.email:
        outbox.queue(
            key=f"proposal-declined:{proposal.pk}",
            to=proposal.proposed_by.email,
            template="ledger/proposal_declined",
            context={"name": str(proposal.proposed_by), "proposal": proposal},
            at=at,
        )
    return proposal


@transaction.atomic
def withdraw(*, proposal_id: int, by: User, at: datetime) -> Proposal:
    """Take back a proposal of one's own.

    :raises NotAllowed, AlreadyDecided, NotYourProposal: see there
    """
    proposal = _open(proposal_id, by=by)
    if proposal.proposed_by_id != by.pk:
        raise NotYourProposal
    _decide(proposal, Proposal.State.WITHDRAWN, by=by, at=at)
    return proposal


def lines(proposal: Proposal) -> Sequence[Line]:
    """Return what the proposal books, or would book."""
    fund, asset, amount = proposal.fund, Account(proposal.asset), proposal.amount
    if proposal.reverses:
        entries = proposal.reverses.entries.select_related("fund").order_by("pk")
        return [Line(Account(entry.account), entry.fund, -entry.amount) for entry in entries]
    if proposal.to_fund:
        return [
            Line(asset, fund, -amount),
            Line(Account.BETWEEN_FUNDS, fund, amount),
            Line(asset, proposal.to_fund, amount),
            Line(Account.BETWEEN_FUNDS, proposal.to_fund, -amount),
        ]
    if proposal.kind == Proposal.Kind.SPENDING:
        return [Line(Account(proposal.account), fund, amount), Line(asset, fund, -amount)]
    source = Account.OPENING if proposal.kind == Proposal.Kind.OPENING else Account.OTHER_INCOME
    return [Line(asset, fund, amount), Line(source, fund, -amount)]


def may_decide(proposal: Proposal) -> QuerySet[User]:
    """Return who manages funds and did not propose this."""
    managing = [slug for slug, role in roles.ROLES.items() if Permission.MANAGE_FUNDS in role.permissions]
    holders = User.objects.filter(is_active=True, role_assignments__role__in=managing)
    return holders.exclude(pk=proposal.proposed_by_id).distinct().order_by("pk")


def waiting_for(user: User) -> QuerySet[Proposal]:
    """Return what this person could decide on now."""
    return Proposal.objects.filter(state=Proposal.State.OPEN).exclude(proposed_by=user)


def _require(by: User) -> None:
    if not by.has_perm(Permission.MANAGE_FUNDS):
        raise NotAllowed


def _open(proposal_id: int, *, by: User) -> Proposal:
    """Return a proposal that waits, locked: two who decide at the same moment wait for each other here."""
    _require(by)
    locked = Proposal.objects.select_for_update(of=("self",)).select_related(
        "fund", "to_fund", "reverses", "proposed_by", "decided_by"
    )
    proposal = locked.get(pk=proposal_id)
    if not proposal.is_open:
        raise AlreadyDecided(proposal)
    return proposal


def _decide(
    proposal: Proposal,
    state: Proposal.State,
    *,
    by: User,
    at: datetime,
    answer: str = "",
    booked: Transaction | None = None,
) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, by, at
    proposal.answer, proposal.transaction = answer, booked
    proposal.save(update_fields=["state", "decided_by", "decided_at", "answer", "transaction"])
    audit.record(actor=by, action=f"ledger.proposal_{state.value}", subject=proposal, at=at)


def _noon(day: date) -> datetime:
    """Return a moment of that day which is the same day in every report."""
    return datetime.combine(day, time(12), ZoneInfo(Organisation.current().time_zone))
