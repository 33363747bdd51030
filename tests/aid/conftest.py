"""What the tests of aid share: a fund with money, and a request at any point of its way."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import count

import pytest
from moneyed import Money
from pytest_django import Settings

from aid import applying, confirming, deciding, paying, reviewing
from aid.answers import Country, Kind, Need, PayMethod, Tenure, Written
from aid.models import AidRequest, Case
from aid.reasons import DeclineReason
from aid.statuses import Status
from ledger import models as books
from ledger import posting
from ledger.models import Fund
from organisation.models import User

_gifts = count(1)


def give(fund: Fund, amount: int, *, at: datetime) -> None:
    """Put money into the fund's bank account, as a gift."""
    money = Money(amount, "USD")
    posting.post(
        kind=books.Kind.GIFT,
        reference=f"test:gift-{next(_gifts)}",
        lines=[
            posting.Line(books.Account.BANK, fund, money),
            posting.Line(books.Account.GIFTS, fund, -money),
        ],
        occurred_at=at,
        at=at,
    )


@pytest.fixture
def full_fund(aid_fund: Fund, now: datetime) -> Fund:
    """A fund for aid with 500 dollars."""
    give(aid_fund, 500, at=now)
    return aid_fund


def fill(begun: applying.Begun, *, amount: int = 100, email: str = "") -> None:
    """Answer every page. The first worker of a test is wanda, the next ones are wanda2, wanda3 and share nothing."""
    request_id = begun.request.pk
    number = Case.objects.count()
    name = "wanda" if number == 1 else f"wanda{number}"
    applying.answer_when(request_id=request_id, happened_on=date(2026, 3, 1), written=Written.WAITING)
    applying.answer_account(
        request_id=request_id, country=Country.US, tenure=Tenure.THREE_TO_TEN, worker_id=f"A1{name.upper()}0000000"
    )
    applying.answer_needs(request_id=request_id, needs=[Need.RENT, Need.FOOD], amount=Money(amount, "USD"))
    applying.answer_story(request_id=request_id, story="My account was closed over night.")
    applying.answer_payment(request_id=request_id, method=PayMethod.PAYPAL, pay_to=f"{name}-pay@mail.example")
    applying.answer_contact(request_id=request_id, email=email or f"{name}@mail.example")


def sent_in(*, at: datetime, amount: int = 100) -> AidRequest:
    """Make a request that was sent in."""
    begun = applying.begin(kind=Kind.SUSPENSION, language="en", at=at)
    fill(begun, amount=amount)
    return applying.submit(request_id=begun.request.pk, at=at)


@pytest.fixture
def reach(full_fund: Fund, carl: User, ada: User, tess: User, now: datetime) -> Callable[..., AidRequest]:
    """Bring a new request to a status, by carl, ada and tess: ``reach(Status.APPROVED, amount=60)``."""

    def bring(status: Status, *, amount: int = 100) -> AidRequest:
        if status == Status.DRAFT:
            begun = applying.begin(kind=Kind.SUSPENSION, language="en", at=now)
            fill(begun, amount=amount)
            return begun.request
        request = sent_in(at=now, amount=amount)
        path = _PATHS[status]
        for step in path:
            request = _step(step, request, carl=carl, ada=ada, tess=tess, at=now + timedelta(hours=request.version))
        request.refresh_from_db()
        assert request.status == status
        return request

    return bring


_PATHS: dict[Status, list[Status]] = {
    Status.RECEIVED: [],
    Status.IN_REVIEW: [Status.IN_REVIEW],
    Status.RECOMMENDED_GRANT: [Status.IN_REVIEW, Status.RECOMMENDED_GRANT],
    Status.RECOMMENDED_DECLINE: [Status.IN_REVIEW, Status.RECOMMENDED_DECLINE],
    Status.DECLINED: [Status.IN_REVIEW, Status.RECOMMENDED_DECLINE, Status.DECLINED],
    Status.APPROVED: [Status.IN_REVIEW, Status.RECOMMENDED_GRANT, Status.APPROVED],
    Status.PAID: [Status.IN_REVIEW, Status.RECOMMENDED_GRANT, Status.APPROVED, Status.PAID],
    Status.CONFIRMED: [
        Status.IN_REVIEW,
        Status.RECOMMENDED_GRANT,
        Status.APPROVED,
        Status.PAID,
        Status.CONFIRMED,
    ],
    Status.WITHDRAWN: [Status.IN_REVIEW, Status.WITHDRAWN],
}


def _step(to: Status, request: AidRequest, *, carl: User, ada: User, tess: User, at: datetime) -> AidRequest:
    pk, seen = request.pk, request.version
    if to == Status.IN_REVIEW:
        return reviewing.take(request_id=pk, by=carl, seen=seen, at=at)
    if to == Status.RECOMMENDED_GRANT:
        assert request.amount
        return reviewing.recommend_grant(
            request_id=pk, by=carl, seen=seen, amount=request.amount, note="rent is due", at=at
        )
    if to == Status.RECOMMENDED_DECLINE:
        return reviewing.recommend_decline(
            request_id=pk, by=carl, seen=seen, reason=DeclineReason.OUTSIDE, note="asks for a car", at=at
        )
    if to == Status.APPROVED:
        return deciding.approve(request_id=pk, by=ada, seen=seen, at=at)
    if to == Status.DECLINED:
        return deciding.decline(request_id=pk, by=ada, seen=seen, at=at)
    if to == Status.PAID:
        sent = paying.Sent(method=PayMethod.PAYPAL, provider_reference="PP-1", on=at.date())
        return paying.record(request_id=pk, by=tess, seen=seen, sent=sent, at=at)
    if to == Status.CONFIRMED:
        return confirming.say_arrived(request_id=pk, at=at)
    applying.withdraw(request_id=pk, at=at)
    request.refresh_from_db()
    return request


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    """Nobody guesses passwords here; the cast is made anew for each test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
