"""A worker applies: begins, answers page by page, sends it in, and may take it back. No account is involved."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from moneyed import Money

from aid import holding, policy, retention, setting_aside, transitions
from aid.answers import Country, Kind, Need, PayMethod, Tenure, Written
from aid.classes import DataClass
from aid.models import AidRequest, Case, Person, Surge
from aid.statuses import Status
from core import casewords
from core.money import to_minor
from ledger.models import Fund


class NoAidFund(Exception):
    """No fund pays aid: there is nothing to apply for."""


class Unfinished(Exception):
    """Answers are missing without which nobody can decide or pay. ``pages`` names the pages that ask for them."""

    def __init__(self, pages: Iterable[str]) -> None:
        super().__init__()
        self.pages = list(pages)


@dataclass(frozen=True)
class Begun:
    """A new application. The words are here and nowhere else."""

    request: AidRequest
    words: str


@transaction.atomic
def begin(*, kind: Kind, language: str, at: datetime) -> Begun:
    """Open a case and a request that is still being written.

    :raises NoAidFund: if the organisation has no fund for aid
    """
    fund = Fund.objects.filter(pays_aid=True).order_by("pk").first()
    if fund is None:
        raise NoAidFund
    words = casewords.generate()
    case = Case.objects.create(
        words_fingerprint=casewords.fingerprint(words), language=language, created_at=at, kind=kind
    )
    return Begun(AidRequest.objects.create(case=case, fund=fund, currency=fund.currency), words)


@contextmanager
def draft(request_id: uuid.UUID) -> Iterator[AidRequest]:
    """Lock a request that is still being written, and save it and its case at the end.

    :raises transitions.NotNow: if it was sent already
    """
    with transaction.atomic():
        request = transitions.lock(request_id)
        transitions.require_step(request, Status.RECEIVED)
        yield request
        request.case.save()
        request.save()


def note_words_kept(*, request_id: uuid.UUID, at: datetime) -> None:
    """Remember that the worker has written the words down."""
    with draft(request_id) as request:
        request.case.words_noted_at = at


def answer_kind(*, request_id: uuid.UUID, kind: Kind) -> None:
    with draft(request_id) as request:
        request.case.kind = kind


def answer_when(*, request_id: uuid.UUID, happened_on: date | None, written: Written) -> None:
    with draft(request_id) as request:
        request.case.happened_on = happened_on
        request.case.written = written


def answer_account(*, request_id: uuid.UUID, country: Country, tenure: Tenure, worker_id: str) -> None:
    with draft(request_id) as request:
        request.case.country = country
        request.case.tenure = tenure
        holding.put_worker_id(request.case, worker_id)


def answer_needs(*, request_id: uuid.UUID, needs: Iterable[Need], amount: Money) -> None:
    with draft(request_id) as request:
        request.needs = list(needs)
        request.amount_minor = to_minor(amount)


def answer_story(*, request_id: uuid.UUID, story: str) -> None:
    with draft(request_id) as request:
        holding.put_story(request, story)


def answer_payment(*, request_id: uuid.UUID, method: PayMethod, pay_to: str) -> None:
    with draft(request_id) as request:
        request.pay_method = method
        holding.put_pay_to(request, pay_to)


def answer_contact(*, request_id: uuid.UUID, email: str) -> None:
    with draft(request_id) as request:
        holding.put_email(request.case, email)


def missing(request: AidRequest) -> list[str]:
    """Return the names of the pages that still need an answer before the request can be sent."""
    case = request.case
    answered = {
        "when": bool(case.written),
        "account": bool(case.country and case.tenure),
        "needs": bool(request.needs and request.amount_minor),
        "story": request.story_sealed is not None,
        "payment": bool(request.pay_method) and request.pay_to_sealed is not None,
    }
    return [page for page, is_there in answered.items() if not is_there]


@transaction.atomic
def submit(*, request_id: uuid.UUID, at: datetime) -> AidRequest:
    """Send the request in. From now on staff see it, and an answer is due.

    :raises Unfinished: if answers are missing
    :raises transitions.NotNow: if it was sent already
    """
    request = transitions.lock(request_id)
    transitions.require_step(request, Status.RECEIVED)
    pages = missing(request)
    if pages:
        raise Unfinished(pages)
    case = request.case
    case.person = Person.objects.create()
    case.came_in_surge = Surge.objects.filter(ended_at__isnull=True).exists()
    case.save()
    request.submitted_at = at
    request.due_on = (at + timedelta(days=policy.in_force(request.fund).answer_days)).date()
    return transitions.move(request, Status.RECEIVED, by=None, at=at)


@transaction.atomic
def withdraw(*, request_id: uuid.UUID, at: datetime) -> None:
    """Take the request back. What was promised for it is free again; what was never sent is erased.

    :raises transitions.NotNow: if it was paid, declined or withdrawn already
    """
    request = transitions.lock(request_id)
    if request.status == Status.DRAFT:
        request.case.delete()
        return
    transitions.require_step(request, Status.WITHDRAWN)
    setting_aside.give_back(request, at=at)
    transitions.move(request, Status.WITHDRAWN, by=None, at=at)


@transaction.atomic
def forget_unsent(*, at: datetime) -> int:
    """Erase the cases that were begun and not sent for as long as ``aid.retention`` says.

    :returns: how many
    """
    old = Case.objects.filter(
        created_at__lt=at - timedelta(days=retention.days(DataClass.DRAFT)), request__status=Status.DRAFT
    ).select_for_update(skip_locked=True, of=("self",))
    ids = [case.pk for case in old]
    Case.objects.filter(pk__in=ids, request__status=Status.DRAFT).delete()
    return len(ids)
