"""A worker at their own page, as tests play it: a browser with the visit open, and its forms sent from there."""

from typing import Any

from django.http import HttpResponse
from django.test import Client

from aid.models import AidRequest
from aid.worker import own_case, visiting
from core import formtoken

OURS = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}


def at_case(request: AidRequest) -> Client:
    """A browser in which the worker has entered the seven words."""
    answer = HttpResponse()
    visiting.begin(answer, request_id=request.pk)
    browser = Client()
    browser.cookies[visiting.cookie_name()] = answer.cookies[visiting.cookie_name()].value
    return browser


def send(
    browser: Client, path: str, answers: dict[str, Any] | None = None, *, of: AidRequest, headers: Any = None
) -> Any:
    """Send a form as the page of a case made it."""
    data = {formtoken.FIELD: formtoken.issue(own_case.purpose(of))} | (answers or {})
    return browser.post(path, data, headers=OURS if headers is None else headers)


def text(browser: Client, path: str = "/aid/case/") -> str:
    return str(browser.get(path).content.decode())
