"""The old site's addresses are answered for ever.

WordPress without pretty addresses names its pages ``/?page_id=758``. Wagtail would answer those with the home page,
so they are looked up before any page is.
"""

import re
from collections.abc import Callable

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseGone,
    HttpResponsePermanentRedirect,
)
from django.shortcuts import render
from django.urls import reverse

from cms.models import LegacyLink

# WordPress's own machinery. Robots try it all day long; it never was a page.
_MACHINERY = re.compile(r"^/(wp-login\.php|xmlrpc\.php|wp-(?:json|admin|content|includes|cron\.php)(?:/|$))")
_NUMBERED = (LegacyLink.Kind.PAGE_ID, LegacyLink.Kind.P)
_FEEDS = {"/feed/", "/feed", "/feed/atom/", "/feed/rss2/"}

Answer = Callable[[HttpRequest], HttpResponseBase]


class OldAddresses:
    """Middleware. Stands before routing, and looks only at what the old site's addresses look like."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if _MACHINERY.match(path):
            return HttpResponseGone("Gone.\n", content_type="text/plain; charset=utf-8")
        if path in {"/", "/index.php"} and request.method in {"GET", "HEAD"}:
            answer = _by_number(request)
            if answer is not None:
                return answer
        if path in _FEEDS or (path in {"/", "/index.php"} and "feed" in request.GET):
            return HttpResponsePermanentRedirect(reverse("cms_feed"))
        response = self.get_response(request)
        if response.status_code == 404 and request.method in {"GET", "HEAD"}:
            return _by_path(request) or response
        return response


def _by_number(request: HttpRequest) -> HttpResponseBase | None:
    """Answer ``page_id`` and ``p``, whatever else the address carries; none if it has neither.

    :raises Http404: if the number is unknown
    """
    for kind in _NUMBERED:
        number = request.GET.get(kind)
        if number is not None:
            link = _find(request, kind, number.strip()[:20])
            if link is None:
                raise Http404
            return _answer(request, link)
    return None


def _by_path(request: HttpRequest) -> HttpResponseBase | None:
    link = _find(request, LegacyLink.Kind.PATH, request.path_info[:500])
    return _answer(request, link) if link else None


def _find(request: HttpRequest, kind: LegacyLink.Kind, value: str) -> LegacyLink | None:
    if "\0" in value:
        return None
    # The host's own entry comes before the one for any host.
    hosts = ["", request.get_host().partition(":")[0]]
    found = LegacyLink.objects.filter(kind=kind, value=value, host__in=hosts).select_related("page")
    return found.order_by("-host").first()


def _answer(request: HttpRequest, link: LegacyLink) -> HttpResponseBase:
    page = link.page
    address = page.get_url(request) if page is not None and page.live else None
    if address:
        return HttpResponsePermanentRedirect(address)
    response: HttpResponse = render(request, "cms/gone.html", status=410)
    return response
