"""How a test brings a request to a status: each step by the first of those who may, in an appeal by the second."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aid import appealing, applying, asking, confirming, deciding, joining, paying, reviewing
from aid.answers import PayMethod
from aid.models import AidRequest
from aid.reasons import DeclineReason
from aid.statuses import Status
from organisation.models import User


@dataclass(frozen=True)
class Cast:
    carl: User
    ada: User
    tess: User
    cora: User
    abel: User


_GRANTED = [Status.IN_REVIEW, Status.RECOMMENDED_GRANT, Status.APPROVED]
_DECLINED = [Status.IN_REVIEW, Status.RECOMMENDED_DECLINE, Status.DECLINED]
PATHS: dict[Status, list[Status]] = {
    Status.RECEIVED: [],
    Status.IN_REVIEW: [Status.IN_REVIEW],
    Status.NEEDS_INFO: [Status.IN_REVIEW, Status.NEEDS_INFO],
    Status.EXPIRED: [Status.IN_REVIEW, Status.NEEDS_INFO, Status.EXPIRED],
    Status.ANSWERED: [Status.IN_REVIEW, Status.ANSWERED],
    Status.RECOMMENDED_GRANT: [Status.IN_REVIEW, Status.RECOMMENDED_GRANT],
    Status.PARTLY_APPROVED: [Status.IN_REVIEW, Status.RECOMMENDED_GRANT, Status.PARTLY_APPROVED],
    Status.RECOMMENDED_DECLINE: [Status.IN_REVIEW, Status.RECOMMENDED_DECLINE],
    Status.DECLINED: _DECLINED,
    Status.APPEALED: [*_DECLINED, Status.APPEALED],
    Status.DECLINED_FINALLY: [*_DECLINED, Status.APPEALED, *_DECLINED[:2], Status.DECLINED_FINALLY],
    Status.APPROVED: _GRANTED,
    Status.PAID: [*_GRANTED, Status.PAID],
    Status.CONFIRMED: [*_GRANTED, Status.PAID, Status.CONFIRMED],
    Status.WITHDRAWN: [Status.IN_REVIEW, Status.WITHDRAWN],
    Status.JOINED: [Status.JOINED],
}


@dataclass(frozen=True)
class Step:
    """What a step is made from. ``older``: makes an application of the same worker that came first."""

    request: AidRequest
    cast: Cast
    at: datetime
    older: Callable[[AidRequest], AidRequest]

    @property
    def reviewer(self) -> User:
        return self.cast.carl if self.request.round == 1 else self.cast.cora

    @property
    def approver(self) -> User:
        return self.cast.ada if self.request.round == 1 else self.cast.abel

    @property
    def seen(self) -> dict[str, Any]:
        return {"request_id": self.request.pk, "seen": self.request.version, "at": self.at}


def take(step: Step) -> None:
    reviewing.take(by=step.reviewer, **step.seen)


def ask(step: Step) -> None:
    asking.ask(by=step.reviewer, question="What did the notice say?", **step.seen)


def expire(step: Step) -> None:
    asking.lay_aside_unanswered(at=step.at + timedelta(days=31))


def answer(step: Step) -> None:
    asking.answer(by=step.reviewer, body="We have written to them.", **step.seen)


def recommend_grant(step: Step) -> None:
    assert step.request.amount
    reviewing.recommend_grant(by=step.reviewer, amount=step.request.amount, note="rent is due", **step.seen)


def recommend_decline(step: Step) -> None:
    reviewing.recommend_decline(by=step.reviewer, reason=DeclineReason.OUTSIDE, note="asks for a car", **step.seen)


def approve(step: Step) -> None:
    """Approve as often as it takes."""
    request = deciding.approve(by=step.approver, **step.seen)
    if request.status == Status.PARTLY_APPROVED:
        deciding.approve(request_id=request.pk, by=step.cast.abel, seen=request.version, at=step.at)


def approve_once(step: Step) -> None:
    deciding.approve(by=step.approver, **step.seen)


def decline(step: Step) -> None:
    deciding.decline(by=step.approver, **step.seen)


def appeal(step: Step) -> None:
    appealing.appeal(request_id=step.request.pk, ground="It is for rent.", at=step.at)


def pay(step: Step) -> None:
    sent = paying.Sent(method=PayMethod.PAYPAL, provider_reference="PP-1", on=step.at.date())
    paying.record(by=step.cast.tess, sent=sent, **step.seen)


def confirm(step: Step) -> None:
    confirming.say_arrived(request_id=step.request.pk, at=step.at)


def withdraw(step: Step) -> None:
    applying.withdraw(request_id=step.request.pk, at=step.at)


def join(step: Step) -> None:
    joining.say(
        request_id=step.request.pk, other_id=step.older(step.request).pk, is_same=True, by=step.cast.carl, at=step.at
    )


STEPS: dict[Status, Callable[[Step], None]] = {
    Status.IN_REVIEW: take,
    Status.NEEDS_INFO: ask,
    Status.EXPIRED: expire,
    Status.ANSWERED: answer,
    Status.RECOMMENDED_GRANT: recommend_grant,
    Status.RECOMMENDED_DECLINE: recommend_decline,
    Status.PARTLY_APPROVED: approve_once,
    Status.APPROVED: approve,
    Status.DECLINED: decline,
    Status.DECLINED_FINALLY: decline,
    Status.APPEALED: appeal,
    Status.PAID: pay,
    Status.CONFIRMED: confirm,
    Status.WITHDRAWN: withdraw,
    Status.JOINED: join,
}
