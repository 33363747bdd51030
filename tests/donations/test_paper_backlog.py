"""A backlog of receipts is drained by all workers, and the queue is not filled with calls for help."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.core.cache import caches
from django_q.models import OrmQ

from donations import tasks
from donations.models import Receipt
from donations.paper import engine
from ledger.models import Fund
from organisation.models import User
from tests.donations.paper_stage import receipt_of

pytestmark = pytest.mark.usefixtures("legal_entity")

TASK = "donations.tasks.render_due"


def nudges() -> list[str]:
    return [message.func() for message in OrmQ.objects.order_by("pk")]


@pytest.fixture(autouse=True)
def _nobody_called_yet(db: None) -> None:
    caches["shared"].clear()


def wait(by: User, fund: Fund, number: int) -> None:
    """Issue receipts, and have the queue forget the nudges that came of it."""
    for place in range(number):
        receipt_of(by, fund, name=f"Donor {place}")
    OrmQ.objects.all().delete()
    caches["default"].clear()


def test_worker_that_finds_a_backlog_calls_another(fay: User, aid_fund: Fund) -> None:
    wait(fay, aid_fund, 7)

    assert tasks.render_due() == 7

    assert not Receipt.objects.filter(document=None).exists()
    assert nudges() == [TASK]


def test_worker_that_finds_a_few_needs_no_help(fay: User, aid_fund: Fund) -> None:
    wait(fay, aid_fund, 3)

    assert tasks.render_due() == 3

    assert nudges() == []


def test_whoever_answers_a_call_may_call_the_next(fay: User, aid_fund: Fund) -> None:
    for _ in range(2):
        wait(fay, aid_fund, 6)

        assert tasks.render_due() == 6

        assert nudges() == [TASK]


def test_paper_that_asks_for_a_foreign_file_keeps_no_other_from_its_turn(
    fay: User, aid_fund: Fund, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait(fay, aid_fund, 2)
    real = engine.to_html

    def foreign(template: str, context: Mapping[str, Any], *, language: str) -> str:
        return real(template, context, language=language).replace("Donor 0", '<img src="file:///etc/passwd" alt=""/>')

    monkeypatch.setattr(engine, "to_html", foreign)

    assert tasks.render_due() == 1
    assert Receipt.objects.get(document=None).snapshot["donor"] == "Donor 0"
