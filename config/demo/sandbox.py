"""How the demonstration speaks with the sandbox: its control addresses and its payment page."""

import json
import urllib.request
from typing import Any
from urllib.parse import urlencode

from django.conf import settings


class SandboxMissing(Exception):
    """The demonstration's gifts are made in the sandbox, which is not there."""


def control(path: str, body: dict[str, Any]) -> None:
    """Ask the sandbox to do something: ``control("/_/clock", {"advance_months": 1})``."""
    _post(path, json.dumps(body).encode(), "application/json")


def pay(page: str, *, email: str, name: str, card: str) -> None:
    """Fill in the hosted payment page."""
    form = {"email": email, "name": name, "card": card, "expiry": "12/44", "cvc": "123"}
    _post(page, urlencode(form).encode(), "application/x-www-form-urlencoded")


def _post(path: str, body: bytes, content_type: str) -> None:
    if not settings.STRIPE_API_URL:
        raise SandboxMissing
    address = settings.STRIPE_API_URL + path
    request = urllib.request.Request(address, data=body, headers={"Content-Type": content_type})  # noqa: S310 - the sandbox's address, from the settings
    opener = urllib.request.build_opener(_StayHere())
    with opener.open(request, timeout=60):
        return


class _StayHere(urllib.request.HTTPRedirectHandler):
    """The payment page leads back to our site, which does not run yet: arriving there does not matter."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None

    def http_error_303(self, request: Any, answer: Any, *args: Any) -> Any:
        return answer
