"""Where each class of data lies, and how it is taken out of there. The rows stay: who did what and when is still told."""

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q

from aid.classes import DataClass
from aid.models import (
    AidRequest,
    Appeal,
    Attachment,
    Case,
    CaseLink,
    Complaint,
    Decision,
    DisbursementAttempt,
    Hold,
    LegalHold,
    Message,
    Note,
    Reveal,
    Review,
    TaxRecord,
)
from organisation import audit

_IDENTITY_OF_CASE = ("worker_id_sealed", "worker_id_index", "email_sealed", "email_index")
_IDENTITY_OF_REQUEST = ("pay_to_sealed", "pay_to_index")
_STORY_OF_CASE = ("notice_sealed", "requester_sealed", "requester_index")
_STORY_OF_REQUEST = ("story_sealed", "story_index")
# In clear and coarse, but together they could tell one worker from another. They are counted in the statistic.
_ANSWERS_OF_CASE: dict[str, str | None] = {
    "happened_on": None,
    "written": "",
    "country": "",
    "tenure": "",
    "hits_rejected": None,
    "lost_minor": None,
    "rating_before": None,
    "rating_after": None,
}


_ALL = Q()


@dataclass(frozen=True)
class _Text:
    """Sealed columns of rows that belong to a request (or its case), by the path that leads there."""

    model: type[models.Model]
    path: str
    columns: tuple[str, ...]
    only: Q = _ALL

    def filled(self, request: AidRequest | OuterRef) -> models.QuerySet[models.Model]:
        there = reduce(or_, (Q(**{f"{column}__isnull": False}) for column in self.columns))
        rows: models.QuerySet[models.Model] = self.model._base_manager.filter(there, self.only, **{self.path: request})
        return rows


_CAME_BACK = DisbursementAttempt.State.FAILED
_TEXTS: dict[DataClass, list[_Text]] = {
    DataClass.IDENTITY: [
        # Money that came back was paid to nobody: no law asks to whom.
        _Text(TaxRecord, "attempt__disbursement__request", ("payee_sealed",), Q(attempt__state=_CAME_BACK)),
        _Text(DisbursementAttempt, "disbursement__request", ("provider_reference_sealed",), Q(state=_CAME_BACK)),
    ],
    DataClass.STORY: [
        _Text(Message, "case__request", ("body_sealed",)),
        _Text(Note, "case__request", ("body_sealed",)),
        _Text(Complaint, "case__request", ("body_sealed", "answer_sealed")),
        _Text(LegalHold, "case__request", ("reason_sealed",), Q(lifted_at__isnull=False)),
        _Text(Review, "request", ("note_sealed",)),
        _Text(Decision, "review__request", ("note_sealed",)),
        _Text(Hold, "request", ("note_sealed",)),
        _Text(Appeal, "request", ("ground_sealed",)),
    ],
}


def is_left(data_class: DataClass) -> Q:
    """Return the test of a request whether something of this class is still there."""
    test = Q()
    if data_class == DataClass.ATTACHMENT:
        return Q(Exists(Attachment.objects.filter(case=OuterRef("case"), gone_at__isnull=True)))
    of_case = _IDENTITY_OF_CASE if data_class == DataClass.IDENTITY else _STORY_OF_CASE
    of_request = _IDENTITY_OF_REQUEST if data_class == DataClass.IDENTITY else _STORY_OF_REQUEST
    for column in of_case:
        test |= Q(**{f"case__{column}__isnull": False})
    for column in of_request:
        test |= Q(**{f"{column}__isnull": False})
    for text in _TEXTS[data_class]:
        test |= Q(Exists(text.filled(OuterRef("pk"))))
    return test


def identity(request: AidRequest) -> None:
    """Take out who the worker is and where the money should go."""
    Case.objects.filter(pk=request.case_id).update(**dict.fromkeys(_IDENTITY_OF_CASE))
    AidRequest.objects.filter(pk=request.pk).update(**dict.fromkeys(_IDENTITY_OF_REQUEST))
    _empty_texts(DataClass.IDENTITY, request)
    CaseLink.objects.filter(case=request.case_id).delete()


def story(request: AidRequest) -> None:
    """Take out what was told and written about it, the words beside the audit trail among it."""
    Case.objects.filter(pk=request.case_id).update(**dict.fromkeys(_STORY_OF_CASE))
    AidRequest.objects.filter(pk=request.pk).update(**dict.fromkeys(_STORY_OF_REQUEST))
    for rows in _about(request):
        audit.forget_notes(rows)
    _empty_texts(DataClass.STORY, request)


def answers(case: Case, *, at: datetime) -> None:
    """Take out the last that tells this case from another, and the way in: no words open it any more."""
    Case.objects.filter(pk=case.pk).update(words_fingerprint=None, erased_at=at, **_ANSWERS_OF_CASE)


def payee(request: AidRequest, *, before: datetime) -> None:
    """Take out to whom was paid what was recorded before then."""
    attempts = DisbursementAttempt.objects.filter(disbursement__request=request, recorded_at__lt=before)
    TaxRecord.objects.filter(attempt__in=attempts, payee_sealed__isnull=False).update(payee_sealed=None)
    attempts.filter(provider_reference_sealed__isnull=False).update(provider_reference_sealed=None)


def looks(case: Case, *, before: datetime) -> None:
    """Delete who opened what before then. That it happened stays in the audit trail."""
    # The only place where these rows may go: the trigger keeps them from everybody else.
    with pgtrigger.ignore("aid.Reveal:reveal_is_kept"):
        Reveal.objects.filter(case=case, at__lt=before).delete()


def _empty_texts(data_class: DataClass, request: AidRequest) -> None:
    for text in _TEXTS[data_class]:
        text.filled(request).update(**dict.fromkeys(text.columns))


def _about(request: AidRequest) -> list[models.QuerySet[models.Model]]:
    """What audit events about this request may name as their subject."""
    subjects: list[tuple[type[models.Model], str]] = [
        (AidRequest, "pk"),
        (Case, "request"),
        (DisbursementAttempt, "disbursement__request"),
        *((text.model, text.path) for text in _TEXTS[DataClass.STORY]),
    ]
    return [model._base_manager.filter(**{path: request.pk}) for model, path in subjects]
