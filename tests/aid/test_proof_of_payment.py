"""A worker who was paid gets the proof that the books say so; nobody else does, and it tells nothing of the case."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from aid.models import AidRequest
from aid.statuses import Status
from aid.worker import visiting
from ledger import posting
from organisation.models import Organisation
from tests.ledger.tree_stage import check, public_heads, seal, write

Reach = Callable[..., AidRequest]
DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("liferaft")


def at_case(request: AidRequest) -> Client:
    """A browser in which the worker has entered the seven words."""
    answer = HttpResponse()
    visiting.begin(answer, request_id=request.pk)
    browser = Client()
    browser.cookies[visiting.cookie_name()] = answer.cookies[visiting.cookie_name()].value
    return browser


def test_paid_worker_proves_the_payment(liferaft: Organisation, reach: Reach, now: datetime, tmp_path: Path) -> None:
    wanda = at_case(reach(Status.PAID, amount=60))
    seal(at=now)
    seal(at=now + DAY)

    assert reverse("aid:proof") in wanda.get("/aid/case/").content.decode()
    answer = wanda.get(reverse("aid:proof"))

    status, text = check(write(answer.json(), tmp_path), "--heads", public_heads(tmp_path))
    assert status == 0, text
    assert "IN BOOKS  disbursement of 2026-03-10 (aid aid 6000 USD, aid bank -6000 USD)" in text
    assert "All of it fits." in text


def test_proof_holds_nothing_of_the_case(reach: Reach, now: datetime) -> None:
    request = reach(Status.CONFIRMED)
    seal(at=now)

    answer = at_case(request).get(reverse("aid:proof"))

    text = answer.content.decode()
    known = [request.pk, request.case_id, request.disbursements.get().pk, request.disbursements.get().attempts.get().pk]
    assert not [number for number in known if str(number) in text or getattr(number, "hex", "-") in text]
    for word in ["wanda", "paypal", "PP-1", "suspension", "aid.case"]:
        assert word.lower() not in text.lower()
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Disposition"] == 'attachment; filename="proof.json"'


def test_reversed_payment_shows_both(reach: Reach, now: datetime) -> None:
    request = reach(Status.PAID)
    paid = request.disbursements.get().attempts.get().transaction
    posting.reverse(original=paid, occurred_at=now, at=now)

    told = at_case(request).get(reverse("aid:proof")).json()

    kinds = [json.loads(each["content"])["kind"] for each in told["transactions"]]
    assert kinds == ["disbursement", "reversal"]


@pytest.mark.parametrize("status", [Status.DRAFT, Status.RECEIVED, Status.APPROVED, Status.DECLINED])
def test_who_was_not_paid_has_no_proof(reach: Reach, status: Status) -> None:
    worker = at_case(reach(status))

    assert reverse("aid:proof") not in worker.get("/aid/case/").content.decode()
    assert worker.get(reverse("aid:proof")).headers["Location"] == "/aid/case/"


def test_without_the_words_there_is_no_proof(reach: Reach) -> None:
    reach(Status.PAID)

    answer = Client().get(reverse("aid:proof"))

    assert answer["Content-Type"].startswith("text/html")
    assert b"disbursement" not in answer.content
