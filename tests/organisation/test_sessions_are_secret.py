"""A copy of the database opens nobody's session."""

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from organisation.models import Organisation, User

DESK = reverse("wagtailadmin_home")


@pytest.fixture
def desk(client: Client, carl: User, liferaft: Organisation) -> Client:
    client.force_login(carl)
    return client


def key_of(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_what_the_database_holds_of_a_session_does_not_open_it(desk: Client) -> None:
    (kept,) = Session.objects.values_list("session_key", flat=True)
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = kept

    answer = thief.get(DESK)

    assert kept != key_of(desk)
    assert answer.status_code == 302
    assert desk.get(DESK).status_code == 200


def test_session_is_gone_after_signing_out(desk: Client) -> None:
    key = key_of(desk)

    desk.logout()

    assert not Session.objects.exists()
    again = Client()
    again.cookies[settings.SESSION_COOKIE_NAME] = key
    assert again.get(DESK).status_code == 302


def test_key_that_a_stranger_chose_is_never_taken_over(client: Client, carl: User, liferaft: Organisation) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32

    client.force_login(carl)

    assert key_of(client) != "a" * 32
    assert Session.objects.count() == 1
