"""Whole public pages, kept ready: same bytes for every visitor, no cookie, no token.

A page is made again after ten seconds, so that the progress of a campaign stays live. Publishing forgets all pages at
once: every key holds a version that all processes share. A process looks the shared version up once a second.
"""

import hashlib
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import parse_http_date_safe

SECONDS = 10
_VERSION = "cms.pages.version"
_LOOK_AGAIN = 1  # second
# What is kept: pages of Wagtail's tree, what machines read about them, and the public accounts.
_KEPT_VIEWS = {"wagtail_serve", "cms_feed", "cms_sitemap", "books", "books_file"}
# Marks that other sites hang onto our links. They change nothing on a page, so they find the page without them.
_MARKS = {"fbclid", "gclid", "msclkid", "mc_cid", "mc_eid", "ref", "igshid"}

Answer = Callable[[HttpRequest], HttpResponseBase]


def forget(**_signal: Any) -> None:
    """Make every page anew, in every process, once what was changed is committed. Also a receiver of Wagtail's signals."""
    transaction.on_commit(_forget_now)


def _forget_now() -> None:
    caches["shared"].set(_VERSION, secrets.token_hex(8), timeout=None)
    caches["default"].delete(_VERSION)


def _version() -> str:
    version: str | None = caches["default"].get(_VERSION)
    if version is None:
        version = str(caches["shared"].get(_VERSION, "first"))
        caches["default"].set(_VERSION, version, timeout=_LOOK_AGAIN)
    return version


def _key(request: HttpRequest) -> str:
    # The path holds the language. Hosts are apart, because pages name their own address. Hashed, because caches take
    # neither spaces nor long names.
    address = f"{request.scheme}://{request.get_host()}{request.path}"
    return f"cms.page:{_version()}:{hashlib.sha256(address.encode()).hexdigest()}"


def _is_plain(request: HttpRequest) -> bool:
    return (
        request.method == "GET"
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and _is_usual_host(request.get_host())
    )


def _is_usual_host(host: str) -> bool:
    """Whether the host is written as everybody writes it: nobody can fill the cache by inventing ports or capitals."""
    return host == host.lower() and (":" not in host or host == urlsplit(settings.SITE_URL).netloc)


def _is_kept(request: HttpRequest, response: HttpResponseBase) -> bool:
    match = request.resolver_match
    return (
        isinstance(response, HttpResponse)
        and response.status_code == 200
        and match is not None
        and match.url_name in _KEPT_VIEWS
        and not response.cookies
        and not request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
    )


def _unless_known(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """Answer 304 to who has it already: those who follow the feed ask every few minutes."""
    if "HTTP_IF_NONE_MATCH" not in request.META and "HTTP_IF_MODIFIED_SINCE" not in request.META:
        return response
    changed = parse_http_date_safe(response.headers.get("Last-Modified", ""))
    return (
        get_conditional_response(request, etag=response.headers.get("ETag"), last_modified=changed, response=response)
        or response
    )


class PageCache:
    """Middleware. Stands outside sessions and languages: a page that is ready touches neither, nor the database."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not _is_plain(request) or not all(name in _MARKS or name.startswith("utm_") for name in request.GET):
            return self.get_response(request)
        key = _key(request)
        ready = caches["default"].get(key)
        if ready is not None:
            content, headers = ready
            return _unless_known(request, HttpResponse(content, headers=headers))
        response = self.get_response(request)
        # Only the address without any mark fills the cache: nobody can fill it by inventing marks.
        if not request.GET and _is_kept(request, response):
            caches["default"].set(key, (response.content, dict(response.items())), timeout=SECONDS)  # type: ignore[attr-defined]  # an HttpResponse: see _is_kept
        return response
