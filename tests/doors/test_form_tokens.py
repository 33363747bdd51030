"""A public form is taken without a cookie, but only from our own page and while that page is fresh."""

import time
from urllib.parse import urlencode

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from core import formtoken, links

PURPOSE = "tests.form"


def sent(token: str | None, **headers: str) -> HttpRequest:
    body = urlencode({} if token is None else {formtoken.FIELD: token})
    return RequestFactory(headers=headers).post("/", body, content_type="application/x-www-form-urlencoded")


def reason(request: HttpRequest, purpose: str = PURPOSE) -> str:
    with pytest.raises(formtoken.FormRefused) as refused:
        formtoken.check(request, purpose)
    return refused.value.reason


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://testserver"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_our_own_fresh_form_is_taken(headers: dict[str, str]) -> None:
    formtoken.check(sent(formtoken.issue(PURPOSE), **headers), PURPOSE)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "http://testserver.elsewhere.example"},
        {"Origin": "http://testserver:81"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_form_from_elsewhere_is_refused_though_its_token_is_good(headers: dict[str, str]) -> None:
    assert reason(sent(formtoken.issue(PURPOSE), **headers)) == "foreign"


@pytest.mark.parametrize("token", [None, "", "x", "a:b:c", "\u00e9"])
def test_missing_or_made_up_token_is_stale(token: str | None) -> None:
    assert reason(sent(token)) == "stale"


def test_token_of_another_form_is_refused() -> None:
    assert reason(sent(formtoken.issue("tests.other"))) == "stale"


def test_link_with_the_same_value_is_no_form_token() -> None:
    assert reason(sent(links.sign(PURPOSE, PURPOSE))) == "stale"


def test_token_ages(monkeypatch: pytest.MonkeyPatch) -> None:
    request = sent(formtoken.issue(PURPOSE))
    wall = time.time()

    monkeypatch.setattr("django.core.signing.time.time", lambda: wall + formtoken.MAX_AGE.total_seconds() - 60)
    formtoken.check(request, PURPOSE)

    monkeypatch.setattr("django.core.signing.time.time", lambda: wall + formtoken.MAX_AGE.total_seconds() + 60)
    assert reason(request) == "stale"
