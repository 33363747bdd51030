"""Cases that look alike: a human says once whether they are of one person. Nobody is accused of anything by it.

Looking alike means sharing a Worker ID, an e-mail address or a way to be paid, all compared by blind index. A network
address, a household or a device never counts: a worker was suspended for sharing Wi-Fi with her son.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from aid import conflicts, talking, transitions
from aid.models import AidRequest, Case, Match, Message, Person
from aid.statuses import Status, can_follow
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission

# The older request is still to be decided on: the newer one is answered there.
_UNDECIDED = frozenset(
    {
        Status.RECEIVED,
        Status.IN_REVIEW,
        Status.NEEDS_INFO,
        Status.RECOMMENDED_GRANT,
        Status.RECOMMENDED_DECLINE,
        Status.PARTLY_APPROVED,
        Status.APPROVED,
        Status.APPEALED,
    }
)


@dataclass(frozen=True)
class Likeness:
    """Another case, and in what it is like this one: "worker_id", "email", "pay_to"."""

    other: AidRequest
    shares: tuple[str, ...]


def alike(request: AidRequest) -> list[Likeness]:
    """Return the cases that look like this one and about which nobody has said yet whether they are of one person."""
    case = request.case
    if case.person_id is None:
        return []
    tests = {
        "worker_id": Q(case__worker_id_index=case.worker_id_index) if case.worker_id_index else None,
        "email": Q(case__email_index=case.email_index) if case.email_index else None,
        "pay_to": Q(pay_to_index=request.pay_to_index) if request.pay_to_index else None,
    }
    found: dict[uuid.UUID, tuple[AidRequest, list[str]]] = {}
    answered = Match.objects.filter(Q(first=case) | Q(second=case)).values_list("first", "second")
    known = {key for pair in answered for key in pair}
    others = AidRequest.objects.filter(case__person__isnull=False).exclude(case__person=case.person_id)
    for shares, test in tests.items():
        if test is None:
            continue
        for other in others.filter(test).select_related("case").order_by("submitted_at"):
            if other.case_id not in known:
                found.setdefault(other.pk, (other, []))[1].append(shares)
    return [Likeness(other, tuple(shares)) for other, shares in found.values()]


@transaction.atomic
def say(*, request_id: uuid.UUID, other_id: uuid.UUID, is_same: bool, by: User, at: datetime) -> None:
    """Say, once, whether two requests come from one person.

    Of one person, they count together from now on; if the older one is not decided yet, the newer one is answered
    there, and only the older case's own page and contact are told.

    :raises transitions.NotAllowed, transitions.InConflict: see there
    :raises transitions.NotNow: if it was said before
    """
    transitions.require(by, Permission.REVIEW_CASES, Permission.OVERSEE_CASES)
    locked = [transitions.lock(key) for key in sorted((request_id, other_id))]
    for request in locked:
        conflicts.require_none(by, request.case)
    first, second = sorted((one.case for one in locked), key=lambda case: case.pk)
    if Match.objects.filter(first=first, second=second).exists():
        raise transitions.NotNow(locked[0].status)
    match = Match.objects.create(first=first, second=second, is_same=is_same, by=by, at=at)
    audit.record(actor=by, action="aid.same_person" if is_same else "aid.other_person", subject=match, at=at)
    if is_same:
        older, newer = sorted(locked, key=lambda one: (one.submitted_at or at, one.pk))
        _make_one(older.case, newer.case)
        _answer_in(older, newer, by=by, at=at)


def _make_one(older: Case, newer: Case) -> None:
    """Let all cases of the newer person be the older one's."""
    people = [key for key in (older.person_id, newer.person_id) if key]
    list(Person.objects.select_for_update().filter(pk__in=people).order_by("pk"))
    Case.objects.filter(person=newer.person_id).update(person=older.person_id)
    newer.person_id = older.person_id


def _answer_in(older: AidRequest, newer: AidRequest, *, by: User, at: datetime) -> None:
    if older.status not in _UNDECIDED or not can_follow(newer.status, Status.JOINED):
        return
    with translation.override(older.case.language):
        body = _(
            "A second application came that seems to be yours. We answer both here. If it was not you, please write to us."
        )
    talking.say(older.case, sender=Message.Sender.SYSTEM, body=body, at=at)
    newer.case.refresh_from_db()
    transitions.move(newer, Status.JOINED, by=by, at=at)
