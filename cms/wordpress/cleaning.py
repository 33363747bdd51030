"""Makes clean pieces of WordPress's rendered HTML: an allow-list first (nh3), then the structure, then our text."""

import re
from collections import Counter
from itertools import groupby

import nh3
from bs4 import BeautifulSoup

from cms.wordpress import richtext
from cms.wordpress.links import Links
from cms.wordpress.pieces import Cleaned, GiftForm, Heading, Piece, Text
from cms.wordpress.reading import RecordRefused
from cms.wordpress.walking import Walker

_TAGS = (
    {"h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre"}
    | {"a", "b", "strong", "i", "em", "span", "cite", "q", "code", "figure", "figcaption", "img", "center", "div"}
    | {"section", "article", "main", "header", "footer", "aside"}
    | {"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption"}
    | {"iframe", "video", "audio", "source", "object", "embed", "form"}
)
_SIZED = {"style"}
_ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt", "data-src"},
    "div": {"class", "id", "data-form-url", "data-form-view-url", "data-src"},
    "form": {"class", "id"},
    "iframe": {"src", "class"},
    "video": {"src"},
    "audio": {"src"},
    "source": {"src"},
    "embed": {"src"},
    "object": {"data"},
    "span": _SIZED,
    **{f"h{level}": _SIZED for level in range(1, 7)},
}
_NOISE = {
    "scripts": re.compile(r"<script\b", re.I),
    "style sheets": re.compile(r"<style\b", re.I),
    "inline styles": re.compile(r"\sstyle\s*=", re.I),
    "event handlers": re.compile(r"<[a-z][^<>]{0,2000}?\son[a-z]{3,20}\s*=", re.I),
    "spans and fonts": re.compile(r"<(?:span|font)\b", re.I),
    "empty paragraphs": re.compile(r"<p\b[^<>]{0,500}>(?:\s|&nbsp;|\xa0|<br\s*/?>)*</p>", re.I),
}


def clean(content: str, links: Links) -> Cleaned:
    """Return the pieces of a page's content.

    :raises RecordRefused: if the HTML is nested too deeply to be anybody's page
    """
    dropped = Counter({name: len(pattern.findall(content)) for name, pattern in _NOISE.items()})
    safe = nh3.clean(
        content,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        clean_content_tags={"script", "style", "noscript", "template"},
        url_schemes={"http", "https", "mailto", "tel", "data"},
        filter_style_properties={"font-size"},
        link_rel=None,
    )
    walker = Walker(links)
    try:
        walker.walk(BeautifulSoup(safe, "html.parser"))
        pieces = walker.end()
    except RecursionError as error:
        raise RecordRefused("is nested too deeply") from error
    cleaned = Cleaned(gaps=[*walker.gaps, *links.gaps], dropped=+(dropped + walker.dropped))
    cleaned.pieces = _settled(_one_form(_ordered(pieces), cleaned), cleaned)
    return cleaned


def _ordered(pieces: list[Piece]) -> list[Piece]:
    """Bring the headings into order: the largest that the page uses are sections, all others parts of them."""
    largest = min((piece.level for piece in pieces if isinstance(piece, Heading)), default=2)
    ordered: list[Piece] = []
    has_section = False
    for piece in pieces:
        if isinstance(piece, Heading):
            level = 2 if piece.level == largest or not has_section else 3
            has_section = True
            ordered.append(Heading(piece.text, level))
        else:
            ordered.append(piece)
    return ordered


def _one_form(pieces: list[Piece], cleaned: Cleaned) -> list[Piece]:
    forms = [place for place, piece in enumerate(pieces) if isinstance(piece, GiftForm)]
    if len(forms) > 1:
        cleaned.notes.append(f"There were {len(forms)} donation forms; the first one became ours.")
    return [piece for place, piece in enumerate(pieces) if place not in forms[1:]]


def _settled(pieces: list[Piece], cleaned: Cleaned) -> list[Piece]:
    """Join neighbouring texts into one and pass each through the editor's converter."""
    settled: list[Piece] = []
    for is_text, group in groupby(pieces, key=lambda piece: isinstance(piece, Text)):
        if not is_text:
            settled.extend(group)
            continue
        markup = "".join(piece.html for piece in group if isinstance(piece, Text))
        try:
            settled.append(Text(richtext.settle(markup)))
        except richtext.TextLost:
            settled.append(Text(richtext.bare(markup)))
            cleaned.notes.append("A text lost its bold and links, because the editor would have lost words of it.")
    return settled
