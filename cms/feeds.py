"""The newsletter as an Atom feed (RFC 4287), with the whole text of each issue."""

import re
from datetime import datetime, time
from typing import Any
from xml.sax.xmlreader import AttributesImpl
from zoneinfo import ZoneInfo

import nh3
from bs4 import BeautifulSoup
from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.http import parse_http_date
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator

from cms import sharing
from cms.models import NewsletterIssuePage
from organisation.models import Organisation

_NEWEST = 10
# XML 1.0 has no place for these, not even written as numbers.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TAGS = {
    *["a", "aside", "b", "blockquote", "br", "em", "figcaption", "figure", "h2", "h3", "h4", "h5"],
    *["hr", "i", "img", "li", "ol", "p", "section", "span", "strong", "ul"],
}
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt", "width", "height"}}
_ADDRESSES = {"href", "src"}


class _Atom(Atom1Feed):
    """Django's Atom, with several authors and the whole text of an entry."""

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        for name in item["authors"]:
            handler.startElement("author", AttributesImpl({}))
            handler.addQuickElement("name", name)
            handler.endElement("author")
        handler.addQuickElement("content", item["content"], {"type": "html"})


class NewsletterFeed(Feed[NewsletterIssuePage, Any]):
    """The ten newest issues. An entry is known by its page, wherever that moves, and says when it was changed."""

    feed_type = _Atom

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().__call__(request, *args, **kwargs)
        set_response_etag(answer)
        changed = parse_http_date(answer.headers["Last-Modified"])
        conditional = get_conditional_response(
            request, etag=answer.headers["ETag"], last_modified=changed, response=answer
        )
        return conditional if isinstance(conditional, HttpResponse) else answer

    def title(self) -> str:
        return _in_xml(_("%(name)s: newsletter") % {"name": Organisation.current().name})

    def link(self) -> str:
        return sharing.whole(reverse("wagtail_serve", args=["newsletter/"]))

    def feed_url(self) -> str:
        return sharing.whole(reverse("cms_feed"))

    def feed_guid(self) -> str:
        return self.feed_url()

    def author_name(self) -> str:
        return _in_xml(Organisation.current().name)

    def items(self) -> QuerySet[NewsletterIssuePage]:
        issues: QuerySet[NewsletterIssuePage] = NewsletterIssuePage.objects.live().public().order_by("-date", "-number")
        return issues.select_related("closing").prefetch_related("topics")[:_NEWEST]

    def item_title(self, item: Any) -> str:
        return _in_xml(item.title)

    def item_description(self, item: Any) -> str:
        return escape(_in_xml(sharing.of(item).summary))

    def item_link(self, item: Any) -> str:
        return sharing.whole(item.url)

    def item_guid(self, item: Any) -> str:
        return f"urn:uuid:{item.translation_key}"

    def item_pubdate(self, item: Any) -> datetime:
        return datetime.combine(item.date, time(), ZoneInfo(Organisation.current().time_zone))

    def item_updateddate(self, item: Any) -> datetime:
        changed: datetime | None = item.last_published_at or item.first_published_at
        return changed or self.item_pubdate(item)

    def item_categories(self, item: Any) -> list[str]:
        return [_in_xml(str(topic)) for topic in item.topics.all()]

    def item_extra_kwargs(self, item: Any) -> dict[str, Any]:
        signed = [name for child in item.articles for name in sharing.names(child.value["byline"] or "")]
        return {"authors": [_in_xml(name) for name in dict.fromkeys(signed)], "content": _in_xml(_content(item))}


def _content(issue: NewsletterIssuePage) -> str:
    """Return the issue as the web shows it: addresses whole, and a link in place of each form."""
    html = render_to_string("cms/newsletter_feed_entry.html", {"page": issue, "is_inside_article": True})
    soup = BeautifulSoup(html, "html.parser")
    for form in soup.find_all("form"):
        link = soup.new_tag("a", href=str(form.get("action") or "/"))
        link.string = _("Give")
        form.replace_with(link)
    return nh3.clean(
        str(soup),
        tags=_TAGS,
        clean_content_tags={"script", "style", "progress", "svg"},
        attributes=_ATTRIBUTES,
        attribute_filter=_with_whole_address,
        link_rel=None,
    )


def _with_whole_address(_tag: str, attribute: str, value: str) -> str:
    return sharing.whole(value) if attribute in _ADDRESSES else value


def _in_xml(text: str) -> str:
    return _NO_XML.sub("", text)
