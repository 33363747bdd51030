"""The demonstration has a case in every status, says that all of it is made up, and its books are right."""

import io
from datetime import datetime

import pytest
from django.core.management import call_command
from moneyed import Money

from aid import holding, holds, joining
from aid.models import AidRequest, Complaint, Message
from aid.statuses import Status
from config.demo import basics, cases, every_state
from donations import offline
from donations.models import Method
from ledger.models import Fund
from organisation.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def _demo(now: datetime) -> None:
    basics.build(at=now)
    entered = offline.Entered(
        method=Method.CHEQUE,
        amount=Money(2000, "USD"),
        received_on=now.date(),
        fund=Fund.objects.get(slug="aid"),
        name="Gia Giver",
    )
    offline.record(entered=entered, by=User.objects.get(username="fay"), at=now)
    every_state.build(start=now)
    cases.build(cases.TODAY, start=now)


@pytest.mark.usefixtures("_demo")
def test_there_is_a_case_in_every_status_and_the_books_are_right(now: datetime) -> None:
    there = set(AidRequest.objects.values_list("status", flat=True))

    assert there == set(Status)
    call_command("audit_books", stdout=io.StringIO())


@pytest.mark.usefixtures("_demo")
def test_every_text_says_that_it_is_made_up() -> None:
    told = [holding.get(request, "story") for request in AidRequest.objects.all()]
    told += [holding.get(message, "body") for message in Message.objects.exclude(sender=Message.Sender.SYSTEM)]
    told += [holding.get(one, "body") for one in Complaint.objects.exclude(about=Complaint.About.MONEY)]

    assert len(told) > 20
    assert [text for text in told if "made" not in text and "inventad" not in text] == []


@pytest.mark.usefixtures("_demo")
def test_what_waits_for_the_steward_is_there(now: datetime) -> None:
    alike = [request for request in AidRequest.objects.select_related("case") if joining.alike(request)]

    assert holds.ran_out(at=now).count() == 1
    assert Complaint.objects.filter(closed_at__isnull=True).count() == 2
    assert len(alike) == 2
