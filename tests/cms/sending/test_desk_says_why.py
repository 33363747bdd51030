"""The desk says why nothing leaves, who took an issue back, and when a letter really leaves."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now as wall_clock
from pytest_django import Settings

from cms.models import NewsletterIssuePage, Sending
from cms.sending import asking
from mail import pacing
from organisation.models import User
from tests.cms.sending import sending_stage as stage

pytestmark = pytest.mark.django_db


def page(user: User, issue: NewsletterIssuePage) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse("cms_sending", args=[issue.pk])).content.decode()


def test_it_says_that_the_mail_server_or_a_domain_takes_no_letters(
    issue: NewsletterIssuePage, edith: User, adam: User, settings: Settings
) -> None:
    settings.MAIL_PER_MINUTE = 12
    stage.readers("ann")
    stage.begun(issue, [edith, adam])
    assert "takes no letters" not in page(edith, issue)

    pacing.rest(pacing.EVERYBODY, answer="no connection", wall=wall_clock())
    pacing.rest("mail.example", answer="451 later", wall=wall_clock())
    pacing.rest("elsewhere.example", answer="451 later", wall=wall_clock())

    shown = page(edith, issue)
    assert "The mail server takes no letters for the moment." in shown
    assert "It said: no connection" in shown
    assert "mail.example takes no letters" in shown
    assert "elsewhere.example" not in shown
    assert "At most 12 letters leave in a minute." in shown


def test_who_asked_takes_it_back_and_another_sends_it_back(
    issue: NewsletterIssuePage, edith: User, adam: User, now: datetime
) -> None:
    for who in (edith, adam):
        sending = asking.ask(issue=issue, by=edith, to=Sending.To.EVERYONE, at=now)
        asking.send_back(sending=sending, by=who, at=now)

    shown = page(edith, issue)

    assert f"{edith} took it back" in shown
    assert f"{adam} sent it back" in shown


def test_a_time_that_has_passed_is_not_promised(issue: NewsletterIssuePage, edith: User, adam: User) -> None:
    stage.readers("ann")
    long_ago = wall_clock() - timedelta(days=2)
    asking.ask(issue=issue, by=edith, to=Sending.To.EVERYONE, not_before=long_ago + timedelta(days=1), at=long_ago)

    assert "Agree: send 1 letter in five minutes" in page(adam, issue)
