"""A worker applies: begins, answers page by page, sends it in, and may take it back. No account is involved."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from moneyed import Money

from aid import attaching, holding, policy, retention, setting_aside, transitions
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


def note_words_kept(*, request: AidRequest, at: datetime) -> None:
    """Remember that the worker has written the words down.

    Like all that follows here, it saves its own columns in one statement, if the request is still being written then:
    two windows do not undo each other, and nothing slips in while it is being sent.

    :raises transitions.NotNow: if it was sent already
    """
    _keep(request.case, words_noted_at=at)


def answer_kind(*, request: AidRequest, kind: Kind) -> None:
    _keep(request.case, kind=kind)


def answer_rejection(*, request: AidRequest, requester: str, hits_rejected: int | None, lost: Money | None) -> None:
    """Keep whose work was rejected, how much of it, and what it would have paid, in US dollars."""
    holding.put_requester(request.case, requester)
    lost_minor = to_minor(lost) if lost is not None else None
    _keep(request.case, "requester_sealed", "requester_index", hits_rejected=hits_rejected, lost_minor=lost_minor)


def answer_rating(*, request: AidRequest, before: Decimal | None, after: Decimal | None) -> None:
    """Keep the approval rate before and after, in percent."""
    _keep(request.case, rating_before=before, rating_after=after)


def answer_when(*, request: AidRequest, happened_on: date | None, written: Written) -> None:
    _keep(request.case, happened_on=happened_on, written=written)


def answer_notice(*, request: AidRequest, notice: str) -> None:
    holding.put(request.case, "notice", notice)
    _keep(request.case, "notice_sealed")


def answer_account(*, request: AidRequest, country: Country, tenure: Tenure) -> None:
    _keep(request.case, country=country, tenure=tenure)


def answer_worker_id(*, request: AidRequest, worker_id: str) -> None:
    holding.put_worker_id(request.case, worker_id)
    _keep(request.case, "worker_id_sealed", "worker_id_index")


def answer_money(*, request: AidRequest, wants_money: bool) -> None:
    """Keep whether money is asked for. Answers about money that were given before stay until it is sent."""
    _keep(request, wants_money=wants_money)


def answer_needs(*, request: AidRequest, needs: Iterable[Need], amount: Money) -> None:
    _keep(request, needs=list(needs), amount_minor=to_minor(amount))


def answer_story(*, request: AidRequest, story: str) -> None:
    holding.put_story(request, story)
    _keep(request, "story_sealed", "story_index")


def answer_payment(*, request: AidRequest, method: PayMethod, pay_to: str) -> None:
    holding.put_pay_to(request, pay_to)
    _keep(request, "pay_to_sealed", "pay_to_index", pay_method=method)


def answer_contact(*, request: AidRequest, email: str) -> None:
    holding.put_email(request.case, email)
    _keep(request.case, "email_sealed", "email_index")


def _keep(row: AidRequest | Case, *changed: str, **answers: object) -> None:
    for name, answer in answers.items():
        setattr(row, name, answer)
    values = {name: getattr(row, name) for name in (*changed, *answers)}
    # A case has a person from the moment in which it is sent. Asked of the row itself, the database looks again once
    # it has waited for whoever sends it.
    if isinstance(row, Case):
        saved = Case.objects.filter(pk=row.pk, person=None).update(**values)
    else:
        saved = AidRequest.objects.filter(pk=row.pk, status=Status.DRAFT).update(**values)
    if not saved:
        raise transitions.NotNow


def asks_about_rejection(request: AidRequest) -> bool:
    return request.case.kind == Kind.REJECTION


def asks_for_story(request: AidRequest) -> bool:
    """Return whether the worker is asked for own words: always for money, else if the notice tells nothing."""
    return request.wants_money or request.case.notice_sealed is None


def said_money(request: AidRequest) -> bool:
    """Return whether the worker has said yes or no to money, as far as one can tell."""
    return not request.wants_money or bool(request.needs or request.amount_minor or request.pay_method)


def missing(request: AidRequest) -> list[str]:
    """Return the names of the pages that still need an answer before the request can be sent.

    A report without money needs a word of what happened and nothing else.
    """
    case = request.case
    if not request.wants_money:
        return [] if request.story_sealed or case.notice_sealed else ["story"]
    answered = {
        "when": bool(case.written),
        "account": bool(case.country and case.tenure),
        "money": said_money(request),
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
    # A last answer may be under way in another window: it is seen here, or refused.
    request.case = Case.objects.select_for_update().get(pk=request.case_id)
    pages = missing(request)
    if pages:
        raise Unfinished(pages)
    _leave_out_what_is_not_asked(request)
    case = request.case
    case.person = Person.objects.create()
    case.came_in_surge = Surge.objects.filter(ended_at__isnull=True).exists()
    case.save()
    request.submitted_at = at
    request.due_on = (at + timedelta(days=policy.in_force(request.fund).answer_days)).date()
    return transitions.move(request, Status.RECEIVED, by=None, at=at)


def _leave_out_what_is_not_asked(request: AidRequest) -> None:
    """Forget answers to questions that the worker's last word leaves out. Nobody should read what was not sent."""
    if not asks_for_story(request):
        holding.put_story(request, "")
    if not request.wants_money:
        request.needs = []
        request.amount_minor = None
        request.pay_method = ""
        holding.put_pay_to(request, "")
    if not asks_about_rejection(request):
        case = request.case
        holding.put_requester(case, "")
        case.hits_rejected = case.lost_minor = case.rating_before = case.rating_after = None


@transaction.atomic
def withdraw(*, request_id: uuid.UUID, at: datetime) -> None:
    """Take the request back. What was promised for it is free again; what was never sent is erased.

    :raises transitions.NotNow: if it was paid, declined or withdrawn already
    """
    request = transitions.lock(request_id)
    if request.status == Status.DRAFT:
        attaching.remove_with([request.case_id])
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
    attaching.remove_with(ids)
    Case.objects.filter(pk__in=ids, request__status=Status.DRAFT).delete()
    return len(ids)
