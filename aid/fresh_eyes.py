"""Who may look at an appeal: people who had no part in the request before, and who do not know the worker."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Q

from aid.models import AidRequest, Conflict, Decision, DisbursementAttempt, Review
from organisation.models import User
from organisation.permissions import Permission
from organisation.roles import ROLES

_REVIEWERS = [
    slug for slug, role in ROLES.items() if {Permission.REVIEW_CASES, Permission.OVERSEE_CASES} & role.permissions
]


def may_take(requests: Sequence[AidRequest]) -> dict[uuid.UUID, list[User]]:
    """Return for each appeal the people who may take it into review now. The database refuses everybody else."""
    people = list(
        User.objects.filter(is_active=True, role_assignments__role__in=_REVIEWERS).distinct().order_by("name", "pk")
    )
    parts = _parts_before(requests)
    known = _conflicts(requests)
    return {
        request.pk: [one for one in people if one.pk not in parts[request.pk] | known[request.pk]]
        for request in requests
    }


def _parts_before(requests: Iterable[AidRequest]) -> dict[uuid.UUID, set[int]]:
    keys = [request.pk for request in requests]
    found: dict[uuid.UUID, set[int]] = defaultdict(set)
    for pairs in (
        Review.objects.filter(request__in=keys, round=1).values_list("request", "reviewer"),
        Decision.objects.filter(review__request__in=keys).values_list("review__request", "decider"),
        DisbursementAttempt.objects.filter(disbursement__request__in=keys).values_list(
            "disbursement__request", "recorded_by"
        ),
    ):
        for request, person in pairs:
            found[request].add(person)
    return found


def _conflicts(requests: Iterable[AidRequest]) -> dict[uuid.UUID, set[int]]:
    """The same rule as ``conflicts.cases_of``, for many cases at once."""
    requests = list(requests)
    standing = Conflict.objects.filter(lifted_at__isnull=True).filter(
        Q(case__in=[request.case_id for request in requests])
        | Q(case__person__in=[request.case.person_id for request in requests])
        | Q(worker_id_index__in=[request.case.worker_id_index for request in requests if request.case.worker_id_index])
    )
    found: dict[uuid.UUID, set[int]] = defaultdict(set)
    for conflict in standing.select_related("case"):
        for request in requests:
            of_case = conflict.case is not None and conflict.case.person_id == request.case.person_id
            of_worker = conflict.worker_id_index is not None and bytes(conflict.worker_id_index) == _index(request)
            if of_case or of_worker:
                found[request.pk].add(conflict.person_id)
    return found


def _index(request: AidRequest) -> bytes | None:
    index = request.case.worker_id_index
    return None if index is None else bytes(index)
