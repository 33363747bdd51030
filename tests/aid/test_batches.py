"""Many declines are one list: made by one person, read and decided on by another, as it stood when it was read."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from aid import applying, batches, conflicts, proofs, transitions
from aid.models import AidRequest, Decision, DeclineBatch
from aid.reasons import DeclineReason
from aid.statuses import Status
from organisation.models import Organisation, User
from tests.aid.conftest import sent_in
from tests.aid.grant_stage import recommend_no, refused, send_back, shell, take

pytestmark = pytest.mark.usefixtures("liferaft", "full_fund")
Browser = Callable[[User], Client]


@pytest.fixture
def at_desk(liferaft: Organisation) -> Browser:
    def sign_in(user: User) -> Client:
        browser = Client()
        browser.force_login(user)
        return browser

    return sign_in


@pytest.fixture
def three(carl: User, now: datetime) -> list[AidRequest]:
    """Two received, one in review."""
    requests = [sent_in(at=now) for _ in range(3)]
    take(requests[2], by=carl, at=now)
    return requests


def make(requests: list[AidRequest], *, by: User, at: datetime) -> DeclineBatch:
    return batches.make(
        request_ids=[one.pk for one in requests], by=by, reason=DeclineReason.FUND_LOW, note="empty", at=at
    )


def decide(batch: DeclineBatch, *, by: User, at: datetime, agree: bool = True) -> DeclineBatch:
    return batches.decide(
        batch_id=batch.pk, by=by, seen=batches.digest_now(batch), agree=agree, note="look again", at=at
    )


def statuses(requests: list[AidRequest]) -> set[str]:
    return set(AidRequest.objects.filter(pk__in=[one.pk for one in requests]).values_list("status", flat=True))


def test_list_is_made_by_one_and_declined_by_another(
    three: list[AidRequest], at_desk: Browser, carl: User, ada: User
) -> None:
    new = reverse("aid_batch_new")
    keys = {"request": [str(one.pk) for one in three]}
    caseworker = at_desk(carl)
    assert three[0].case.short in caseworker.get(new, keys).content.decode()
    page = caseworker.post(new, {**keys, "reason": "fund_low", "note": "empty"}, follow=True).content.decode()
    assert statuses(three) == {Status.RECOMMENDED_DECLINE}
    assert "Agree to decline" not in page

    response = press(at_desk(ada), DeclineBatch.objects.get(), answer="agree")

    assert response.status_code == 302
    assert statuses(three) == {Status.DECLINED}
    assert Decision.objects.filter(decider=ada, outcome="declined").count() == 3
    assert list(proofs.broken()) == []


def test_who_made_the_list_does_not_decide_on_it(
    three: list[AidRequest], person: Callable[..., User], now: datetime
) -> None:
    pat = person("pat", "caseworker", "approver")
    batch = make(three[:2], by=pat, at=now)

    with pytest.raises(transitions.SamePerson):
        decide(batch, by=pat, at=now)
    with refused("aid_batch_is_decided_by_another"):
        shell(
            "UPDATE aid_declinebatch SET state = 'agreed', decided_by_id = made_by_id, decided_at = now() WHERE id = %s",
            batch.pk,
        )
    assert statuses(three[:2]) == {Status.RECOMMENDED_DECLINE}


def test_list_that_changed_since_it_was_read_is_not_declined(
    three: list[AidRequest], at_desk: Browser, carl: User, ada: User, now: datetime
) -> None:
    batch = make(three, by=carl, at=now)
    approver = at_desk(ada)
    seen = batches.digest_now(batch).hex()
    applying.withdraw(request_id=three[0].pk, at=now)

    response = press(approver, batch, answer="agree", seen=seen)

    assert response.status_code == 409
    assert "The list changed while your page was open" in response.content.decode()
    assert "The list is not as it was made" in response.content.decode()
    assert statuses(three[1:]) == {Status.RECOMMENDED_DECLINE}
    press(approver, batch, answer="agree")
    assert statuses(three[1:]) == {Status.DECLINED}
    assert statuses(three[:1]) == {Status.WITHDRAWN}


def test_list_sent_back_is_in_review_again_and_says_why(
    three: list[AidRequest], at_desk: Browser, carl: User, ada: User, now: datetime
) -> None:
    batch = make(three, by=carl, at=now)

    assert press(at_desk(ada), batch, answer="send_back", note="").status_code == 422
    assert press(at_desk(ada), batch, answer="send_back", note="the fund is full").status_code == 302
    assert statuses(three) == {Status.IN_REVIEW}


def test_request_recommended_anew_is_off_the_list(
    three: list[AidRequest], carl: User, ada: User, abel: User, now: datetime
) -> None:
    batch = make(three, by=carl, at=now)
    send_back(three[0], by=abel, at=now)
    recommend_no(three[0], by=carl, at=now)

    decide(batch, by=ada, at=now)

    assert statuses(three[:1]) == {Status.RECOMMENDED_DECLINE}
    assert statuses(three[1:]) == {Status.DECLINED}


def test_who_knows_a_worker_on_the_list_does_not_decide_on_it(
    three: list[AidRequest], at_desk: Browser, carl: User, ada: User, now: datetime
) -> None:
    batch = make(three, by=carl, at=now)
    conflicts.declare(request_id=three[0].pk, by=ada, at=now)

    assert reverse("aid_batch", args=[batch.pk]) not in at_desk(ada).get(reverse("aid_batches")).content.decode()
    assert at_desk(ada).get(reverse("aid_batch", args=[batch.pk])).status_code == 404
    assert press(at_desk(ada), batch, answer="agree").status_code == 404
    with pytest.raises(transitions.InConflict):
        decide(batch, by=ada, at=now)
    assert statuses(three) == {Status.RECOMMENDED_DECLINE}


def test_list_is_decided_on_once(three: list[AidRequest], carl: User, ada: User, abel: User, now: datetime) -> None:
    batch = make(three, by=carl, at=now)
    decide(batch, by=ada, at=now)

    with pytest.raises(transitions.NotNow):
        decide(batch, by=abel, at=now)


def test_what_cannot_be_declined_is_left_out(
    three: list[AidRequest], at_desk: Browser, carl: User, now: datetime
) -> None:
    applying.withdraw(request_id=three[0].pk, at=now)

    page = at_desk(carl).get(reverse("aid_batch_new"), {"request": [str(one.pk) for one in three]}).content.decode()

    assert three[0].case.short not in page
    assert "1 more was ticked" in page


def press(browser: Client, batch: DeclineBatch, **answers: str) -> Any:
    typed = {"seen": batches.digest_now(batch).hex(), "note": ""} | answers
    return browser.post(reverse("aid_batch", args=[batch.pk]), typed)
