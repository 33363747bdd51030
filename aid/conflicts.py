"""A person at the desk who knows a worker says so, and has no part in the case from then on: it is out of their sight."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

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

# Whoever types a Worker ID sees which case is gone then: with many tries, one could learn whose cases they are.
MOST_WORKER_IDS, LATELY = 3, timedelta(days=30)


class TooManyDeclared(Exception):
    """The person has stepped back from several Worker IDs lately: a steward helps."""


def cases_of(person: User) -> QuerySet[Case]:
    """Return the cases that are out of this person's sight: declared, of a declared Worker ID, and all of those workers."""
    standing = Conflict.objects.filter(person=person, lifted_at__isnull=True)
    known = Case.objects.filter(
        Q(pk__in=standing.exclude(case=None).values("case"))
        | Q(worker_id_index__in=standing.exclude(worker_id_index=None).values("worker_id_index"))
    )
    return Case.objects.filter(Q(pk__in=known.values("pk")) | Q(person__in=known.exclude(person=None).values("person")))


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
    :raises TooManyDeclared: if they have stepped back from several lately
    """
    transitions.require(by, *_AT_THE_DESK)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # Two at once are counted one after the other.
    index = holding.worker_id_index(worker_id)
    if Conflict.objects.filter(person=by, worker_id_index=index, lifted_at=None).exists():
        return
    if _by_worker_id(at).filter(person=by).count() >= MOST_WORKER_IDS:
        raise TooManyDeclared
    conflict = Conflict.objects.create(person=by, worker_id_index=index, at=at)
    AidRequest.objects.filter(case__in=cases_of(by), taken_by=by).update(taken_by=None)
    audit.record(actor=by, action="aid.conflict_declared", subject=conflict, at=at)


def steps_back(*, at: datetime) -> list[tuple[str, int]]:
    """Return who stepped back from how many Worker IDs lately, those with the most first."""
    counted = _by_worker_id(at).values("person__name", "person__username").annotate(count=Count("pk"))
    rows = counted.values_list("person__name", "person__username", "count").order_by("-count", "person__username")
    return [(name or username, count) for name, username, count in rows]


def _by_worker_id(at: datetime) -> QuerySet[Conflict]:
    return Conflict.objects.filter(worker_id_index__isnull=False, at__gt=at - LATELY)


def bind(case: Case) -> None:
    """Tie the conflicts that were declared for a case's Worker ID to the case, before the Worker ID is erased."""
    if case.worker_id_index is None:
        return
    standing = Conflict.objects.filter(lifted_at__isnull=True)
    bound = standing.filter(case=case).values("person")
    Conflict.objects.bulk_create(
        Conflict(person=conflict.person, case=case, at=conflict.at)
        for conflict in standing.filter(worker_id_index=case.worker_id_index).exclude(person__in=bound)
    )


@transaction.atomic
def lift(*, conflict_id: int, by: User, at: datetime) -> Conflict:
    """Let the person see the case again: it was declared by mistake, or is over. Never one's own.

    :raises transitions.NotAllowed: if this is no steward, or it is their own
    :raises transitions.InConflict: if they know the worker themselves
    """
    transitions.require(by, Permission.OVERSEE_CASES)
    conflict = Conflict.objects.select_for_update().exclude(person=by).filter(pk=conflict_id).first()
    if conflict is None:
        raise transitions.NotAllowed
    about = Q(pk=conflict.case_id) if conflict.case_id else Q(worker_id_index=conflict.worker_id_index)
    for case in Case.objects.filter(about):
        require_none(by, case)
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
