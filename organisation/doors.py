"""How staff come in: allauth with a second factor. Nobody signs up by themselves.

allauth asks its adapters at each step; what we decide differently from its defaults is here, what stands before
every page of the desk is in ``organisation.gate``.
"""

import base64
import time
from collections.abc import Mapping

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from core import clock, sealing, throttle
from organisation import audit
from organisation.models import User

DEMO_PASSWORD = "liferaft-demo"  # noqa: S105 - printed in the README, and refused wherever money is real
SIGNED_IN_AT = "organisation.signed_in_at"
SECOND_FACTOR = "organisation.second_factor"
_FRESH_SECONDS = 5 * 60
_COUNTED_SECONDS = 5 * 60
SECRETS_PLACE = "mfa.authenticator"  # allauth does not tell the adapter which row a secret is for


class StaffBackend(AuthenticationBackend):
    """Checks name and password; refuses the demo's password where the demo must not be."""

    def authenticate(self, request: HttpRequest | None, **credentials: str) -> AbstractBaseUser | None:
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        # After the check, so that a refusal takes as long as any other wrong password.
        if credentials.get("password") == DEMO_PASSWORD and (settings.IS_PRODUCTION or settings.STRIPE_LIVEMODE):
            self.unstash_authenticated_user()
            return None
        return user


class AccountAdapter(DefaultAccountAdapter):
    """Closes sign-up, records who comes in, and lets nobody lock another person out."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: User, **details: object) -> HttpResponse:
        """Record the sign-in. The adapter is allauth's own hook: no signal is needed."""
        request.session[SIGNED_IN_AT] = int(time.time())
        audit.record(actor=user, action="organisation.signed_in", subject=user, at=clock.now())
        response: HttpResponse = super().post_login(request, user, **details)
        return response

    def set_password(self, user: User, password: str) -> None:
        super().set_password(user, password)
        audit.record(actor=user, action="organisation.password_changed", subject=user, at=clock.now())

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the full address for the letter: our own, whatever host and port the request named."""
        person, _dash, secret = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": person, "key": secret})
        return f"{settings.SITE_URL}{path}"

    def pre_authenticate(self, request: HttpRequest, **credentials: str) -> None:
        """Count the try in a counter that all processes share.

        allauth counts by name alone, so that five wrong passwords from anywhere would lock a person out. Here name and
        network count together: whoever guesses shuts out only their own network.
        """
        network, network_and_name = self._guessers(request, credentials)
        few = throttle.allow("sign-in", network_and_name, limit=5, seconds=_COUNTED_SECONDS)
        many = throttle.allow("sign-in", network, limit=60, seconds=_COUNTED_SECONDS)
        if not (few and many):
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: str) -> AbstractBaseUser | None:
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user:
            for guesser in self._guessers(request, credentials):
                throttle.forgive("sign-in", guesser, seconds=_COUNTED_SECONDS)
        return user

    def _guessers(self, request: HttpRequest, credentials: Mapping[str, str]) -> tuple[str, str]:
        login = (credentials.get("email") or credentials.get("username") or "").lower()
        network = throttle.address_block(self.get_client_ip(request))
        return network, f"{network} {login}"

    def is_reauthentication_required(self, *, app: str, **details: object) -> bool:
        """Ask again before anything about the account changes, unless the sign-in is only minutes old."""
        since = time.time() - int(self.request.session.get(SIGNED_IN_AT, 0))
        return since > _FRESH_SECONDS


class FactorAdapter(DefaultMFAAdapter):
    """Seals the secrets of second factors, so that a stolen database opens no door."""

    def get_totp_issuer(self) -> str:
        return str(settings.WAGTAIL_SITE_NAME)

    def encrypt(self, text: str) -> str:
        return base64.b64encode(sealing.seal(text, context=SECRETS_PLACE)).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(base64.b64decode(encrypted_text), context=SECRETS_PLACE)


def has_second_factor(user: User) -> bool:
    """Whether the person has an authenticator app or a passkey (recovery codes alone are none)."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user=user, type__in=kinds).exists())


def showed_second_factor(request: HttpRequest, user: User) -> bool:
    """Whether this very session was opened, confirmed or completed with the second factor.

    A session opened before the person enrolled does not count: it may be somebody else's who knows the password.
    """
    if request.session.get(SECOND_FACTOR) == user.pk:
        return True
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, user))
