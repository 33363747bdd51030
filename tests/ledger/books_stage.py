"""The stage for tests of the books at the desk: who is signed in, what a page shows, money that is there."""

import html
import re
from collections.abc import Callable
from datetime import UTC, date, datetime

from django.test import Client
from django.urls import reverse
from moneyed import Money

from config import proofs
from ledger import posting, proposing
from ledger.models import Account, Fund, Kind, Proposal, Transaction
from ledger.posting import Line
from ledger.proposing import Wish
from organisation.models import User

# A Tuesday noon in New York.
NOW = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)


def at_desk(who: User) -> Client:
    browser = Client()
    browser.force_login(who)
    return browser


def words(page: bytes) -> str:
    """What a page says, without its tags."""
    text = re.sub(r"<(script|style|template)\b.*?</\1>", " ", page.decode(), flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def give(
    fund: Fund, dollars: int | str, *, at: datetime = NOW, reference: str = "", account: Account = Account.BANK
) -> Transaction:
    money = Money(dollars, fund.currency)
    return posting.post(
        kind=Kind.GIFT,
        reference=reference or f"test:{fund.slug}:{dollars}:{at.isoformat()}",
        lines=[Line(account, fund, money), Line(Account.GIFTS, fund, -money)],
        occurred_at=at,
        at=at,
    )


def wish(fund: Fund, dollars: int, *, kind: str = "spending", on: date = date(2026, 3, 9), **more: object) -> Wish:
    extra: dict[str, object] = {"account": Account.RUNNING} if kind == "spending" else {}
    return Wish(
        kind=Proposal.Kind(kind),
        fund=fund,
        amount=Money(dollars, fund.currency),
        on=on,
        memo="Hosting in March",
        **(extra | more),  # type: ignore[arg-type]  # the rest of the wish, by name
    )


def proposed(fund: Fund, dollars: int, *, by: User, at: datetime = NOW, **more: object) -> Proposal:
    return proposing.propose(wish=wish(fund, dollars, **more), by=by, at=at)  # type: ignore[arg-type]


def booked(fund: Fund, dollars: int, *, by: User, agreed: User, at: datetime = NOW, **more: object) -> Transaction:
    proposal = proposed(fund, dollars, by=by, at=at, **more)
    return proposing.book(proposal_id=proposal.pk, by=agreed, at=at)


def audited() -> None:
    """Prove what audit_books proves, but for gifts: those of this stage are bookings that no gift is behind."""
    parts = [proof for proof in proofs.PROOFS if proof.name != "gifts and receipts"]
    assert [sentence for proof in parts for sentence in proof.broken()] == []


def decide(who: User, proposal: Proposal, deed: str, **more: str) -> str:
    """Press a button of a proposal's screen; return what the next page says."""
    answer = at_desk(who).post(
        reverse("ledger_proposal_decide", args=[proposal.pk]), {"deed": deed} | more, follow=True
    )
    return words(answer.content)


Person = Callable[..., User]
