"""Erases what has outlived its time, or what the worker asks us to erase; what the law makes us keep is named before.

One case a commit: stopped at any moment, it loses nothing and goes on where it was. What was erased leaves a tombstone,
and a case of which nothing is left one line in the statistic, which does not lead back to it.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max, QuerySet

from aid import applying, attaching, conflicts, emptying, expired, marks, notices, retention, statistics
from aid.classes import DataClass
from aid.models import AidRequest, DisbursementAttempt, LegalHold, Tombstone
from aid.statuses import Status, may_be_withdrawn
from core.expiring import Expiring
from organisation import audit

_OF_A_CASE = (DataClass.ATTACHMENT, DataClass.IDENTITY, DataClass.STORY)
# A notice says nothing, but its address is somebody's.
_NOTICE_KEPT = timedelta(days=7)
_SENT_IN = (*_OF_A_CASE, DataClass.TAX, DataClass.ACCESS)


class UnderLegalHold(Exception):
    """A law asks us to keep this case for now: nothing of it is erased until that is over."""


@dataclass(frozen=True)
class Kept:
    """What stays after everything was erased that may be: until these days; none: nothing of the kind is there.

    :param tax_until: to whom, when, how much and for what was paid: the law asks a payer for it
    :param access_until: who opened what, when and for which reason, without what they saw
    :param marks_until: keyed hashes of Worker ID, address and way to be paid, so that the cap holds
    """

    tax_until: date | None = None
    access_until: date | None = None
    marks_until: date | None = None


def what_stays(request: AidRequest) -> Kept:
    """Return what would stay if the worker asked us to erase everything now."""
    paid = DisbursementAttempt.objects.filter(
        disbursement__request=request, state=DisbursementAttempt.State.SENT, tax_record__payee_sealed__isnull=False
    ).aggregate(last=Max("recorded_at"))["last"]
    opened = request.case.reveals.aggregate(last=Max("at"))["last"]
    marked = marks.until(request)
    return Kept(
        tax_until=_until(paid, DataClass.TAX),
        access_until=_until(opened, DataClass.ACCESS),
        marks_until=marked.date() if marked and paid else None,
    )


@transaction.atomic
def erase_now(*, request_id: uuid.UUID, at: datetime) -> Kept:
    """Erase, as the worker asks, everything that no law makes us keep; what is open is withdrawn before.

    The words open nothing any more. What was never sent in is gone without a trace.

    :raises UnderLegalHold: if a law asks us to keep all of it for now
    """
    request = _lock(request_id)
    if _is_held(request):
        raise UnderLegalHold
    if request.status == Status.DRAFT:
        _forget_draft(request)
        return Kept()
    if may_be_withdrawn(request.status):
        applying.withdraw(request_id=request_id, at=at)
        request = _lock(request_id)
    mine = AidRequest.objects.filter(pk=request_id)
    classes = [each for each in _OF_A_CASE if mine.filter(emptying.is_left(each)).exists()]
    if classes or not request.case.erased_at:
        _erase(request, classes, closes=True, wish=Tombstone.Wish.WORKER, at=at)
    return what_stays(request)


def erase_due(*, at: datetime) -> Iterator[uuid.UUID]:
    """Erase what has outlived its time, of each case in a commit of its own; yield each case that lost something."""
    for request in list(expired.drafts(at=at)):
        if _forget_due_draft(request.pk, at=at):
            yield request.case_id
    marks.forget(at=at)
    for request_id in _due(at):
        case_id = _erase_what_is_due(request_id, at=at)
        if case_id:
            yield case_id


def _due(at: datetime) -> list[uuid.UUID]:
    found: dict[uuid.UUID, None] = {}
    choices: list[QuerySet[AidRequest]] = [expired.of(each, at=at) for each in _SENT_IN]
    for requests in choices:
        found |= dict.fromkeys(requests.values_list("pk", flat=True))
    return list(found)


@transaction.atomic
def _forget_due_draft(request_id: uuid.UUID, *, at: datetime) -> bool:
    mine = AidRequest.objects.filter(pk=request_id)
    if not mine.select_for_update(skip_locked=True).exists() or not expired.drafts(at=at).filter(pk=request_id):
        return False  # It was sent in or erased just now, or is being written.
    _forget_draft(mine.select_related("case").get())
    return True


@transaction.atomic
def _erase_what_is_due(request_id: uuid.UUID, *, at: datetime) -> uuid.UUID | None:
    request = _lock(request_id)
    # Asked again under the lock: an appeal may have come just now.
    classes = [each for each in _SENT_IN if expired.of(each, at=at).filter(pk=request_id).exists()]
    closes = expired.to_close(at=at).filter(pk=request_id).exists()
    if not classes:
        return None
    _erase(request, classes, closes=closes, wish=Tombstone.Wish.RULE, at=at)
    return request.case_id


def _erase(request: AidRequest, classes: list[DataClass], *, closes: bool, wish: Tombstone.Wish, at: datetime) -> None:
    """Take these classes out of a locked request and its case."""
    if DataClass.ATTACHMENT in classes:
        attaching.forget_all(request.case_id, at=at)
    if DataClass.IDENTITY in classes:
        notices.forget(request.case)
        marks.leave(request, at=at)
        conflicts.bind(request.case)
        emptying.identity(request)
    if DataClass.STORY in classes:
        emptying.story(request)
    if DataClass.TAX in classes:
        emptying.payee(request, before=retention.before(DataClass.TAX, at=at))
    if DataClass.ACCESS in classes:
        emptying.looks(request.case, before=retention.before(DataClass.ACCESS, at=at))
    if closes and not request.case.erased_at:
        statistics.count(request)
        emptying.answers(request.case, at=at)
    Tombstone.objects.create(case=request.case, wish=wish, erased=classes, at=at)
    audit.record(actor=None, action="aid.erased", subject=request.case, reason=wish, at=at)


def _forget_draft(request: AidRequest) -> None:
    attaching.remove_with([request.case_id])
    request.case.delete()


def _lock(request_id: uuid.UUID) -> AidRequest:
    """Return the request with its case, both locked: nothing is written to either meanwhile."""
    return AidRequest.objects.select_for_update(of=("self", "case")).select_related("case").get(pk=request_id)


def _is_held(request: AidRequest) -> bool:
    return LegalHold.objects.filter(case=request.case_id, lifted_at__isnull=True).exists()


def _until(since: datetime | None, data_class: DataClass) -> date | None:
    return None if since is None else (since + timedelta(days=retention.days(data_class))).date()


def _due_by_class(at: datetime) -> dict[str, int]:
    return {f"cases with data of class {each}": expired.of(each, at=at).count() for each in DataClass} | {
        "notices to workers that have left": notices.sent(before=at - _NOTICE_KEPT).count()
    }


def _erase_all(at: datetime) -> Iterator[int]:
    for _case in erase_due(at=at):
        yield 1
    yield notices.forget_sent(before=at - _NOTICE_KEPT)


EXPIRING = [Expiring("cases and notices", _due_by_class, _erase_all)]
