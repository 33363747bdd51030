"""What a case's page offers fits what the person has done and what the request waits for."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from aid import changing, holds, paying
from aid.answers import PayMethod
from aid.models import AidRequest
from aid.reasons import FailReason, HoldReason
from aid.statuses import Status
from core import clock
from organisation.models import User
from tests.aid.desk_stage import at_desk, case_page, path

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]


def next_of(who: User, request: AidRequest) -> str:
    """Return the part of the page that says what is next, with its buttons' addresses."""
    body = case_page(who, request)
    return body[body.index('<h2 id="next">') : body.index('<h2 id="trail">')]


def test_who_approved_is_not_asked_again_until_it_changes(reach: Reach, ada: User, abel: User, now: datetime) -> None:
    request = reach(Status.PARTLY_APPROVED, amount=300)

    told = next_of(ada, request)
    assert "You approved this; another person is needed." in told
    assert "/approve/" not in told
    assert "/send-back/" not in told
    assert "/approve/" in next_of(abel, request)

    changing.change_payment(request_id=request.pk, method=PayMethod.PAYPAL, pay_to="new@mail.example", at=now)
    request.refresh_from_db()
    assert "You approved this; another person" not in next_of(ada, request)


def test_money_that_came_back_is_not_said_to_be_paid(reach: Reach, tess: User, now: datetime) -> None:
    request = reach(Status.PAID)
    assert "You have paid this request." in next_of(tess, request)

    paying.came_back(request_id=request.pk, by=tess, seen=request.version, reason=FailReason.RETURNED, at=now)

    told = next_of(tess, request)
    assert "/paid/" in told
    assert "You have paid" not in told
    assert "The money that you sent came back: it is not paid." in told


@pytest.mark.parametrize("status", [Status.RECOMMENDED_GRANT, Status.APPROVED])
def test_hold_takes_the_place_of_its_button(status: Status, reach: Reach, ada: User, tess: User, carl: User) -> None:
    request, at = reach(status), clock.now()
    who, button = (ada, "/approve/") if status == Status.RECOMMENDED_GRANT else (tess, "/paid/")
    assert button in next_of(who, request)

    hold = holds.put(request_id=request.pk, by=carl, reason=HoldReason.QUESTION, note="", days=2, at=at)

    told = next_of(who, request)
    assert button not in told
    assert "Approval and payment wait until" in told
    assert "Nothing to do for you" not in told
    holds.lift(hold_id=hold.pk, by=carl, at=at + timedelta(minutes=1))
    assert button in next_of(who, request)


def test_done_is_said_in_a_few_words(reach: Reach, carl: User) -> None:
    request = reach(Status.RECEIVED)
    browser = at_desk(carl)

    body = browser.post(f"{path(request)}take/", {"seen": request.version}, follow=True).content.decode()
    assert "Taken: it is in your hands." in body

    body = browser.post(f"{path(request)}note/", {"note": "rent is due"}, follow=True).content.decode()
    assert "The note is kept." in body
    assert "Taken: it is in your hands." not in body

    body = browser.post(f"{path(request)}conflict/", {}, follow=True).content.decode()
    assert "The case is out of your sight." in body
