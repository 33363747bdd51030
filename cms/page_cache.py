"""Whole public pages, kept ready: same bytes for every visitor, no cookie, no token.

A page is good as long as everything it shows has the version it had (``cms.page_versions``), and for a minute at most;
after half of it the first who asks makes it anew while the others get what is there. However many ask for a page that
has changed, one of them makes it and the others wait.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import caches
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.cache import get_conditional_response
from django.utils.http import parse_http_date_safe
from django.utils.translation import get_language_from_path, override

from cms import page_versions
from cms.page_versions import ALL, BOOKS, PAGES, SETTINGS, Known
from core import shown

SECONDS = 50  # What a page is made of may be some seconds old already (cms.accounts).
_ANEW_AFTER = 30
_PATIENCE = 10.0
_MOST_BYTES = 64 * 1024 * 1024
_ALIVE = "cms.pages.alive"
# What is kept: pages of Wagtail's tree, what machines read about them, and the public accounts.
_KEPT_VIEWS = {"wagtail_serve", "cms_feed", "cms_sitemap", "books", "books_file"}
# Marks that other sites hang onto our links. They change nothing on a page, so they find the page without them.
_CONDITIONS = {"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"}
_MARKS = {"fbclid", "gclid", "msclkid", "mc_cid", "mc_eid", "ref", "igshid"}

Answer = Callable[[HttpRequest], HttpResponseBase]
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Kept:
    """A page as it is sent.

    :ivar names: what it shows; ``versions``: which version of each
    :ivar made: by this process's clock
    """

    body: bytes
    headers: list[tuple[str, str]]
    names: tuple[str, ...]
    versions: tuple[str | None, ...]
    made: float

    def is_good(self, known: Known) -> bool:
        return time.monotonic() - self.made < SECONDS and known.of(self.names) == self.versions

    def is_due(self) -> bool:
        return time.monotonic() - self.made >= _ANEW_AFTER


_kept: dict[Key, Kept] = {}
_being_made: dict[Key, threading.Event] = {}
_lock = threading.Lock()


def forget(*names: str) -> None:
    """Make pages anew, in every process, once what was changed is committed: those that show any of the names, or all."""
    transaction.on_commit(lambda: page_versions.change(names or [ALL]))


def count() -> int:
    """Return how many pages this process keeps."""
    return len(_kept)


def find(environ: dict[str, Any], known: Known) -> Kept | None:
    """Return the page that a request of the web server asks for, if it is kept and good."""
    key = _key(environ)
    kept = _kept.get(key) if key is not None and _is_alive() else None
    return kept if kept is not None and kept.is_good(known) else None


class Door:
    """The web server's way in: answers with what is kept, before Django is bothered. All else goes on to Django."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        known = page_versions.still_known()
        kept = find(environ, known) if known is not None else None
        if kept is None or kept.is_due() or not _CONDITIONS.isdisjoint(environ):
            return self.application(environ, start_response)
        start_response("200 OK", kept.headers)
        return [kept.body]


