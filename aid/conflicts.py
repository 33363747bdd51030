"""A person at the desk who knows a worker says so, and has no part in the case from then on: it is out of their sight."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from aid import holding, transitions
from aid.models import AidRequest, Case, Conflict
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission

_AT_THE_DESK = (
    Permission.REVIEW_CASES,
    Permission.APPROVE_REQUESTS,
    Permission.RECORD_PAYMENTS,
    Permission.OVERSEE_CASES,
)


def cases_of(person: User) -> QuerySet[Case]:
    """Return the cases that are out of this person's sight: declared, of the same worker, or of a declared Worker ID."""
    standing = Conflict.objects.filter(person=person, lifted_at__isnull=True)
    known = standing.filter(case__isnull=False)
    return Case.objects.filter(
        Q(pk__in=known.values("case"))
        | Q(person__in=known.exclude(case__person=None).values("case__person"))
        | Q(worker_id_index__in=standing.exclude(worker_id_index=None).values("worker_id_index"))
    )


def require_none(by: User, case: Case) -> None:
    """Let the person go on who has no conflict with this case.

    :raises transitions.InConflict: if they have
    """
    if cases_of(by).filter(pk=case.pk).exists():
        raise transitions.InConflict


@transaction.atomic
def declare(*, request_id: uuid.UUID, by: User, at: datetime) -> None:
    """Step back from a case. If it was in the person's hands, it is in nobody's.

    :raises transitions.NotAllowed: if the person does not work with cases
    """
    transitions.require(by, *_AT_THE_DESK)
    request = transitions.lock(request_id)
    if cases_of(by).filter(pk=request.case_id).exists():
        return
    Conflict.objects.create(person=by, case=request.case, at=at)
    AidRequest.objects.filter(pk=request.pk, taken_by=by).update(taken_by=None)
    audit.record(actor=by, action="aid.conflict_declared", subject=request.case, at=at)


@transaction.atomic
def declare_worker_id(*, worker_id: str, by: User, at: datetime) -> None:
    """Step back from every case, now and later, that names this Worker ID: one's own, for example. It is not stored.

    :raises transitions.NotAllowed: if the person does not work with cases
    """
    transitions.require(by, *_AT_THE_DESK)
    index = holding.worker_id_index(worker_id)
    conflict, is_new = Conflict.objects.get_or_create(
        person=by, worker_id_index=index, lifted_at=None, defaults={"at": at}
    )
    if is_new:
        audit.record(actor=by, action="aid.conflict_declared", subject=conflict, at=at)


@transaction.atomic
def lift(*, conflict_id: int, by: User, at: datetime) -> Conflict:
    """Let the person see the case again: it was declared by mistake, or is over. Never one's own.

    :raises transitions.NotAllowed: if this is no steward, or it is their own
    """
    transitions.require(by, Permission.OVERSEE_CASES)
    conflict = Conflict.objects.select_for_update().exclude(person=by).filter(pk=conflict_id).first()
    if conflict is None:
        raise transitions.NotAllowed
    if conflict.lifted_at is None:
        conflict.lifted_at, conflict.lifted_by = at, by
        conflict.save(update_fields=["lifted_at", "lifted_by"])
        audit.record(actor=by, action="aid.conflict_lifted", subject=conflict, at=at)
    return conflict


def standing() -> QuerySet[Conflict]:
    """Return what is declared and not lifted, newest first."""
    return (
        Conflict.objects.filter(lifted_at__isnull=True).select_related("person", "case").order_by(F("at").desc(), "-pk")
    )
