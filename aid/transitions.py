"""How a request makes a step: locked, seen as it is, allowed, written down, audited, and told to the worker.

**The order of locks**, the same in every deed, so that two of them wait for each other and never for ever:

1. a batch of declines (``batches.decide``),
2. requests, in the order of their ids (``lock``, ``lock_all_of``): whoever changes a case, a review, a decision, a hold
   or a disbursement holds its request,
3. the cases, then the persons behind them, in the order of their ids (``lock_people``): whoever counts over all cases
   of a person, or makes two persons one,
4. the fund (``ledger.promises``, ``ledger.posting``).

Whoever makes two persons one holds the requests of both, so that nobody else counts over either meanwhile.
"""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction

from aid import notices
from aid.models import AidRequest, Case, CaseEvent, Person
from aid.statuses import NEWS, Status, can_follow
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission


class NotAllowed(Exception):
    """The person has no permission for this deed, whatever page led to it."""


class NotNow(Exception):
    """The request is in a status from which this step does not lead on."""


class SeenOutdated(Exception):
    """The request has moved on since the page was made from which this step comes."""


class SamePerson(Exception):
    """The person has had another part in this request. Reviewer, approver and payer are three people."""


class InConflict(Exception):
    """The person has declared a conflict of interest with this worker."""


class OnHold(Exception):
    """Approval and payment wait: there is a hold on the request that has not run out."""


class LikenessOpen(Exception):
    """Another case looks like this one, and nobody has said yet whether both are one person's."""


class AboveCap(Exception):
    """The person has had so much within the policy's period that this would be above its cap."""


class MoreThanAsked(Exception):
    """The worker asked for less than this, or the policy allows less for one request."""


# The rules that the database holds in race and from a shell, by the names of its constraints.
_REFUSALS: dict[str, type[Exception]] = {
    "aid_three_different_people": SamePerson,
    "aid_other_people_each_time": SamePerson,
    "aid_one_decision_of_a_person_on_a_review": SamePerson,
    "aid_no_part_in_conflict": InConflict,
    "aid_request_is_on_hold": OnHold,
    "aid_likeness_is_open": LikenessOpen,
    "aid_cap_of_a_person": AboveCap,
    "aid_grant_is_at_most_what_was_asked": MoreThanAsked,
}


@contextmanager
def refusals() -> Iterator[None]:
    """Write evidence within; what the database refuses is raised as the exception that a page has a sentence for."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refusal = _REFUSALS.get(refused_by(error))
        if refusal is None:
            raise
        raise refusal from error


def lock(request_id: uuid.UUID, *, seen: int | None = None) -> AidRequest:
    """Return the request, locked until the end of the transaction.

    :param seen: the version that the person was looking at
    :raises SeenOutdated: if it has another version by now
    """
    request = (
        AidRequest.objects.select_for_update(of=("self",)).select_related("case", "fund", "policy").get(pk=request_id)
    )
    if seen is not None and request.version != seen:
        raise SeenOutdated(request.status)
    return request


def lock_all_of(request_ids: Iterable[uuid.UUID]) -> list[AidRequest]:
    """Return these requests and all others of the same persons, locked.

    :raises SeenOutdated: if one of the persons turned out to have another request meanwhile
    """
    named = set(request_ids)
    locked = [lock(key) for key in sorted(named | _of_the_same_people(named))]
    if _of_the_same_people(named) - {request.pk for request in locked}:
        raise SeenOutdated
    return locked


def _of_the_same_people(request_ids: set[uuid.UUID]) -> set[uuid.UUID]:
    people = Case.objects.filter(request__in=request_ids, person__isnull=False).values("person")
    return set(AidRequest.objects.filter(case__person__in=people).values_list("pk", flat=True))


def lock_people(requests: Iterable[AidRequest]) -> None:
    """Lock the persons behind locked requests: what counts over all cases of one stays as it is."""
    keys = [request.case_id for request in requests]
    cases = Case.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    people = {case.person_id for case in cases if case.person_id}
    list(Person.objects.select_for_update().filter(pk__in=people).order_by("pk").values_list("pk"))


def require(by: User, *permissions: Permission) -> None:
    """Let the person go on who holds one of the permissions now.

    :raises NotAllowed: if not, or if the account is closed
    """
    if not any(by.has_perm(permission) for permission in permissions):
        raise NotAllowed


def reviewers_of(request: AidRequest) -> tuple[Permission, ...]:
    """Return who may review this request, by permission. Appeals are also the steward's."""
    if request.round == 1:
        return (Permission.REVIEW_CASES,)
    return (Permission.REVIEW_CASES, Permission.OVERSEE_CASES)


def deciders_of(request: AidRequest) -> tuple[Permission, ...]:
    """Return who may decide on this request, by permission. Appeals are also the steward's."""
    if request.round == 1:
        return (Permission.APPROVE_REQUESTS,)
    return (Permission.APPROVE_REQUESTS, Permission.OVERSEE_CASES)


def require_step(request: AidRequest, to: Status) -> None:
    """Let the step go on if it is allowed from here.

    :raises NotNow: if not
    """
    if not can_follow(request.status, to):
        raise NotNow(request.status)


def move(
    request: AidRequest, to: Status, *, by: User | None, at: datetime, reason: str = "", note: str = ""
) -> AidRequest:
    """Make the step, last in a deed that holds the lock and has put the evidence there.

    :param by: none for the worker
    :param reason: a code
    :param note: free text, kept sealed
    :raises NotNow: if the step is not allowed from here
    """
    require_step(request, to)
    came_back = request.status == Status.PAID and to == Status.APPROVED
    CaseEvent.objects.create(
        request=request, version=request.version + 1, from_status=request.status, to_status=to, at=at
    )
    request.version += 1
    request.status = to
    request.save()
    audit.record(actor=by, action=f"aid.{to}", subject=request, reason=reason, note=note, at=at)
    if to in NEWS and not came_back:
        notices.queue(request.case, about=str(request.version), at=at)
    return request


def refused_by(error: IntegrityError) -> str:
    """Return the name of the rule by which the database refused."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
