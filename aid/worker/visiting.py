"""A worker's visit: one strictly necessary cookie, sealed, that a shared computer forgets.

It is set by the first POST and not before, names no account, and is worth nothing half an hour after the last page.
It is unlike the staff's session in name, place and kind: nothing of it is kept on the server, but that it was left, as a
keyed hash, for as long as a copy of the cookie would open the page.
"""

import base64
import binascii
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from core import formtoken, sealing

IDLE_SECONDS = 30 * 60
_LONGEST_SECONDS = 4 * 60 * 60
_CONTEXT = "aid.visit"


@dataclass(frozen=True)
class Visit:
    """What the cookie says. ``words`` are there only until the application is sent, to be shown once more."""

    request_id: uuid.UUID
    began: int
    words: str = ""


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a view's answers ones that no browser, cache or search engine keeps.

    Django's CSRF guard would set a cookie: the form token stands in its place, see ``is_ours``. The referrer policy
    stays "same-origin": under "no-referrer" browsers send ``Origin: null`` with a form, and the token's check needs it.
    """

    @wraps(view)
    def quiet(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        response["Referrer-Policy"] = "same-origin"
        return response

    return csrf_exempt(quiet)


def is_ours(request: HttpRequest, purpose: str, form: forms.Form) -> bool:
    """Return whether the POST comes from a fresh page of ours; an old page's form gets a sentence and keeps its answers.

    :raises PermissionDenied: if another site sent it
    """
    try:
        formtoken.check(request, purpose)
    except formtoken.FormRefused as refused:
        if refused.reason == "foreign":
            raise PermissionDenied from refused
        form.add_error(None, _("This page was open for a long time. Please send it once more."))
        return False
    return True


def cookie_name() -> str:
    return settings.SESSION_COOKIE_NAME.replace("liferaft_session", "liferaft_visit")


def begin(response: HttpResponse, *, request_id: uuid.UUID, words: str = "") -> None:
    """Start a visit to this request."""
    _write(response, Visit(request_id=request_id, began=_now(), words=words))


def current(request: HttpRequest) -> Visit | None:
    """Return the visit that the cookie tells of; none if there is no cookie, or it is forged, too old or was left."""
    try:
        blob = base64.urlsafe_b64decode(request.COOKIES.get(cookie_name(), ""))
        told = json.loads(sealing.unseal(blob, context=_CONTEXT))
    except (sealing.SealBroken, binascii.Error, ValueError):
        return None
    if _now() - told["last"] > IDLE_SECONDS or _now() - told["began"] > _LONGEST_SECONDS:
        return None
    visit = Visit(request_id=uuid.UUID(told["request"]), began=told["began"], words=told["words"])
    return None if caches["shared"].get(_left(visit)) else visit


def go_on(response: HttpResponse, visit: Visit) -> None:
    """Let the half hour begin anew."""
    _write(response, visit)


def forget_words(response: HttpResponse, visit: Visit) -> None:
    """Go on without the words: they have been written down."""
    _write(response, replace(visit, words=""))


def leave(request: HttpRequest, response: HttpResponse) -> None:
    """End the visit for good: copies of its cookie open nothing any more."""
    visit = current(request)
    if visit:
        caches["shared"].set(_left(visit), value=True, timeout=_LONGEST_SECONDS)
    end(response)


def end(response: HttpResponse) -> None:
    """Make the browser forget the visit and what it kept of the pages."""
    response.delete_cookie(cookie_name(), path="/", samesite="Strict")
    response["Clear-Site-Data"] = '"cache"'


def _left(visit: Visit) -> str:
    return sealing.blind_index(f"{visit.request_id}\0{visit.began}", purpose="aid.visit-left").hex()


def _write(response: HttpResponse, visit: Visit) -> None:
    told = {"request": str(visit.request_id), "began": visit.began, "last": _now(), "words": visit.words}
    response.set_cookie(
        cookie_name(),
        base64.urlsafe_b64encode(sealing.seal(json.dumps(told), context=_CONTEXT)).decode("ascii"),
        max_age=IDLE_SECONDS,
        # Not only below /aid/: a worker may change the language, and Spanish lives below /es/.
        path="/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def _now() -> int:
    """Return the wall clock: ages of tokens do not follow the demo's clock."""
    return int(time.time())
