"""The search at /search/: one question, ten finds a page. Nobody indexes it, and no cache keeps what strangers ask."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.core.paginator import Page as Slice
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from cms import searching
from cms.models import CampaignPage, NewsletterIssuePage, SearchText
from cms.searching import Piece
from core import throttle

_A_PAGE = 10
# A person who looks for something asks a few times a minute; a network of a library has many persons.
_OF_A_NETWORK, _SPAN = 60, 60


@dataclass(frozen=True)
class Result:
    """One find, as it is shown."""

    address: str
    headline: list[Piece]
    kind: str
    date: date | None
    byline: str
    issue: str
    snippet: list[Piece]


@require_safe
@cache_control(private=True, max_age=60)
def search(request: HttpRequest) -> HttpResponse:
    """Show the form, and below it what is found. Any question gets an answer."""
    question = searching.shown(request.GET.get("q", ""))
    newsletter_only = request.GET.get("in") == "newsletter"
    context = {"question": question, "newsletter_only": newsletter_only, "longest": searching.LONGEST}
    if not question:
        return render(request, "cms/search.html", context)
    block = throttle.address_block(request.META["REMOTE_ADDR"])
    if not throttle.allow("cms.search", block, limit=_OF_A_NETWORK, seconds=_SPAN):
        return render(request, "cms/search.html", context | {"is_busy": True}, status=429)
    language = get_language() or "en"
    try:
        found = searching.find(question, language=language, newsletter_only=newsletter_only)
    except searching.NothingToLookFor:
        return render(request, "cms/search.html", context | {"has_no_word": True})
    return render(request, "cms/search.html", context | _answer(request, found, question, language))


def _answer(request: HttpRequest, found: QuerySet[SearchText], question: str, language: str) -> dict[str, object]:
    part: Slice[SearchText] = Paginator(found, _A_PAGE).get_page(request.GET.get("page"))
    asked_for = {"q": question} | ({"in": "newsletter"} if request.GET.get("in") == "newsletter" else {})
    return {
        "part": part,
        "count": part.paginator.count,
        "results": _results(list(part.object_list), question, language),
        "same_question": urlencode(asked_for),
    }


def _results(rows: list[SearchText], question: str, language: str) -> list[Result]:
    texts = [text for row in rows for text in (row.headline, row.text)]
    marked = searching.marked(texts, question, language=language)
    return [
        Result(
            address=f"{row.page.url}{row.article}/" if row.article else str(row.page.url),
            headline=headline,
            kind=_kind(row),
            date=row.date,
            byline=row.byline,
            issue=row.page.title if row.article else "",
            snippet=searching.snippet(text),
        )
        for row, headline, text in zip(rows, marked[::2], marked[1::2], strict=True)
    ]


def _kind(row: SearchText) -> str:
    if row.article:
        return _("Article")
    kinds = {NewsletterIssuePage: _("Newsletter"), CampaignPage: _("Campaign")}
    return kinds.get(row.page.specific_class, _("Page"))
