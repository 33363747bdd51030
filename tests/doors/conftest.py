"""How people stand before the doors: with the second factor asked for, and signed in with or without it."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from pytest_django import Settings

from organisation import doors
from organisation.models import User

PASSWORD = "a long test passphrase"


@pytest.fixture
def second_factor_required(settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def app_of() -> Callable[[User], Callable[[], str]]:
    """Give a person an authenticator app; calling it shows the present code."""

    def enrol(user: User) -> Callable[[], str]:
        secret = totp.generate_totp_secret()
        totp.TOTP.activate(user, secret)
        RecoveryCodes.activate(user)
        return lambda: code_of(secret)

    return enrol


def code_of(secret: str) -> str:
    return str(totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30)))


def signed_in(user: User, **extra: object) -> Client:
    """A browser whose session was opened with password and second factor."""
    client = Client(**extra)  # type: ignore[arg-type]  # whatever Client takes
    client.force_login(user)
    session = client.session
    session[doors.SECOND_FACTOR] = user.pk
    session[doors.SIGNED_IN_AT] = int(time.time())
    session[AUTHENTICATION_METHODS_SESSION_KEY] = []
    session.save()
    return client


def sign_in(client: Client, name: str, password: str = PASSWORD, *, secure: bool = False, network: str = "") -> Any:
    address = {"REMOTE_ADDR": network} if network else {}
    return client.post("/staff/account/login/", {"login": name, "password": password}, secure=secure, **address)  # type: ignore[arg-type]  # extras go into META
