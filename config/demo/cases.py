"""Made-up workers who asked for help: a past wave of suspensions, and today's cases."""

from datetime import datetime, timedelta

from aid import applying
from aid.answers import Kind, Need
from aid.statuses import Status
from config.demo import handling, workers
from config.demo.workers import Rejection, Worker

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
_REJECTED = Rejection("A Made-up Survey Lab", hits=1240, lost=310, before="99.2", after="91.5")
TODAY = [
    Worker(-9, 100, (Need.BILLS,), Status.PAID),
    Worker(-6, 180, (Need.RENT, Need.FOOD), Status.APPROVED),
    Worker(-5, 60, (Need.FOOD,), Status.RECOMMENDED_GRANT),
    Worker(-5, 300, (Need.DEBT,), Status.RECOMMENDED_DECLINE),
    Worker(-3, 140, (Need.FAMILY,), Status.IN_REVIEW),
    Worker(-2, 75, (Need.FOOD,), Status.WITHDRAWN),
    Worker(-2, 110, (Need.BILLS,), Status.RECEIVED, kind=Kind.REJECTION, rejection=_REJECTED),
    Worker(-1, 90, (Need.RENT,), Status.RECEIVED),
]


def build(those: list[Worker], *, start: datetime) -> str:
    """Let workers apply and staff decide and pay, as far as each case goes.

    :returns: the case words of the last one, to look at a case as a worker does
    """
    words = ""
    for worker in those:
        words = build_one(worker, start=start).words
    return words


def build_one(worker: Worker, *, start: datetime) -> applying.Begun:
    """Let one worker apply and staff do their part; a draft is written only."""
    at = start + timedelta(days=worker.days)
    begun = workers.write(worker, at=at)
    if worker.until != Status.DRAFT:
        applying.submit(request_id=begun.request.pk, at=at)
        handling.bring(begun.request.pk, worker.until, at=at)
    return begun
