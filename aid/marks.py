"""What stays of an erased identity while a grant counts against the policy's cap: keyed hashes that open nothing."""

from datetime import datetime, timedelta

from aid.models import AidRequest, CapMark, Disbursement


def until(request: AidRequest) -> datetime | None:
    """Return when the grant of this request counts no more; none if nothing was granted."""
    granted = Disbursement.objects.filter(request=request, ended_at__isnull=True).first()
    if granted is None or request.policy is None:
        return None
    return granted.made_at + timedelta(days=request.policy.cap_days)


def leave(request: AidRequest, *, at: datetime) -> None:
    """Leave the marks of an identity that is erased after this, in the same transaction."""
    end = until(request)
    if end is None or end <= at:
        return
    indexes = (request.case.worker_id_index, request.case.email_index, request.pay_to_index)
    CapMark.objects.bulk_create(
        [CapMark(case=request.case, index=bytes(index), until=end) for index in indexes if index is not None],
        ignore_conflicts=True,
    )


def forget(*, at: datetime) -> int:
    """Erase the marks whose time is over.

    :returns: how many
    """
    return CapMark.objects.filter(until__lte=at).delete()[0]
