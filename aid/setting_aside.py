"""Money that an approval sets aside for a worker, and that is free again when the approval falls."""

from datetime import datetime, timedelta

from django.db.models import Sum
from moneyed import Money

from aid.models import AidRequest, Disbursement
from ledger import promises


def live(request: AidRequest) -> Disbursement | None:
    """Return what is set aside or was paid for the request as it stands; none if nothing is."""
    return request.disbursements.filter(ended_at__isnull=True).select_related("promise").first()


def set_aside(request: AidRequest, amount: Money, *, at: datetime) -> Disbursement:
    """Promise the amount in the fund's books. The database counts it against the person's cap.

    :raises ledger.balances.FundTooLow: if the fund has less than that available
    :raises django.db.IntegrityError: ``aid_cap_of_a_person``, see ``aid.transitions.refusals``
    """
    earlier = request.disbursements.count()
    reference = f"aid-request:{request.pk}" + (f":{earlier + 1}" if earlier else "")
    promise = promises.promise(fund=request.fund, amount=amount, reference=reference, at=at)
    return Disbursement.objects.create(
        request=request, promise=promise, amount_minor=promise.amount_minor, currency=promise.currency, made_at=at
    )


def is_above_cap(disbursement: Disbursement) -> bool:
    """Return whether this and what else its person got within the period are more than the policy allows.

    No approval makes it so. It can turn out so when two persons are one.
    """
    request = disbursement.request
    rules = request.policy
    if rules is None:
        return True
    had = Disbursement.objects.filter(
        request__case__person=request.case.person_id,
        currency=disbursement.currency,
        ended_at__isnull=True,
        made_at__gt=disbursement.made_at - timedelta(days=rules.cap_days),
    ).aggregate(sum=Sum("amount_minor"))
    return (had["sum"] or 0) > rules.cap_minor


def give_back(request: AidRequest, *, at: datetime) -> None:
    """End what is set aside and not paid, if anything is: the fund has it again."""
    disbursement = live(request)
    if disbursement is None:
        return
    promises.release(promise=disbursement.promise, at=at)
    end(disbursement, at=at)


def end(disbursement: Disbursement, *, at: datetime) -> None:
    """Let nothing more be paid by it."""
    disbursement.ended_at = at
    disbursement.save(update_fields=["ended_at"])
