"""At the desk: what came back, why and how we hear of it, in numbers; of whom, nowhere. It is kept for 400 days."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config import keeping
from core import clock
from mail import bounce_mailbox, reports
from mail.models import MailReport, Suppression
from organisation.models import User
from tests.mail import returned_mail

pytestmark = pytest.mark.usefixtures("liferaft")
Kind = MailReport.Kind


@pytest.fixture
def desk(adam: User) -> Client:
    browser = Client()
    browser.force_login(adam)
    return browser


def came_back(status: str, email: str, *, at: datetime, kind: MailReport.Kind = Kind.BOUNCED) -> None:
    said = reports.Said(f"{status}{email}", kind, status, "", email, "webhook:postmark")
    reports.keep([said], at=at)


def words(desk: Client, name: str) -> str:
    page = desk.get(reverse(name)).content.decode()
    return page[page.index("<main") :]


def test_numbers_and_codes_are_shown_and_no_address(desk: Client) -> None:
    now = clock.now()
    came_back("5.1.1", "ann@mail.example", at=now)
    came_back("5.7.1", "rosa@mail.example", at=now)
    came_back("5.1.1", "long-ago@mail.example", at=now - timedelta(days=31))
    came_back("", "otto@mail.example", at=now, kind=Kind.COMPLAINED)

    page = " ".join(words(desk, "mail_came_back").split())

    assert 'came back for good</th><td class="number">2</td><td class="number">3</td>' in page
    assert 'reported as unwanted</th><td class="number">1</td><td class="number">1</td>' in page
    assert 'letters came back</th><td class="number">2</td>' in page
    assert page.index("5.1.1") < page.index("5.7.1")
    assert "mail.example" not in page


def test_a_mailbox_that_does_not_open_is_on_the_first_page(desk: Client, settings: Any) -> None:
    with returned_mail.imap() as mailbox:
        settings.BOUNCE_MAILBOX_URL = f"imap://bounces:wrong@127.0.0.1:{mailbox.port}"
        with pytest.raises(bounce_mailbox.MailboxClosed):
            bounce_mailbox.look(at=clock.now())
    said = "The mailbox of bounces does not open"

    assert said in desk.get(reverse("wagtailadmin_home")).content.decode()
    assert "could not be read at" in words(desk, "mail_came_back")
    settings.BOUNCE_MAILBOX_URL = ""
    assert said not in desk.get(reverse("wagtailadmin_home")).content.decode()


def test_reports_go_after_four_hundred_days_and_suppressions_stay(now: datetime) -> None:
    came_back("5.1.1", "ann@mail.example", at=now)

    list(keeping.erase(at=now + timedelta(days=400)))
    before = MailReport.objects.count()
    list(keeping.erase(at=now + timedelta(days=400, seconds=1)))

    assert (before, MailReport.objects.count(), Suppression.objects.count()) == (1, 0, 1)
