"""Made-up workers who asked for help: a past wave of suspensions, and cases in every state of today."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from moneyed import Money

from aid import applying, confirming, deciding, paying, reviewing
from aid.answers import Country, Kind, Need, PayMethod, Tenure, Written
from aid.models import AidRequest
from aid.reasons import DeclineReason
from aid.statuses import Status
from organisation.models import User


@dataclass(frozen=True)
class Worker:
    """Somebody made up. ``days``: how long after the start the request is sent; ``until``: how far it goes."""

    days: int
    amount: int
    needs: tuple[Need, ...]
    until: Status
    kind: Kind = Kind.SUSPENSION
    story: str = "This is a made-up story. My account was closed overnight, and the rent is due on the first."


WAVE = [
    Worker(1, 120, (Need.FOOD, Need.BILLS), Status.CONFIRMED),
    Worker(1, 200, (Need.RENT,), Status.CONFIRMED),
    Worker(2, 80, (Need.FOOD,), Status.CONFIRMED),
    Worker(2, 150, (Need.HEALTH,), Status.PAID),
    Worker(3, 90, (Need.OTHER,), Status.DECLINED),
]
# In this month and the next the wave is at its height: enough answers of each kind that the public accounts may tell them.
_GRANTED = [(1, 30), (1, 25), (2, 40), (2, 20), (3, 35), (3, 15), (4, 45), (4, 30), (5, 20), (5, 50), (6, 25)]
_DECLINED = [(1, 99), (3, 210), (4, 85), (5, 130), (6, 400)]
HEIGHT = [
    *(Worker(days, amount, (Need.FOOD,), Status.CONFIRMED if days % 2 else Status.PAID) for days, amount in _GRANTED),
    *(Worker(days, amount, (Need.OTHER,), Status.DECLINED) for days, amount in _DECLINED),
]
TODAY = [
    Worker(-9, 100, (Need.BILLS,), Status.PAID),
    Worker(-6, 180, (Need.RENT, Need.FOOD), Status.APPROVED),
    Worker(-5, 60, (Need.FOOD,), Status.RECOMMENDED_GRANT),
    Worker(-5, 300, (Need.DEBT,), Status.RECOMMENDED_DECLINE),
    Worker(-3, 140, (Need.FAMILY,), Status.IN_REVIEW),
    Worker(-2, 75, (Need.FOOD,), Status.WITHDRAWN),
    Worker(-2, 110, (Need.BILLS,), Status.RECEIVED, kind=Kind.REJECTION),
    Worker(-1, 90, (Need.RENT,), Status.RECEIVED),
]
_TO_DECLINE = {Status.DECLINED, Status.RECOMMENDED_DECLINE}
_PAST_REVIEW = {*_TO_DECLINE, Status.RECOMMENDED_GRANT, Status.APPROVED, Status.PAID, Status.CONFIRMED}


def build(workers: list[Worker], *, start: datetime) -> str:
    """Let workers apply and staff decide and pay, as far as each case goes.

    :returns: the case words of the last one, to look at a case as a worker does
    """
    words = ""
    for worker in workers:
        words = _build_one(worker, at=start + timedelta(days=worker.days))
    return words


def _build_one(worker: Worker, *, at: datetime) -> str:
    begun = applying.begin(kind=worker.kind, language="en", at=at)
    key = begun.request.pk
    applying.note_words_kept(request_id=key, at=at)
    applying.answer_when(request_id=key, happened_on=at.date() - timedelta(days=4), written=Written.WAITING)
    applying.answer_account(request_id=key, country=Country.US, tenure=Tenure.THREE_TO_TEN)
    applying.answer_worker_id(request_id=key, worker_id=f"DEMO{key.hex[:10].upper()}")
    applying.answer_needs(request_id=key, needs=worker.needs, amount=Money(worker.amount, "USD"))
    applying.answer_story(request_id=key, story=worker.story)
    applying.answer_payment(
        request_id=key, method=PayMethod.PAYPAL, pay_to=f"made-up.worker.{key.hex[:6]}@payments.example"
    )
    applying.submit(request_id=key, at=at)
    if worker.until == Status.WITHDRAWN:
        applying.withdraw(request_id=key, at=at + timedelta(hours=5))
    elif worker.until != Status.RECEIVED:
        _handle(worker, key, at=at)
    return begun.words


def _handle(worker: Worker, key: UUID, *, at: datetime) -> None:
    """Carl reviews, Ada decides, Tess pays, the worker confirms."""
    carl, ada, tess = (User.objects.get(username=name) for name in ("carl", "ada", "tess"))
    reviewing.take(request_id=key, by=carl, seen=_seen(key), at=at + timedelta(hours=3))
    if worker.until not in _PAST_REVIEW:
        return
    later = at + timedelta(hours=20)
    if worker.until in _TO_DECLINE:
        reviewing.recommend_decline(
            request_id=key, by=carl, seen=_seen(key), reason=DeclineReason.OUTSIDE, note="", at=later
        )
        if worker.until == Status.DECLINED:
            deciding.decline(request_id=key, by=ada, seen=_seen(key), at=at + timedelta(days=1))
        return
    amount = Money(worker.amount, "USD")
    reviewing.recommend_grant(request_id=key, by=carl, seen=_seen(key), amount=amount, note="", at=later)
    if worker.until == Status.RECOMMENDED_GRANT:
        return
    deciding.approve(request_id=key, by=ada, seen=_seen(key), at=at + timedelta(days=1))
    if worker.until == Status.APPROVED:
        return
    sent_at = at + timedelta(days=2)
    sent = paying.Sent(PayMethod.PAYPAL, provider_reference=f"DEMO-{key.hex[:8].upper()}", on=sent_at.date())
    paying.record(request_id=key, by=tess, seen=_seen(key), sent=sent, at=sent_at)
    if worker.until == Status.CONFIRMED:
        confirming.say_arrived(request_id=key, at=at + timedelta(days=4))


def _seen(key: UUID) -> int:
    return AidRequest.objects.get(pk=key).version
