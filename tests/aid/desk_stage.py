"""How a test works at the desk: signed in as somebody, it opens pages and presses buttons as a browser does."""

import html
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from aid import holding
from aid.models import AidRequest
from aid.reasons import CheckPoint
from organisation.models import User


def at_desk(who: User) -> Client:
    browser = Client()
    browser.force_login(who)
    return browser


def path(request: AidRequest) -> str:
    return reverse("aid_case", args=[request.pk])


def page(who: User, address: str, **query: Any) -> str:
    """Return the words of a page, without their escaping."""
    return words(at_desk(who).get(address, query))  # type: ignore[arg-type]  # the client's own response


def case_page(who: User, request: AidRequest, **query: Any) -> str:
    return page(who, path(request), **query)


def queue_page(who: User, **query: Any) -> str:
    return page(who, reverse("aid_cases"), **query)


def shown(who: User, *requests: AidRequest, **query: Any) -> list[AidRequest]:
    """Return which of the requests the queue shows, in its order."""
    body = queue_page(who, **query)
    places = {request: body.find(f">{request.case.short}</a>") for request in requests}
    return sorted((one for one in requests if places[one] >= 0), key=lambda one: places[one])


def words(response: HttpResponse) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


def press(who: User, request: AidRequest, button: str, **answers: Any) -> HttpResponse:
    """Press a button of the case's page as it stands now, with all of the checklist ticked."""
    request.refresh_from_db()
    typed = {"seen": request.version, "checked": CheckPoint.values} | answers
    return at_desk(who).post(f"{path(request)}{button}/", typed)  # type: ignore[return-value]  # see above


def share_worker_id(one: AidRequest, other: AidRequest) -> None:
    """Let the other case name the Worker ID of the first."""
    holding.put_worker_id(other.case, holding.get(one.case, "worker_id"))
    other.case.save()
