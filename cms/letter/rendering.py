"""An issue as a letter: once as HTML, once as text, both made from the same blocks.

Nothing in it counts readers or tells one from another: no pixel, no rewritten links. What is personal are the two
addresses that are put in, and the engine that sends replaces them in the frozen bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from wagtail.models import Page
from wagtail.rich_text import get_text_for_indexing

from cms.blocks import TextBlock, addresses, plain
from cms.blocks.written_once import Way
from core import clock
from organisation.models import LegalEntity, Organisation

# Mail programs cut a preheader at about so many characters.
_PREHEADER = 150
# Never fetches anything: the stylesheet is ours and stands in the template.
_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False)
_TEXT = TextBlock()


@dataclass(frozen=True)
class Letter:
    """What leaves, in one language. Addresses that are personal stand in it as they were given."""

    subject: str
    preheader: str
    html: str
    text: str


def render(issue: Page, *, language: str, leave_url: str, preferences_url: str, has_sums: bool = True) -> Letter:
    """Make the letter of an issue; the page may be a draft that was never saved. Sums are as of now.

    :param language: of the frame: what stands around the editors' words
    :param leave_url: where a reader leaves, put in as it is
    :param preferences_url: where a reader chooses, put in as it is
    :param has_sums: whether it says how far campaigns have come, which changes with every gift
    """
    with translation.override(language):
        context = _frame(issue, language) | {"leave_url": leave_url, "preferences_url": preferences_url}
        context["has_sums"] = has_sums
        return Letter(
            subject=context["subject"],
            preheader=context["preheader"],
            html=_INLINER.inline(_read("cms/letter/letter.html", context, Way.EMAIL)),
            text=plain.fit(_read("cms/letter/letter.txt", context | {"notes": plain.Notes()}, Way.TEXT)),
        )


def _frame(issue: Page, language: str) -> dict[str, Any]:
    organisation = Organisation.current()
    page_address = addresses.whole(issue.url or "/")
    subject = " ".join((issue.subject or issue.title).split())
    return {
        "page": issue,
        "page_address": page_address,
        "language": language,
        "organisation": organisation,
        "legal_entity": LegalEntity.issuing(),
        "home_address": addresses.whole("/"),
        # By its plain name: letters are read for years, and the hashed name of a file goes with its next version.
        "mark_address": f"{settings.SITE_URL}{settings.STATIC_URL}letter-mark.png",
        "subject": subject,
        "preheader": _shortened(issue.preheader or get_text_for_indexing(issue.intro)),
        "as_of": date_format(clock.now().astimezone(ZoneInfo(organisation.time_zone)), "DATE_FORMAT"),
        "is_inside_article": True,
        "title_line": plain.line_under(issue.title, "="),
        "rule": "-" * plain.WIDTH,
        "articles": [
            {
                "headline": child.value["headline"],
                "line": plain.line_under(child.value["headline"], "="),
                "byline": child.value["byline"],
                "address": addresses.whole(f"{page_address}{child.value['slug']}/") if child.value["slug"] else "",
                "body": child.value["body"],
            }
            for child in issue.articles
        ],
    }


def _read(template: str, frame: Mapping[str, Any], way: Way) -> str:
    """Render the frame, into which the blocks are set in the same way."""
    issue = frame["page"]
    closing = issue.closing.body if issue.closing else ""
    return render_to_string(template, {**frame, "way": way, "intro": _bound(issue.intro), "closing": _bound(closing)})


def _bound(source: str) -> Any:
    return _TEXT.bind(_TEXT.to_python(source)) if source else None


def _shortened(words: str) -> str:
    words = " ".join(words.split())
    if len(words) <= _PREHEADER:
        return words
    return words[:_PREHEADER].rpartition(" ")[0].rstrip(",.;: ") + "…"
