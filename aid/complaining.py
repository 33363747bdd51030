"""A worker complains about how we treated them. Only stewards read it, who neither decided nor paid."""

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from aid import conflicts, holding, notices, transitions
from aid.models import Case, Complaint, Decision, DisbursementAttempt, Review
from aid.statuses import Status
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission

LONGEST = 4000
_NOT_ONES_OWN = "aid_complaint_is_closed_by_another"


class AlreadyAnswered(Exception):
    """Another steward has answered this complaint. A worker gets one answer to each."""


@transaction.atomic
def complain(*, request_id: uuid.UUID, about: Complaint.About, body: str, at: datetime) -> Complaint:
    """Complain, in the worker's own words. The steward's answer is read on the worker's page.

    :raises transitions.NotNow: if nothing was sent in yet
    """
    request = transitions.lock(request_id)
    if request.status == Status.DRAFT:
        raise transitions.NotNow(request.status)
    waiting = request.case.complaints.filter(about=about, closed_at__isnull=True)
    for earlier in waiting:
        if holding.get(earlier, "body") == body:
            return earlier  # A second click, or the same form sent again.
    return note(request.case, about=about, body=body, at=at)


def note(case: Case, *, about: Complaint.About, body: str, at: datetime) -> Complaint:
    """Write a complaint down, within a deed."""
    complaint = Complaint(case=case, about=about, at=at)
    holding.put(complaint, "body", body)
    complaint.save(force_insert=True)
    audit.record(actor=None, action="aid.complained", subject=complaint, reason=about, at=at)
    return complaint


@transaction.atomic
def answer(*, complaint_id: uuid.UUID, by: User, words: str, at: datetime) -> Complaint:
    """Answer a complaint, once, and close it. The worker reads the words.

    :raises AlreadyAnswered: if it is closed
    :raises transitions.SamePerson: if this person reviewed, decided on or paid the request
    :raises transitions.NotAllowed, transitions.InConflict: see there
    """
    transitions.require(by, Permission.OVERSEE_CASES)
    complaint = Complaint.objects.select_for_update(of=("self",)).select_related("case").get(pk=complaint_id)
    conflicts.require_none(by, complaint.case)
    if complaint.closed_at is not None:
        raise AlreadyAnswered
    holding.put(complaint, "answer", words)
    complaint.closed_at, complaint.closed_by = at, by
    try:
        with transaction.atomic():
            complaint.save(update_fields=["answer_sealed", "closed_at", "closed_by"])
    except IntegrityError as error:
        if transitions.refused_by(error) != _NOT_ONES_OWN:
            raise
        raise transitions.SamePerson from error
    audit.record(actor=by, action="aid.complaint_answered", subject=complaint, at=at)
    notices.queue(complaint.case, about=complaint.pk.hex, at=at)
    return complaint


def heard_by(steward: User) -> QuerySet[Complaint]:
    """Return the complaints that this steward may know of, open ones first, the oldest of them first.

    Each has ``is_own`` if it is about a request in which the steward had a part: another one reads and answers it.
    """
    return (
        Complaint.objects.exclude(case__in=conflicts.cases_of(steward))
        .annotate(is_own=_is_of(steward))
        .select_related("case__request", "closed_by")
        .order_by(F("closed_at").desc(nulls_first=True), "at", "pk")
    )


def to_answer(steward: User) -> QuerySet[Complaint]:
    """Return the open complaints that this steward may answer."""
    return Complaint.objects.filter(~_is_of(steward), closed_at__isnull=True).exclude(
        case__in=conflicts.cases_of(steward)
    )


def _is_of(person: User) -> Q:
    """Whether it is about a request in which the person had a part. The database closes such a one to them."""
    reviewed = Review.objects.filter(request__case=OuterRef("case"), reviewer=person)
    decided = Decision.objects.filter(review__request__case=OuterRef("case"), decider=person)
    paid = DisbursementAttempt.objects.filter(disbursement__request__case=OuterRef("case"), recorded_by=person)
    return Q(Exists(reviewed)) | Q(Exists(decided)) | Q(Exists(paid))
