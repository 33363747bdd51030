"""How the staff of the demonstration bring a request on: a step at a time, each by the one whose part it is."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from aid import appealing, applying, asking, confirming, deciding, paying, reviewing
from aid.answers import PayMethod
from aid.models import AidRequest
from aid.reasons import CheckPoint, DeclineReason
from aid.statuses import Status
from organisation.models import User

Step = Callable[[UUID, datetime], object]
_QUESTION = "What did the notice say, word for word? (A made-up question.)"
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def somebody(name: str) -> User:
    """Return who is called so among the staff of the demonstration."""
    return User.objects.get(username=name)


def seen(key: UUID) -> int:
    return AidRequest.objects.get(pk=key).version


def _take(key: UUID, at: datetime) -> None:
    reviewing.take(request_id=key, by=somebody("carl"), seen=seen(key), at=at)


def _take_again(key: UUID, at: datetime) -> None:
    reviewing.take(request_id=key, by=somebody("cora"), seen=seen(key), at=at)


def _ask(key: UUID, at: datetime) -> None:
    asking.ask(request_id=key, by=somebody("carl"), seen=seen(key), question=_QUESTION, at=at)


def _lay_aside(key: UUID, at: datetime) -> None:
    asking.lay_aside_unanswered(at=at)


def _answer(key: UUID, at: datetime) -> None:
    body = "Thank you for telling us. We have added it to our letter to the platform. (A made-up answer.)"
    asking.answer(request_id=key, by=somebody("carl"), seen=seen(key), body=body, at=at)


def _recommend_grant(key: UUID, at: datetime) -> None:
    request = AidRequest.objects.select_related("fund").get(pk=key)
    if request.amount:
        reviewing.recommend_grant(
            request_id=key,
            by=somebody("carl"),
            seen=request.version,
            amount=request.amount,
            note="",
            checked=list(CheckPoint),
            at=at,
        )


def _recommend_decline(key: UUID, at: datetime) -> None:
    reviewing.recommend_decline(
        request_id=key, by=somebody("carl"), seen=seen(key), reason=DeclineReason.OUTSIDE, note="", at=at
    )


def _recommend_decline_again(key: UUID, at: datetime) -> None:
    reviewing.recommend_decline(
        request_id=key, by=somebody("cora"), seen=seen(key), reason=DeclineReason.OUTSIDE, note="", at=at
    )


def _approve(key: UUID, at: datetime) -> None:
    """Ada approves, and Abel where two are needed."""
    if deciding.approve(request_id=key, by=somebody("ada"), seen=seen(key), at=at).status == Status.PARTLY_APPROVED:
        deciding.approve(request_id=key, by=somebody("abel"), seen=seen(key), at=at + _HOUR)


def _approve_once(key: UUID, at: datetime) -> None:
    deciding.approve(request_id=key, by=somebody("ada"), seen=seen(key), at=at)


def _decline(key: UUID, at: datetime) -> None:
    deciding.decline(request_id=key, by=somebody("ada"), seen=seen(key), at=at)


def _decline_finally(key: UUID, at: datetime) -> None:
    deciding.decline(request_id=key, by=somebody("abel"), seen=seen(key), at=at)


def _appeal(key: UUID, at: datetime) -> None:
    appealing.appeal(request_id=key, ground="Please look again: it is for rent. (A made-up appeal.)", at=at)


def _pay(key: UUID, at: datetime) -> None:
    sent = paying.Sent(PayMethod.PAYPAL, provider_reference=f"DEMO-{key.hex[:8].upper()}", on=at.date())
    paying.record(request_id=key, by=somebody("tess"), seen=seen(key), sent=sent, at=at)


def _confirm(key: UUID, at: datetime) -> None:
    confirming.say_arrived(request_id=key, at=at)


def _withdraw(key: UUID, at: datetime) -> None:
    applying.withdraw(request_id=key, at=at)


_TAKEN: list[tuple[timedelta, Step]] = [(3 * _HOUR, _take)]
_ASKED = [*_TAKEN, (20 * _HOUR, _ask)]
_GRANT = [*_TAKEN, (20 * _HOUR, _recommend_grant)]
_NO = [*_TAKEN, (20 * _HOUR, _recommend_decline)]
_APPROVED = [*_GRANT, (_DAY, _approve)]
_PAID = [*_APPROVED, (2 * _DAY, _pay)]
_DECLINED = [*_NO, (_DAY, _decline)]
_APPEALED = [*_DECLINED, (2 * _DAY, _appeal)]
# How each status is reached from "received", and how long after that.
WAYS: dict[Status, list[tuple[timedelta, Step]]] = {
    Status.RECEIVED: [],
    Status.WITHDRAWN: [(5 * _HOUR, _withdraw)],
    Status.IN_REVIEW: _TAKEN,
    Status.NEEDS_INFO: _ASKED,
    Status.EXPIRED: [*_ASKED, (33 * _DAY, _lay_aside)],
    Status.ANSWERED: [*_TAKEN, (_DAY, _answer)],
    Status.RECOMMENDED_GRANT: _GRANT,
    Status.RECOMMENDED_DECLINE: _NO,
    Status.PARTLY_APPROVED: [*_GRANT, (_DAY, _approve_once)],
    Status.APPROVED: _APPROVED,
    Status.PAID: _PAID,
    Status.CONFIRMED: [*_PAID, (4 * _DAY, _confirm)],
    Status.DECLINED: _DECLINED,
    Status.APPEALED: _APPEALED,
    Status.DECLINED_FINALLY: [
        *_APPEALED,
        (3 * _DAY, _take_again),
        (4 * _DAY, _recommend_decline_again),
        (5 * _DAY, _decline_finally),
    ],
}


def bring(key: UUID, until: Status, *, at: datetime) -> None:
    """Bring a request that was sent in at a moment as far as a status."""
    for later, step in WAYS[until]:
        step(key, at + later)
