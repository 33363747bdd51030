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

from aid import conflicts, policy, setting_aside, talking, transitions
from aid.models import AidRequest, CapMark, Case, Disbursement, Match, Message, Person
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
    columns = {
        "worker_id": ("case__worker_id_index", case.worker_id_index),
        "email": ("case__email_index", case.email_index),
        "pay_to": ("pay_to_index", request.pay_to_index),
    }
    found: dict[uuid.UUID, tuple[AidRequest, list[str]]] = {}
    answered = Match.objects.filter(Q(first=case) | Q(second=case)).values_list("first", "second")
    known = {key for pair in answered for key in pair}
    others = AidRequest.objects.filter(case__person__isnull=False).exclude(case__person=case.person_id)
    for shares, (column, index) in columns.items():
        if index is None:
            continue
        erased = CapMark.objects.filter(index=index).values("case")
        for other in (
            others.filter(Q(**{column: index}) | Q(case__in=erased)).select_related("case").order_by("submitted_at")
        ):
            if other.case_id not in known:
                found.setdefault(other.pk, (other, []))[1].append(shares)
    return [Likeness(other, tuple(shares)) for other, shares in found.values()]


@transaction.atomic
def say(*, request_id: uuid.UUID, other_id: uuid.UUID, is_same: bool, by: User, at: datetime) -> None:
    """Say, once, whether two requests come from one person.

    Of one person, they count together from now on. If they also share the address or the way to be paid, and the older
    one is not decided yet, the newer one is answered there, and only the older case's own page and contact are told. A
    Worker ID alone is no reason for that: anybody can type another's, and may have come first to learn who comes.

    What was approved for both and would not be for one person is taken back into review.

    :raises transitions.NotAllowed, transitions.InConflict, transitions.SeenOutdated: see there
    :raises transitions.NotNow: if it was said before, or one of them is still being written
    """
    transitions.require(by, Permission.REVIEW_CASES, Permission.OVERSEE_CASES)
    locked = transitions.lock_all_of([request_id, other_id])
    named = [one for one in locked if one.pk in (request_id, other_id)]
    for request in named:
        conflicts.require_none(by, request.case)
    older, newer = _two_people(named)
    share_contact = _share_contact(older, newer)
    first, second = sorted((older.case, newer.case), key=lambda case: case.pk)
    match = Match.objects.create(first=first, second=second, is_same=is_same, by=by, at=at)
    audit.record(actor=by, action="aid.same_person" if is_same else "aid.other_person", subject=match, at=at)
    if is_same:
        transitions.lock_people(locked)
        _make_one(older.case, newer.case)
        if share_contact:
            _answer_in(older, newer, by=by, at=at)
        _decide_anew([one.pk for one in locked], by=by, at=at)


def _two_people(named: list[AidRequest]) -> tuple[AidRequest, AidRequest]:
    """Return the older and the newer request, of two persons about whom nobody has answered yet.

    :raises transitions.NotNow: if they are not that
    """
    named = [one for one in named if one.case.person_id is not None]
    if len({one.case.person_id for one in named}) < 2:
        raise transitions.NotNow
    cases = [one.case for one in named]
    if Match.objects.filter(first__in=cases, second__in=cases).exists():
        raise transitions.NotNow
    older, newer = sorted(named, key=lambda one: (one.submitted_at, one.pk))
    return older, newer


@transaction.atomic
def take_back(*, request_id: uuid.UUID, by: User, seen: int, at: datetime) -> AidRequest:
    """It was not the same person after all: the joined request is in review again, and its case counts for itself.

    :raises transitions.NotAllowed, transitions.SeenOutdated, transitions.NotNow, transitions.InConflict: see there
    """
    transitions.require(by, Permission.OVERSEE_CASES)
    request = transitions.lock(request_id, seen=seen)
    conflicts.require_none(by, request.case)
    if request.status != Status.JOINED:
        raise transitions.NotNow(request.status)
    case = request.case
    said = Match.objects.filter(Q(first=case) | Q(second=case), is_same=True, undone_at__isnull=True)
    said.update(undone_at=at, undone_by=by)
    case.person = Person.objects.create()
    case.save(update_fields=["person"])
    if request.wants_money:
        policy.freeze(request, at=at)
    return transitions.move(request, Status.IN_REVIEW, by=by, at=at, reason="not_the_same")


def _share_contact(one: AidRequest, other: AidRequest) -> bool:
    """Return whether the two have more in common than a Worker ID."""
    emails = {bytes(each.case.email_index) for each in (one, other) if each.case.email_index}
    ways = {bytes(each.pay_to_index) for each in (one, other) if each.pay_to_index}
    has_both = one.case.email_index is not None and other.case.email_index is not None
    pays_both = one.pay_to_index is not None and other.pay_to_index is not None
    return (has_both and len(emails) == 1) or (pays_both and len(ways) == 1)


def _make_one(older: Case, newer: Case) -> None:
    """Let all cases of the newer person be the older one's. The one that was named goes last: it vouches for the others."""
    Case.objects.filter(person=newer.person_id).exclude(pk=newer.pk).update(person=older.person_id)
    Case.objects.filter(pk=newer.pk).update(person=older.person_id)
    newer.person_id = older.person_id


def _decide_anew(request_ids: list[uuid.UUID], *, by: User, at: datetime) -> None:
    """Take back, the newest first, what was approved for two people and would not be for one. What was paid was paid."""
    approved = Disbursement.objects.filter(
        request__in=request_ids, request__status=Status.APPROVED, ended_at__isnull=True
    ).select_related("request__case", "request__policy", "request__fund")
    for disbursement in approved.order_by("-made_at", "-pk"):
        request = disbursement.request
        review = request.reviews.select_related("request").order_by("version").last()
        lacks_approvals = review is None or policy.approvals_missing(request, review, disbursement.amount)
        if lacks_approvals or setting_aside.is_above_cap(disbursement):
            setting_aside.give_back(request, at=at)
            transitions.move(request, Status.IN_REVIEW, by=by, at=at, reason="same_person")


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
