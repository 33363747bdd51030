"""Made-up workers, and how each fills in the form."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from moneyed import Money

from aid import applying
from aid.answers import Country, Kind, Need, PayMethod, Tenure, Written
from aid.statuses import Status


@dataclass(frozen=True)
class Rejection:
    """What a worker says of work that was rejected."""

    requester: str
    hits: int
    lost: int
    before: str
    after: str


@dataclass(frozen=True)
class Worker:
    """Somebody made up. ``days``: how long after the start the request is sent; ``until``: how far it goes."""

    days: int
    amount: int
    needs: tuple[Need, ...]
    until: Status
    kind: Kind = Kind.SUSPENSION
    story: str = "This is a made-up story. My account was closed overnight, and the rent is due on the first."
    notice: str = ""
    language: str = "en"
    country: Country = Country.US
    tenure: Tenure = Tenure.THREE_TO_TEN
    email: str = ""
    wants_money: bool = True
    rejection: Rejection | None = None


def write(worker: Worker, *, at: datetime) -> applying.Begun:
    """Fill in the form, and do not send it."""
    begun = applying.begin(kind=worker.kind, language=worker.language, at=at)
    request = begun.request
    name = request.pk.hex[:10]
    applying.note_words_kept(request=request, at=at)
    applying.answer_when(request=request, happened_on=at.date() - timedelta(days=4), written=Written.WAITING)
    applying.answer_account(request=request, country=worker.country, tenure=worker.tenure)
    applying.answer_worker_id(request=request, worker_id=f"DEMO{name.upper()}")
    if worker.notice:
        applying.answer_notice(request=request, notice=worker.notice)
    if worker.email:
        applying.answer_contact(request=request, email=worker.email)
    if worker.rejection:
        _tell_of(worker.rejection, begun)
    applying.answer_story(request=request, story=worker.story)
    applying.answer_money(request=request, wants_money=worker.wants_money)
    if worker.wants_money:
        applying.answer_needs(request=request, needs=worker.needs, amount=Money(worker.amount, "USD"))
        pay_to = f"made-up.worker.{name[:6]}@payments.example"
        applying.answer_payment(request=request, method=PayMethod.PAYPAL, pay_to=pay_to)
    return begun


def _tell_of(rejection: Rejection, begun: applying.Begun) -> None:
    applying.answer_rejection(
        request=begun.request,
        requester=rejection.requester,
        hits_rejected=rejection.hits,
        lost=Money(rejection.lost, "USD"),
    )
    applying.answer_rating(request=begun.request, before=Decimal(rejection.before), after=Decimal(rejection.after))