class PageCache:
    """Middleware, outside of all that works on the answer: a page that is ready needs none of it, nor the database."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            return self._posted(request)
        key = _key(request.META)
        if key is None or (key not in _kept and not _may_be_kept(request.path_info)):
            return self.get_response(request)
        known = _look()
        if known is None:
            return self.get_response(request)
        kept = find(request.META, known)
        conditions = {name: request.META.pop(name) for name in _CONDITIONS & request.META.keys()}
        is_ready = kept is not None and not kept.is_due()
        response = _answer(kept) if kept is not None and is_ready else self._make_once(request, key, known, kept)
        request.META.update(conditions)
        return _unless_had(request, response) if conditions else response

    def _posted(self, request: HttpRequest) -> HttpResponseBase:
        """Whatever was posted may have changed something that pages show."""
        response = self.get_response(request)
        page_versions.touch()
        return response

    def _make_once(self, request: HttpRequest, key: Key, known: Known, kept: Kept | None) -> HttpResponseBase:
        with _lock:
            making = _being_made.get(key)
            if making is None:
                mine = _being_made[key] = threading.Event()
        if making is None:
            try:
                return self._make(request, key, known)
            finally:
                _being_made.pop(key, None)
                mine.set()
        if kept is not None:
            return _answer(kept)  # It is good; somebody else is making it anew.
        making.wait(_PATIENCE)
        made = find(request.META, page_versions.last_known() or known)
        return _answer(made) if made is not None else self.get_response(request)

    def _make(self, request: HttpRequest, key: Key, known: Known) -> HttpResponseBase:
        request.META["QUERY_STRING"] = ""  # Only marks, if anything: see _key.
        with shown.noting() as noted:
            response = self.get_response(request)
        if isinstance(response, HttpResponse) and _is_kept(request, response):
            _keep(key, response, names=_names(request, noted), known=known)
        return response


def _key(environ: dict[str, Any]) -> Key | None:
    """Return what a page is kept under, or none if the request is not a plain one.

    The path holds the language. Hosts are apart, because pages name their own address.
    """
    host = environ.get("HTTP_HOST", "")
    if (
        environ["REQUEST_METHOD"] != "GET"
        or settings.SESSION_COOKIE_NAME in environ.get("HTTP_COOKIE", "")
        or not _is_usual_host(host)
        or not _is_marks(environ.get("QUERY_STRING", ""))
    ):
        return None
    return _scheme(environ), host, environ.get("PATH_INFO", "")


def _is_usual_host(host: str) -> bool:
    """Whether the host is written as everybody writes it: nobody can fill the cache by inventing ports or capitals."""
    return host == host.lower() and (":" not in host or host == urlsplit(settings.SITE_URL).netloc)


def _is_marks(query: str) -> bool:
    return not query or all(
        name in _MARKS or name.startswith("utm_") for name in (part.partition("=")[0] for part in query.split("&"))
    )


def _scheme(environ: dict[str, Any]) -> str:
    """Return what ``HttpRequest.scheme`` does: behind a proxy the header tells."""
    trusted: tuple[str, str] | None = getattr(settings, "SECURE_PROXY_SSL_HEADER", None)
    if trusted is None or trusted[0] not in environ:
        return str(environ["wsgi.url_scheme"])
    said: str = environ[trusted[0]]
    return "https" if said.partition(",")[0].strip() == trusted[1] else "http"


def _may_be_kept(path: str) -> bool:
    """Whether an address leads to one of the views that are kept. What language the thread speaks is by chance."""
    with override(get_language_from_path(path) or settings.LANGUAGE_CODE):
        try:
            return resolve(path).url_name in _KEPT_VIEWS
        except Resolver404:
            return False


def _look() -> Known | None:
    """Return the versions. While the database does not answer, pages are good until their minute is over."""
    if not _is_alive():
        page_versions.touch()
    try:
        return page_versions.still_known() or page_versions.look()
    except (OperationalError, InterfaceError):
        return page_versions.last_known()


def _is_alive() -> bool:
    """Whether nobody cleared Django's cache for this process since the pages were kept."""
    if caches["default"].get(_ALIVE):
        return True
    _kept.clear()
    caches["default"].set(_ALIVE, value=True, timeout=None)
    return False


def _is_kept(request: HttpRequest, response: HttpResponse) -> bool:
    match = request.resolver_match
    control = response.get("Cache-Control", "")
    return (
        response.status_code == 200
        and match is not None
        and match.url_name in _KEPT_VIEWS
        and not response.cookies
        and not request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
        and not ("private" in control or "no-store" in control)
    )


def _unless_had(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Answer 304 to who has it already: those who follow the feed ask every few minutes."""
    changed = parse_http_date_safe(response.headers.get("Last-Modified", ""))
    etag = response.headers.get("ETag")
    if not isinstance(response, HttpResponse):
        return response
    return get_conditional_response(request, etag=etag, last_modified=changed, response=response) or response


def _names(request: HttpRequest, noted: set[str]) -> set[str]:
    """Return what an answer shows: what was noted, and the page itself with the kinds of pages that it says it shows."""
    route = getattr(request, "_wagtail_route_for_request", None)
    page = route[0] if route else None
    kinds = getattr(page, "shows_pages_of", None)
    own: set[str]
    if page is None and BOOKS in noted:
        own = set()
    elif page is None or kinds is None:
        own = {PAGES}
    else:
        own = {page_versions.page(page.pk), *map(page_versions.kind, kinds)}
    return {ALL, SETTINGS} | own | noted


def _keep(key: Key, response: HttpResponse, *, names: set[str], known: Known) -> None:
    ordered = tuple(sorted(names))
    unknown = page_versions.never_asked_for(ordered, known)
    if unknown:
        # Its version is the one that the page shows, unless an editor was quicker.
        before, known = known, page_versions.look(more=unknown)
        if not page_versions.is_same_moment(before, known):
            return
    kept = Kept(response.content, list(response.items()), ordered, known.of(ordered), time.monotonic())
    with _lock:
        _kept.pop(key, None)
        _kept[key] = kept
        size = sum(len(each.body) for each in _kept.values())
        while size > _MOST_BYTES:
            size -= len(_kept.pop(next(iter(_kept))).body)


def _answer(kept: Kept) -> HttpResponse:
    return HttpResponse(kept.body, headers=dict(kept.headers))
