"""Are the pages there that the letter leads to? Ours are asked for within this process, others' over the network."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.coreutils import get_dummy_request

from cms.models import NewsletterIssuePage
from cms.sending.preflight.fetching import NotThere
from cms.sending.preflight.findings import Finding, Level

# The whole of the others together, whoever is slow.
_SECONDS = 12
_AT_ONCE = 6
_MOST = 60


class _Handler(BaseHandler):
    """Answers requests as the server would, without one."""


def look(html: str, issue: NewsletterIssuePage, *, besides: set[str]) -> Iterator[Finding]:
    """Ask for every page that the letter links to.

    :param besides: addresses that are the reader's own and lead nowhere for us
    """
    found = [link for link in _links(html) if link not in besides]
    ours = [link for link in found if link.startswith(f"{settings.SITE_URL}/")]
    others = [link for link in found if link.startswith(("http://", "https://")) and link not in ours]
    odd = [link for link in found if link not in ours and link not in others and not _is_fine(link)]
    yield _ours(ours, issue, odd)
    yield _others(others)


def _links(html: str) -> list[str]:
    tags = BeautifulSoup(html, "html.parser").find_all("a", href=True)
    return list(dict.fromkeys(str(tag["href"]).strip().partition("#")[0] or "#" for tag in tags))


def _is_fine(link: str) -> bool:
    """Neither a page of ours nor of others: to write, to call, or within the letter."""
    return link == "#" or link.startswith(("mailto:", "tel:"))


def _ours(links: list[str], issue: NewsletterIssuePage, odd: list[str]) -> Finding:
    dead, tried, until = [], 0, time.monotonic() + _SECONDS
    with translation.override(translation.get_language()):
        handler = _Handler()
        handler.load_middleware()
        for link in links:
            if time.monotonic() > until:
                break
            tried += 1
            if not _is_there(handler, link, issue):
                dead.append(link)
    if dead or odd:
        return Finding(_("Links to this site"), Level.LOOK, _("These lead nowhere:"), tuple(dead + odd))
    words = ngettext("%(many)s, and it works.", "%(many)s, and all of them work.", tried) % {"many": tried}
    if tried < len(links):
        words += " " + _("There was no time for %(left)s more.") % {"left": len(links) - tried}
    return Finding(_("Links to this site"), Level.FINE, words if links else _("There are none."))


def _is_there(handler: _Handler, link: str, issue: NewsletterIssuePage) -> bool:
    own = str(issue.full_url or "")
    if own and link.startswith(own):
        # It may not be published yet; when the letter leaves, it is.
        slug = link.removeprefix(own).partition("?")[0].strip("/")
        return not slug or issue.article(slug) is not None
    response = handler.get_response(_request(link))
    return response.status_code < 400


def _request(link: str) -> WSGIRequest:
    parts = urlsplit(link)
    request: WSGIRequest = get_dummy_request(path=parts.path or "/")
    request.environ["QUERY_STRING"] = request.META["QUERY_STRING"] = parts.query
    if settings.IS_HTTPS:
        # As the proxy in front of us says it.
        request.environ["wsgi.url_scheme"] = request.META["wsgi.url_scheme"] = "https"
        request.META["HTTP_X_FORWARDED_PROTO"] = "https"
    return request


def _others(links: list[str]) -> Finding:
    fetcher = import_string(settings.LINK_FETCHER)
    asked = links[:_MOST]
    with_answer: dict[str, Future[None]] = {}
    pool = ThreadPoolExecutor(max_workers=_AT_ONCE)
    for link in asked:
        with_answer[link] = pool.submit(fetcher, link)
    wait(with_answer.values(), timeout=_SECONDS)
    pool.shutdown(wait=False, cancel_futures=True)
    dead = [f"{link} ({_why(answer)})" for link, answer in with_answer.items() if _why(answer)]
    if dead:
        return Finding(_("Links to other sites"), Level.LOOK, _("Try these by hand:"), tuple(dead))
    words = ngettext("%(many)s, and it answers.", "%(many)s, and all of them answer.", len(asked))
    said = words % {"many": len(asked)}
    if len(links) > _MOST:
        said += " " + _("Only the first %(most)s were tried.") % {"most": _MOST}
    return Finding(_("Links to other sites"), Level.FINE, said if links else _("There are none."))


def _why(answer: "Future[None]") -> str:
    """Return why a page is not there; nothing, if it is."""
    if not answer.done() or answer.cancelled():
        return _("did not answer in time")
    error = answer.exception()
    if error is None:
        return ""
    if not isinstance(error, NotThere):
        raise error
    words = {
        "no_answer": _("does not answer"),
        "private": _("is not on the public internet"),
        "loop": _("leads on and on"),
    }
    return words.get(str(error)) or _("answers %(code)s") % {"code": error}
