"""What is counted of a case that is erased: coarse, and not tied to it by any number."""

import secrets
from datetime import datetime

from aid.models import AidRequest, CaseStatistic, Reinstatement
from aid.statuses import Status

_DECIDED = frozenset({Status.ANSWERED, Status.APPROVED, Status.DECLINED, Status.DECLINED_FINALLY})
# Days are rounded up to these: the exact number would lead back to the steps of a case, which stay.
_STEPS = (1, 3, 7, 14, 30, 60, 120)
_BACK = frozenset({Reinstatement.Outcome.REINSTATED, Reinstatement.Outcome.PARTLY})


def count(request: AidRequest) -> CaseStatistic:
    """Write down what may be counted of a case that was sent in, once, in the transaction that erases it."""
    case = request.case
    sent_at = request.submitted_at or case.created_at
    return CaseStatistic.objects.create(
        # In order, they would stand beside the tombstones one by one.
        id=secrets.randbelow(2**62) + 1,
        month=sent_at.date().replace(day=1),
        kind=case.kind,
        country=case.country,
        tenure=case.tenure,
        wanted_money=request.wants_money,
        outcome=request.status,
        days_to_decision=_days_to_decision(request, sent_at),
        was_appealed=request.round > 1,
        was_reinstated=_was_reinstated(request),
    )


def _days_to_decision(request: AidRequest, sent_at: datetime) -> int | None:
    decided = request.events.filter(to_status__in=_DECIDED).order_by("version").first()
    if decided is None:
        return None
    days = (decided.at - sent_at).days
    return next((step for step in _STEPS if days < step), _STEPS[-1])


def _was_reinstated(request: AidRequest) -> bool | None:
    last = Reinstatement.objects.filter(case=request.case_id).order_by("-at", "-pk").first()
    return None if last is None else last.outcome in _BACK
