"""What the made-up organisation spends itself: each booking proposed by one person and booked by another one."""

from datetime import datetime

from moneyed import Money

from ledger import posting, proposing
from ledger.models import Account, Fund, Proposal
from organisation.models import User

_OPENING, _SPENDING, _TRANSFER = Proposal.Kind.OPENING, Proposal.Kind.SPENDING, Proposal.Kind.TRANSFER
_Booking = tuple[Proposal.Kind, int, str, Account | None]
_MODERATION: _Booking = (_SPENDING, 240, "Moderation of the forum", Account.WORK)
_OTHER: dict[int, list[_Booking]] = {
    0: [(_OPENING, 900, "What was there before these books began", None)],
    2: [(_SPENDING, 180, "A year of hosting", Account.RUNNING)],
    6: [(_SPENDING, 95, "Leaflets for the open forum", Account.OUTREACH)],
    # The wave is coming.
    7: [(_TRANSFER, 400, "For the suspensions of this month", None)],
}


def build_month(month: int, *, at: datetime) -> None:
    """Tess proposes what a month needs, Adam books it."""
    tess, adam = (User.objects.get(username=name) for name in ("tess", "adam"))
    general, aid = (Fund.objects.get(slug=slug) for slug in ("general", "aid"))
    for kind, amount, memo, account in [*_OTHER.get(month, []), _MODERATION]:
        wish = proposing.Wish(
            kind=kind,
            fund=general,
            amount=Money(amount, "USD"),
            on=posting.day_of(at),
            memo=memo,
            account=account,
            to_fund=aid if kind == _TRANSFER else None,
        )
        proposal = proposing.propose(wish=wish, by=tess, at=at)
        proposing.book(proposal_id=proposal.pk, by=adam, at=at)
