"""Who may see which case. Views take their records from here and from nowhere else."""

import uuid

from django.db.models import Exists, OuterRef, Q, QuerySet

from aid import conflicts
from aid.models import AidRequest, Confirmation, DisbursementAttempt
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
# Read for every page of the application form: fewer columns make it noticeably quicker.
_SHOWN_OF_DRAFT = [
    *(
        "fund",
        "status",
        "wants_money",
        "needs",
        "amount_minor",
        "currency",
        "story_sealed",
        "pay_method",
        "pay_to_sealed",
    ),
    *("case__kind", "case__happened_on", "case__written", "case__country", "case__tenure", "case__notice_sealed"),
    *("case__requester_sealed", "case__hits_rejected", "case__lost_minor", "case__rating_before"),
    *("case__rating_after", "case__worker_id_sealed", "case__email_sealed"),
]


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
    return (
        AidRequest.objects.filter(pk=request_id, status=Status.DRAFT)
        .select_related("case")
        .only(*_SHOWN_OF_DRAFT)
        .first()
    )


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
