"""The guard of a worker's own page: who has the visit sees the one case it is about, and forms are for that case alone."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from aid import access, erasing
from aid.models import AidRequest
from aid.worker import visiting
from aid.worker.forms import CaseWordsForm
from core import sealing, throttle

_HOUR = 60 * 60
# Free text that must not be lost when the page has closed meanwhile.
_TYPED = ("body", "ground")
_MOST_SHOWN = 4000


def visited(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the request whose page is open in this browser; without one, ask for the words, and change nothing."""

    @visiting.private
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        visit = visiting.current(request)
        found = access.of_visit(visit.request_id) if visit else None
        if not visit:
            return ended(request)
        if not found:
            return erased(request)
        response = view(request, found)
        if visiting.cookie_name() not in response.cookies:
            visiting.go_on(response, visit)
        return response

    return guarded


def by_post(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let the view have what is posted. A reload or a link to another language leads from its address to the page."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def posted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs) if request.method == "POST" else redirect("aid:case")

    return posted


def ended(request: HttpRequest) -> HttpResponse:
    """Say that the visit is over and what is safe, and offer the way back. Long typed text is given back to be copied."""
    typed = next((text for text in map(request.POST.get, _TYPED) if text), "")
    context = {"words_form": CaseWordsForm(), "typed": typed[:_MOST_SHOWN]}
    return render(request, "aid/ended.html", context)


def erased(request: HttpRequest, *, is_draft: bool = False) -> HttpResponse:
    """Say that nothing is left to be opened, and what had to stay.

    :param is_draft: it was never sent; otherwise what it was, we do not look up any more
    """
    context = {"kept": erasing.Kept(), "is_draft": is_draft, "was_before": not is_draft}
    response = render(request, "aid/erased.html", context)
    if visiting.cookie_name() in request.COOKIES:
        visiting.end(response)
    return response


def purpose(found: AidRequest) -> str:
    """Return what the tokens of this case's forms are for: one made on another case's page serves nothing here."""
    return f"aid.case.{sealing.blind_index(str(found.pk), purpose='aid.form').hex()[:16]}"


def is_ours(request: HttpRequest, found: AidRequest, form: forms.Form) -> bool:
    """Return whether the POST comes from a fresh page of this very case.

    :raises PermissionDenied: if another site sent it
    """
    return visiting.is_ours(request, purpose(found), form)


def is_within(limit: int, *, of: str, found: AidRequest, form: forms.Form) -> bool:
    """Count one deed of a kind for this case, and return whether it is within so many an hour; if not, the form says so."""
    if throttle.allow(of, str(found.pk), limit=limit, seconds=_HOUR):
        return True
    form.add_error(None, _("Much came from this page in the last hour. Please send it again in an hour."))
    return False
