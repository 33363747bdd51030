"""What the tests of aid share: a fund with money, and a request at any point of its way."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from moneyed import Money
from pytest_django import Settings

from aid import applying
from aid.answers import Country, Kind, Need, PayMethod, Tenure, Written
from aid.models import AidRequest, Case
from aid.statuses import Status
from ledger import models as books
from ledger import posting
from ledger.models import Fund
from organisation.models import User
from tests.aid.stage import PATHS, STEPS, Cast, Step

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
    number = Case.objects.count()
    name = "wanda" if number == 1 else f"wanda{number}"
    applying.answer_when(request=begun.request, happened_on=date(2026, 3, 1), written=Written.WAITING)
    applying.answer_account(request=begun.request, country=Country.US, tenure=Tenure.THREE_TO_TEN)
    applying.answer_worker_id(request=begun.request, worker_id=f"A1{name.upper()}0000000")
    applying.answer_needs(request=begun.request, needs=[Need.RENT, Need.FOOD], amount=Money(amount, "USD"))
    applying.answer_story(request=begun.request, story="My account was closed over night.")
    applying.answer_payment(request=begun.request, method=PayMethod.PAYPAL, pay_to=f"{name}-pay@mail.example")
    applying.answer_contact(request=begun.request, email=email or f"{name}@mail.example")


def sent_in(*, at: datetime, amount: int = 100, wants_money: bool = True) -> AidRequest:
    """Make a request that was sent in."""
    begun = applying.begin(kind=Kind.SUSPENSION, language="en", at=at)
    fill(begun, amount=amount)
    AidRequest.objects.filter(pk=begun.request.pk).update(wants_money=wants_money)
    return applying.submit(request_id=begun.request.pk, at=at)


@pytest.fixture
def reach(
    full_fund: Fund, carl: User, ada: User, tess: User, cora: User, abel: User, now: datetime
) -> Callable[..., AidRequest]:
    """Bring a new request to a status: ``reach(Status.APPROVED, amount=60)``.

    By carl, ada and tess; where another caseworker or approver is needed, by cora and abel. Above 200 dollars, two
    approve.
    """
    cast = Cast(carl=carl, ada=ada, tess=tess, cora=cora, abel=abel)

    def bring(status: Status, *, amount: int = 100) -> AidRequest:
        if status == Status.PARTLY_APPROVED:
            amount = max(amount, 250)
        if status == Status.DRAFT:
            begun = applying.begin(kind=Kind.SUSPENSION, language="en", at=now)
            fill(begun, amount=amount)
            return begun.request
        request = sent_in(at=now, amount=amount, wants_money=status != Status.ANSWERED)
        for step in PATHS[status]:
            at = now + timedelta(hours=request.version)
            STEPS[step](Step(request, cast, at, older=_older_of))
            request = AidRequest.objects.select_related("case", "fund", "policy").get(pk=request.pk)
        assert request.status == status
        return request

    return bring


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    """Nobody guesses passwords here; the cast is made anew for each test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _older_of(request: AidRequest) -> AidRequest:
    """Make an application of the same worker that came first."""
    assert request.submitted_at
    older = sent_in(at=request.submitted_at - timedelta(days=1))
    older.case.worker_id_index = request.case.worker_id_index
    older.case.email_index = request.case.email_index
    older.case.save(update_fields=["worker_id_index", "email_index"])
    return older


@pytest.fixture
def private_files(settings: Settings, tmp_path: Path) -> Path:
    """A private storage of the test's own."""
    private = settings.STORAGES["private"]
    own = private | {"OPTIONS": private["OPTIONS"] | {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"private": own}
    return tmp_path / "attachments"
