"""One made-up case of each kind that a newcomer should see: every status, and all that can happen beside it."""

from datetime import date, datetime, timedelta
from uuid import UUID

from aid import (
    complaining,
    confirming,
    conflicts,
    holding,
    holds,
    joining,
    legal_holds,
    opening,
    reinstating,
    talking,
)
from aid.answers import Country, Kind, Need, Tenure
from aid.models import AidRequest, Complaint, Reinstatement
from aid.reasons import Detail, HoldReason, OpenReason
from aid.statuses import Status
from config.demo.cases import build_one
from config.demo.handling import somebody
from config.demo.workers import Rejection, Worker

_SPANISH = (
    "Esta historia es inventada. Cerraron mi cuenta de un día para otro, y en casa somos cuatro. El aviso no decía por"
    " qué."
)
_REPORT = "This report is made up. I need no money; I only want it to be counted: the account was closed over night."
_FOOD, _RENT = (Need.FOOD,), (Need.RENT,)


def build(*, start: datetime) -> None:
    """Make the cases, in the days before ``start``."""
    for worker in [
        Worker(0, 70, _FOOD, Status.DRAFT),
        Worker(-45, 85, _FOOD, Status.EXPIRED),
        Worker(-4, 40, _FOOD, Status.ANSWERED, wants_money=False, story=_REPORT),
        Worker(-4, 350, _RENT, Status.PARTLY_APPROVED),
        Worker(-14, 95, (Need.OTHER,), Status.DECLINED_FINALLY),
    ]:
        build_one(worker, start=start)
    _spanish_speaker(start)
    _work_rejected(start)
    _one_person_twice(start)
    _two_who_look_alike(start)
    _account_came_back(start)
    _money_did_not_arrive(start)
    _appeal_with_complaints(start)
    _holds(start)
    _looked_after(start)


def _key(worker: Worker, start: datetime) -> UUID:
    return build_one(worker, start=start).request.pk


def _spanish_speaker(start: datetime) -> None:
    """Was asked something, and has written before."""
    worker = Worker(
        -3,
        120,
        (Need.FAMILY, Need.BILLS),
        Status.NEEDS_INFO,
        story=_SPANISH,
        notice="Su cuenta ha sido suspendida. (Un aviso inventado.)",
        language="es",
        country=Country.LATIN_AMERICA,
        tenure=Tenure.ONE_TO_THREE,
        email="trabajadora@inventada.example",
    )
    key = _key(worker, start)
    at = start - timedelta(days=1)
    talking.write_to_worker(
        request_id=key, by=somebody("carl"), body="Gracias por contárnoslo. (Un mensaje inventado.)", at=at
    )


def _work_rejected(start: datetime) -> None:
    """Tells in figures what was rejected, and wrote with the caseworker, who left notes for colleagues."""
    worker = Worker(
        -6,
        150,
        (Need.BILLS,),
        Status.IN_REVIEW,
        kind=Kind.REJECTION,
        story="This is a made-up story. One requester rejected a whole month of work in an afternoon.",
        rejection=Rejection("A Made-up Survey Lab", hits=860, lost=215, before="98.7", after="88.0"),
    )
    key = _key(worker, start)
    carl, cora = somebody("carl"), somebody("cora")
    said = [
        "Thank you. Has the requester answered you? (A made-up message.)",
        "No, not a word since Monday. (A made-up message.)",
    ]
    talking.write_to_worker(request_id=key, by=carl, body=said[0], at=start - timedelta(days=5))
    talking.write_to_us(request_id=key, body=said[1], at=start - timedelta(days=4))
    note = "The same requester as in another case of this week. (A made-up note.)"
    talking.note(request_id=key, by=cora, body=note, at=start - timedelta(days=3))


def _one_person_twice(start: datetime) -> None:
    """Applied again while waiting; both are answered in the first case."""
    first = _key(Worker(-8, 130, _RENT, Status.IN_REVIEW), start)
    second = _key(Worker(-2, 130, _RENT, Status.RECEIVED), start)
    _share_address(first, second)
    joining.say(request_id=second, other_id=first, is_same=True, by=somebody("carl"), at=start - timedelta(days=1))


