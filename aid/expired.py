"""What has outlived its time: for each class of data the requests of which something is to be erased.

A case ends with the step that led to a status of ``statuses.ENDED``. Three remarks on that:

- Paid, and no word from the worker: ended 30 days after the payment. As long as the worker says that the money did not
  arrive, it has not ended.
- Joined to another case: not erased while any request of the same person is open.
- What comes to a case after it was erased (a late message) goes with the next run.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from aid import emptying, retention
from aid.classes import DataClass
from aid.models import AidRequest, CaseEvent, Confirmation, DisbursementAttempt, LegalHold, Reveal, TaxRecord
from aid.statuses import ENDED, Status

SILENCE = timedelta(days=30)
_OVER = [status for status in ENDED if status != Status.JOINED]
_NOT_OVER = [status for status in Status if status not in ENDED | {Status.DRAFT, Status.PAID}]


def drafts(*, at: datetime) -> QuerySet[AidRequest]:
    """Return what was begun and not sent in time."""
    return _free().filter(status=Status.DRAFT, case__created_at__lt=retention.before(DataClass.DRAFT, at=at))


def of(data_class: DataClass, *, at: datetime) -> QuerySet[AidRequest]:
    """Return the requests of which this class of data is to be erased now."""
    return _CHOICES[data_class](at)


def to_close(*, at: datetime) -> QuerySet[AidRequest]:
    """Return the requests of which nothing is left that the worker could come back to: the words go, too."""
    both = min(retention.before(each, at=at) for each in (DataClass.IDENTITY, DataClass.STORY))
    return _ended_before(both).filter(case__erased_at__isnull=True)


def _of_the_case(data_class: DataClass, at: datetime) -> QuerySet[AidRequest]:
    return _ended_before(retention.before(data_class, at=at)).filter(emptying.is_left(data_class))


def _of_stories(at: datetime) -> QuerySet[AidRequest]:
    """Also of those where nothing was told: their words go with the story that is not there."""
    limit = retention.before(DataClass.STORY, at=at)
    return _ended_before(limit).filter(emptying.is_left(DataClass.STORY) | Q(pk__in=to_close(at=at).values("pk")))


def _of_payments(at: datetime) -> QuerySet[AidRequest]:
    limit = retention.before(DataClass.TAX, at=at)
    there = Q(provider_reference_sealed__isnull=False) | Exists(
        TaxRecord.objects.filter(attempt=OuterRef("pk"), payee_sealed__isnull=False)
    )
    old = DisbursementAttempt.objects.filter(there, disbursement__request=OuterRef("pk"), recorded_at__lt=limit)
    return _free().filter(Exists(old))


def _of_looks(at: datetime) -> QuerySet[AidRequest]:
    limit = retention.before(DataClass.ACCESS, at=at)
    return _free().filter(Exists(Reveal.objects.filter(case=OuterRef("case"), at__lt=limit)))


def _ended_before(limit: datetime) -> QuerySet[AidRequest]:
    last_step = CaseEvent.objects.filter(request=OuterRef("pk")).order_by("-version").values("at")[:1]
    not_arrived = Confirmation.objects.filter(
        attempt__disbursement__request=OuterRef("pk"),
        attempt__state=DisbursementAttempt.State.SENT,
        answer=Confirmation.Answer.NOT_ARRIVED,
    )
    still_open = AidRequest.objects.filter(case__person=OuterRef("case__person"), status__in=_NOT_OVER)
    has_ended = (
        Q(status__in=_OVER, since__lt=limit)
        | (Q(status=Status.PAID, since__lt=limit - SILENCE) & ~Exists(not_arrived))
        | (Q(status=Status.JOINED, since__lt=limit) & ~Exists(still_open))
        | Q(case__erased_at__isnull=False)
    )
    return _free().annotate(since=Subquery(last_step)).filter(has_ended).exclude(status=Status.DRAFT)


def _free() -> QuerySet[AidRequest]:
    """Requests of cases that no law asks to keep."""
    held = LegalHold.objects.filter(case=OuterRef("case"), lifted_at__isnull=True)
    return AidRequest.objects.filter(~Exists(held)).select_related("case").order_by(F("case__created_at"), "pk")


_CHOICES: dict[DataClass, Callable[[datetime], QuerySet[AidRequest]]] = {
    DataClass.DRAFT: lambda at: drafts(at=at),
    DataClass.ATTACHMENT: lambda at: _of_the_case(DataClass.ATTACHMENT, at),
    DataClass.IDENTITY: lambda at: _of_the_case(DataClass.IDENTITY, at),
    DataClass.STORY: _of_stories,
    DataClass.TAX: _of_payments,
    DataClass.ACCESS: _of_looks,
}
