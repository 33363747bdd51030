"""Who may see which case. Views take their records from here and from nowhere else."""

import uuid
from functools import cache

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from aid import conflicts
from aid.models import AidRequest, Case, CaseEvent, Confirmation, DisbursementAttempt
from aid.statuses import Status
from core import casewords
from ledger.models import Transaction
from organisation.models import User
from organisation.permissions import Permission

_TO_DECIDE = frozenset(
    {
        Status.RECOMMENDED_GRANT,
        Status.RECOMMENDED_DECLINE,
        Status.PARTLY_APPROVED,
        Status.APPROVED,
        Status.DECLINED,
        Status.DECLINED_FINALLY,
        Status.PAID,
        Status.CONFIRMED,
    }
)
_TO_PAY = frozenset({Status.APPROVED, Status.PAID, Status.CONFIRMED})
_SENT_IN = frozenset(Status) - {Status.DRAFT}
# What the pages of the application form show, and no more: they are read for each of them.
_SHOWN_OF_REQUEST = {
    *("id", "case", "fund", "status", "wants_money", "needs", "amount_minor", "currency", "story_sealed"),
    *("pay_method", "pay_to_sealed"),
}
_SHOWN_OF_CASE = {
    *("id", "kind", "happened_on", "written", "country", "tenure", "notice_sealed", "requester_sealed"),
    *("hits_rejected", "lost_minor", "rating_before", "rating_after", "worker_id_sealed", "email_sealed"),
}


def statuses_visible_to(user: User) -> frozenset[Status]:
    """Return the statuses whose requests this person works with. What is still being written is nobody's but the worker's."""
    if user.has_perm(Permission.REVIEW_CASES) or user.has_perm(Permission.OVERSEE_CASES):
        return _SENT_IN
    seen: frozenset[Status] = frozenset()
    if user.has_perm(Permission.APPROVE_REQUESTS):
        seen |= _TO_DECIDE
    if user.has_perm(Permission.RECORD_PAYMENTS):
        seen |= _TO_PAY
    return seen


def visible_to(user: User) -> QuerySet[AidRequest]:
    """Return the requests that this person may see: of their work, and of no worker whom they know. Each has ``is_missing`` if the worker says that money did not arrive."""
    not_arrived = Confirmation.objects.filter(
        attempt__disbursement__request=OuterRef("pk"), answer=Confirmation.Answer.NOT_ARRIVED
    )
    return (
        AidRequest.objects.filter(status__in=statuses_visible_to(user))
        .exclude(case__in=conflicts.cases_of(user))
        .select_related("case", "fund", "taken_by")
        .annotate(is_missing=Exists(not_arrived))
    )


def left_unpaid(user: User) -> QuerySet[AidRequest]:
    """Return what was once to be paid, and whose open page this person may still have: of no worker whom they know."""
    if not user.has_perm(Permission.RECORD_PAYMENTS):
        return AidRequest.objects.none()
    was_to_pay = CaseEvent.objects.filter(request=OuterRef("pk"), to_status=Status.APPROVED)
    return AidRequest.objects.filter(Exists(was_to_pay)).exclude(case__in=conflicts.cases_of(user))


def may_read_story(user: User) -> bool:
    """Return whether this person reads what the worker wrote. Whoever only pays does not need it."""
    return any(
        user.has_perm(permission)
        for permission in (Permission.REVIEW_CASES, Permission.APPROVE_REQUESTS, Permission.OVERSEE_CASES)
    )


def by_words(typed: str) -> AidRequest | None:
    """Return the request of the case that these words open. Anything typed takes one look-up, whatever it is."""
    return (
        AidRequest.objects.filter(case__words_fingerprint=casewords.fingerprint(typed))
        .select_related("case", "fund")
        .order_by("pk")
        .first()
    )


def of_visit(request_id: uuid.UUID) -> AidRequest | None:
    """Return the request that a worker's visit is about; none if it was erased meanwhile."""
    there = AidRequest.objects.select_related("case", "fund").filter(case__erased_at__isnull=True)
    return there.filter(pk=request_id).first()


def draft_of_visit(request_id: uuid.UUID) -> AidRequest | None:
    """Return the request that a worker is still writing, with what its pages show and no more; none if it was sent."""
    sql, of_request, of_case = _reading_a_draft()
    with connection.cursor() as cursor:
        cursor.execute(sql, [request_id, Status.DRAFT.value])
        row = cursor.fetchone()
    if row is None:
        return None
    draft = AidRequest.from_db(DEFAULT_DB_ALIAS, of_request, row[: len(of_request)])
    draft.case = Case.from_db(DEFAULT_DB_ALIAS, of_case, row[len(of_request) :])
    return draft


@cache
def _reading_a_draft() -> tuple[str, list[str], list[str]]:
    """Return the statement that reads a draft, and which fields its columns are, in order.

    The ORM writes it once for each process. Writing it anew for every page took five times as long as running it.
    """
    of_request = [field.attname for field in AidRequest._meta.concrete_fields if field.name in _SHOWN_OF_REQUEST]
    of_case = [field.attname for field in Case._meta.concrete_fields if field.name in _SHOWN_OF_CASE]
    drafts = AidRequest.objects.filter(pk=uuid.UUID(int=0), status=Status.DRAFT)
    rows = drafts.values_list(*of_request, *(f"case__{name}" for name in of_case))
    return rows.query.sql_with_params()[0], of_request, of_case


def is_said_missing(request: AidRequest) -> bool:
    """Return whether the worker has said that the money did not arrive."""
    return Confirmation.objects.filter(
        attempt__disbursement__request=request, answer=Confirmation.Answer.NOT_ARRIVED
    ).exists()


def booked_of(request: AidRequest) -> list[Transaction]:
    """Return what the books say of the money that was sent for this request: the payment, and its reversal if there is one."""
    sent = DisbursementAttempt.objects.filter(
        disbursement__request=request, state=DisbursementAttempt.State.SENT
    ).values("transaction")
    return list(Transaction.objects.filter(Q(pk__in=sent) | Q(reverses__in=sent)).order_by("pk"))


def part_of(user: User, request: AidRequest) -> str:
    """Return which part this person has had in the request: "reviewer", "decider", "payer" or ""."""
    if request.reviews.filter(reviewer=user).exists():
        return "reviewer"
    if request.reviews.filter(decisions__decider=user).exists():
        return "decider"
    if DisbursementAttempt.objects.filter(disbursement__request=request, recorded_by=user).exists():
        return "payer"
    return ""
