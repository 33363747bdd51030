"""Who has a link may come in: no link that works is found in a log."""

import logging
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from core import links
from organisation import enrolling
from organisation.models import Organisation, User

pytestmark = pytest.mark.django_db


def written(caplog: pytest.LogCaptureFixture) -> str:
    """Return what the program writes of everything that was logged."""
    (handler,) = [found for found in logging.getLogger().handlers if found.get_name() == "stderr"]
    return "\n".join(handler.format(record) for record in caplog.records if handler.filter(record))


def test_supporters_link_is_not_logged_when_a_step_on_it_is_wrong(
    client: Client, liferaft: Organisation, caplog: pytest.LogCaptureFixture
) -> None:
    token = links.sign("donations.giving", "somebody")

    client.get(f"/giving/{token}/receipts/NONE.pdf")
    client.get(f"/es/giving/open/{token}/x/")
    client.get(f"/giving/email/{token}/x/")

    assert "/giving/…/receipts/NONE.pdf" in written(caplog)
    assert "/giving/open/…/x/" in written(caplog)
    assert token not in written(caplog)


def test_one_time_link_is_not_logged_when_its_form_is_refused(
    liferaft: Organisation, edith: User, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    link = enrolling.issue_link(user=edith, by=None, at=now)
    token = link.rstrip("/").rpartition("/")[2]

    Client(enforce_csrf_checks=True).post(reverse("organisation_enrol", args=[token]), {"password": "x"})

    assert "/enrol/…/" in written(caplog)
    assert token not in written(caplog)


def test_workers_link_is_not_logged_when_a_step_on_it_is_wrong(
    client: Client, liferaft: Organisation, caplog: pytest.LogCaptureFixture
) -> None:
    key = "0123456789abcdef" * 3

    client.get(f"/es/aid/link/{key}/x/")
    client.post(f"/aid/link/{key}/", headers={"Origin": "https://evil.example"})

    assert "/aid/link/…/" in written(caplog)
    assert key not in written(caplog)
