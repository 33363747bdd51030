"""Who may see a supporter's own page: the browser that holds the cookie of a visit, and only that supporter's page.

The one cookie of our public pages besides the aid pages'. It is strictly necessary, is set by the POST that opens a
link and not before, and is Lax, not Strict: donors come back to us from Stripe's pages.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from core import formtoken
from donations import forms, visits
from donations.models import Donor, GivingLink

PURPOSE = "donations.own_page"


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a view's answers ones that nobody keeps and no search engine lists; its POSTs are guarded by ``is_fresh``."""

    @wraps(view)
    def quiet(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    return never_cache(csrf_exempt(quiet))


def visited(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the donor whose page is open in this browser; without one, ask for a link, and change nothing."""

    @private
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        visit = current(request)
        if visit is None:
            return ended(request)
        return view(request, visit.donor.person, *args, **kwargs)

    return guarded


def ended(request: HttpRequest, notice: str = "") -> HttpResponse:
    """Say that there is no visit (any more), and offer the way to a new one."""
    notice = notice or _(
        "Your page is closed now: it stays open for half an hour after your last click. Nothing was changed."
    )
    form = forms.GivingLinkForm(label_suffix="")
    return render(request, "donations/giving_link.html", {"form": form, "notice": notice}, status=403)


def is_fresh(request: HttpRequest) -> bool:
    """Return whether the POST comes from a page of ours that is not too old.

    :raises PermissionDenied: if another site sent it
    """
    try:
        formtoken.check(request, PURPOSE)
    except formtoken.FormRefused as refused:
        if refused.reason == "foreign":
            raise PermissionDenied from refused
        return False
    return True


def cookie_name() -> str:
    return settings.SESSION_COOKIE_NAME.replace("liferaft_session", "liferaft_giving")


def current(request: HttpRequest) -> GivingLink | None:
    """Return the visit that is open in this browser."""
    secret = request.COOKIES.get(cookie_name(), "")
    return visits.of(secret, at=timezone.now()) if secret else None


def visitor(request: HttpRequest) -> Donor | None:
    """Return the donor whose page is open in this browser, for example to fill in the form for a further gift."""
    visit = current(request)
    return visit.donor.person if visit else None


def let_in(response: HttpResponse, secret: str) -> None:
    """Give the browser the cookie of a visit that has begun. When it ends is decided by us, not by the browser."""
    response.set_cookie(
        cookie_name(),
        secret,
        max_age=int(visits.LONGEST.total_seconds()),
        path="/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def let_out(request: HttpRequest, response: HttpResponse) -> None:
    """End the visit, here and with us, and let the browser forget what it kept of the pages."""
    visits.end(request.COOKIES.get(cookie_name(), ""), at=timezone.now())
    response.delete_cookie(cookie_name(), path="/", samesite="Lax")
    response["Clear-Site-Data"] = '"cache"'


def lead_to(address: str) -> HttpResponse:
    """After a POST: look there, with a GET (RFC 9110, 15.4.4)."""
    return HttpResponseRedirect(address, status=303)