def _share_address(first: UUID, second: UUID) -> None:
    for key in (first, second):
        case = AidRequest.objects.select_related("case").get(pk=key).case
        holding.put_email(case, "made-up.worker@mail.example")
        case.save(update_fields=["email_sealed", "email_index"])


def _two_who_look_alike(start: datetime) -> None:
    """Share a way to be paid: two in one household, perhaps. Nobody has said yet."""
    keys = [_key(Worker(days, 65, _FOOD, Status.RECEIVED), start) for days in (-4, -3)]
    one, other = (AidRequest.objects.select_related("case").get(pk=key) for key in keys)
    holding.put_pay_to(other, holding.get(one, "pay_to"))
    other.save(update_fields=["pay_to_sealed", "pay_to_index"])


def _account_came_back(start: datetime) -> None:
    key = _key(Worker(-20, 110, _RENT, Status.CONFIRMED, email="worker@made-up.example"), start)
    at = start - timedelta(days=6)
    on: date = at.date() - timedelta(days=1)
    reinstating.report(request_id=key, outcome=Reinstatement.Outcome.REINSTATED, on=on, at=at)
    opening.open_detail(
        request_id=key,
        detail=Detail.EMAIL,
        by=somebody("carl"),
        reason=OpenReason.CONTACT,
        at=start - timedelta(days=5),
    )


def _money_did_not_arrive(start: datetime) -> None:
    """Stands out in the queue, and a steward has it as a complaint."""
    key = _key(Worker(-10, 45, _FOOD, Status.PAID), start)
    confirming.say_not_arrived(request_id=key, at=start - timedelta(days=2))
    opening.open_detail(
        request_id=key,
        detail=Detail.PAY_TO,
        by=somebody("tess"),
        reason=OpenReason.PAYMENT_PROBLEM,
        at=start - timedelta(days=1),
    )


def _appeal_with_complaints(start: datetime) -> None:
    """An appeal that waits, with one complaint answered and one open."""
    key = _key(Worker(-7, 105, (Need.DEBT,), Status.APPEALED), start)
    at = start - timedelta(days=4)
    late = "It took so long. (A made-up complaint.)"
    first = complaining.complain(request_id=key, about=Complaint.About.DELAY, body=late, at=at)
    complaining.answer(
        complaint_id=first.pk,
        by=somebody("stella"),
        words="You are right, and we are sorry. Two of us were ill. (A made-up answer.)",
        at=at + timedelta(days=1),
    )
    unkind = "The message sounded as if I had done something wrong. (A made-up complaint.)"
    complaining.complain(request_id=key, about=Complaint.About.CONDUCT, body=unkind, at=start - timedelta(days=1))


def _holds(start: datetime) -> None:
    """One hold that runs, one that ran out and waits for the steward."""
    for days, long_ago in ((-12, 10), (-2, 1)):
        key = _key(Worker(days, 55, _FOOD, Status.IN_REVIEW), start)
        at = start - timedelta(days=long_ago)
        note = "Waiting for a word from the worker. (A made-up note.)"
        holds.put(request_id=key, by=somebody("carl"), reason=HoldReason.QUESTION, note=note, days=3, at=at)


def _looked_after(start: datetime) -> None:
    """One whom a caseworker knows, and one whose case the law asks us to keep."""
    known = _key(Worker(-1, 80, _FOOD, Status.RECEIVED), start)
    conflicts.declare(request_id=known, by=somebody("cora"), at=start - timedelta(hours=8))
    kept = _key(Worker(-16, 115, (Need.OTHER,), Status.DECLINED), start)
    reason = "A made-up order of a made-up court."
    legal_holds.put(request_id=kept, by=somebody("stella"), reason=reason, at=start - timedelta(days=9))
