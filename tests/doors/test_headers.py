"""What the browser may do is said on every page: nothing foreign anywhere, no inline script outside the desk."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from organisation import headers
from organisation.models import Organisation, User

pytestmark = pytest.mark.django_db
DESK = ["/staff/", "/staff/account/", "/staff/pages/", "/staff/people/"]
STRICT = ["/", "/es/", "/books/", "/donate/", "/aid/", "/no-such-page/", "/staff/account/login/", "/staff/account/2fa/"]


def policy(client: Client, path: str) -> dict[str, list[str]]:
    header = client.get(path, follow=False).headers["Content-Security-Policy"]
    parts = [part.split() for part in header.split(";") if part.strip()]
    return {name: sources for name, *sources in parts}


@pytest.mark.parametrize("path", STRICT)
def test_public_pages_run_no_inline_script_or_style(
    client: Client, liferaft: Organisation, adam: User, path: str
) -> None:
    if path.startswith("/staff/account/2fa/"):
        client.force_login(adam)

    allowed = policy(client, path)

    assert allowed["default-src"] == ["'none'"]
    assert allowed["script-src"] == allowed["style-src"] == ["'self'"]
    assert allowed["base-uri"] == ["'none'"]
    assert allowed["frame-ancestors"] == ["'self'"]


@pytest.mark.parametrize("path", DESK)
def test_desk_allows_inline_script_but_nothing_foreign(
    client: Client, liferaft: Organisation, edith: User, adam: User, path: str
) -> None:
    client.force_login(adam if "people" in path else edith)

    allowed = policy(client, path)

    assert "'unsafe-inline'" in allowed["script-src"]
    sources = {source for name, found in allowed.items() if name != "form-action" for source in found}
    assert sources <= {"'none'", "'self'", "'unsafe-inline'", "data:", "blob:"}


@pytest.mark.parametrize("path", ["/", "/staff/account/login/"])
def test_other_headers_are_there(client: Client, liferaft: Organisation, path: str) -> None:
    answer = client.get(path)

    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "camera=()" in answer.headers["Permissions-Policy"]


def test_sign_in_is_never_stored(client: Client, liferaft: Organisation) -> None:
    assert "no-store" in client.get("/staff/account/login/").headers["Cache-Control"]


@pytest.mark.parametrize(
    ("proxies", "header", "believed"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_address_is_the_one_that_our_own_proxies_saw(
    settings: Settings, proxies: int, header: str, believed: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": header})

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.META["REMOTE_ADDR"])

    answer = headers.ClientAddress(view)(request)

    assert isinstance(answer, HttpResponse)
    assert answer.content.decode() == believed
