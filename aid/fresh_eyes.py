"""Who may look at an appeal: people who had no part in the request before, and who do not know the worker."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Q

from aid.models import AidRequest, Case, Conflict, Decision, DisbursementAttempt, Review
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
    """The same rule as ``conflicts.cases_of``, for many cases at once: who knows one case of a worker knows them all."""
    persons = {request.pk: request.case.person_id for request in requests}
    cases = Case.objects.filter(person__in=persons.values())
    standing = Conflict.objects.filter(lifted_at__isnull=True).filter(
        Q(case__in=cases) | Q(worker_id_index__in=cases.exclude(worker_id_index=None).values("worker_id_index"))
    )
    by_case, by_index = defaultdict(set), defaultdict(set)
    for conflict in standing:
        if conflict.worker_id_index is None:
            by_case[conflict.case_id].add(conflict.person_id)
        else:
            by_index[bytes(conflict.worker_id_index)].add(conflict.person_id)
    known: dict[uuid.UUID | None, set[int]] = defaultdict(set)
    for case in cases:
        known[case.person_id] |= by_case[case.pk] | by_index[bytes(case.worker_id_index or b"")]
    return {key: known[person] for key, person in persons.items()}
