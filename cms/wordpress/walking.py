"""Walks through cleaned HTML and takes it apart into pieces: headings, text, pictures, the gift form."""

import re
from collections import Counter
from dataclasses import dataclass
from html import escape

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from cms.wordpress.links import Links
from cms.wordpress.pieces import Divider, Gap, GiftForm, Heading, Picture, Piece, Quote, Text
from cms.wordpress.reading import host_of

_BOLD = {"b": "b", "strong": "b", "i": "i", "em": "i"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_LISTS = {"ul", "ol"}
_INLINE = {"span", "code", "cite", "q", "u", "s", "sub", "sup", "small", "mark", "abbr", "time", "font", "label"}
_FOREIGN = {"iframe", "video", "audio", "object", "embed", "form"}
_GIFT_CLASSES = {"root-data-givewp-embed", "give-form-wrap", "give-embed-form-wrapper", "give-form"}
_NUMBER = re.compile(r"(?:[?&;]p=|form-id=|give-form-)(\d{1,18})")
_SHORTCODE = re.compile(r"\[(/?)([a-zA-Z][\w-]{2,40})((?:\s[^\[\]]{0,500})?)\]")
_KNOWN_SHORTCODES = {"gallery", "caption", "embed", "video", "audio", "playlist", "give_form", "contact-form-7"}
_SIZE = re.compile(r"font-size:\s*([\d.]{1,6})\s*(pt|px|r?em)")
_POINTS = {"pt": 1.0, "px": 0.75, "em": 12.0, "rem": 12.0}
_BIG = 14  # points: a small heading set this large is a large heading
_LONGEST_HEADING = 200


@dataclass
class _Open:
    opening: str
    closing: str


class Walker:
    """Collects pieces. Whatever stands inside a paragraph or heading and is none of its words ends it and goes on after."""

    def __init__(self, links: Links) -> None:
        self.links = links
        self.pieces: list[Piece] = []
        self.gaps: list[Gap] = []
        self.dropped: Counter[str] = Counter()
        self._run: list[str] = []
        self._open: list[_Open] = []
        self._heading = 0

    def walk(self, node: Tag) -> None:
        """Take the node's children apart, in order."""
        for child in node.children:
            if isinstance(child, Tag):
                self._tag(child)
            elif type(child) is NavigableString:
                self._words(str(child))

    def end(self) -> list[Piece]:
        """End the last paragraph and return all pieces."""
        self._end_paragraph()
        return self.pieces

    def _tag(self, tag: Tag) -> None:  # noqa: C901, PLR0912 - one branch for each sort of tag, each one line or two
        name = tag.name
        if _is_gift_form(tag):
            self._put(GiftForm(_form_number(tag)))
        elif name in _BOLD:
            self._within(tag, f"<{_BOLD[name]}>", f"</{_BOLD[name]}>")
        elif name == "a":
            attributes = self.links.attributes(str(tag.get("href") or ""), tag.get_text(" ", strip=True))
            self._within(tag, *((f"<a {attributes}>", "</a>") if attributes else ("", "")))
        elif name == "br":
            self._line_break()
        elif name == "img":
            self._picture(tag)
        elif name in _INLINE:
            self.walk(tag)
        elif name in _HEADINGS:
            self._put_heading(tag)
        elif name in _LISTS:
            self._end_paragraph()
            self._put_list(tag)
        elif name == "blockquote" and not tag.find(["img", "ul", "ol", "iframe", "table"]):
            self._quote(tag)
        elif name == "table":
            self._table(tag)
        elif name == "hr":
            self._put(Divider())
        elif name in _FOREIGN:
            self._foreign(tag)
        else:
            self._end_paragraph()
            self.walk(tag)
            self._end_paragraph()

    def _words(self, text: str) -> None:
        place = 0
        for match in _SHORTCODE.finditer(text):
            name = match[2].lower()
            if name not in _KNOWN_SHORTCODES and "=" not in match[3]:
                continue  # “[sic]” and the like are somebody's words.
            self._run.append(escape(text[place : match.start()].replace("\xa0", " "), quote=False))
            place = match.end()
            if name == "give_form" and not match[1]:
                self._put(GiftForm("".join(re.findall(r"\d+", match[3])[:1])))
            elif name != "caption" and not match[1]:
                self.gaps.append(Gap("shortcode", match[0][:120], "belongs to a plugin of the old site"))
        self._run.append(escape(text[place:].replace("\xa0", " "), quote=False))

    def _within(self, tag: Tag, opening: str, closing: str) -> None:
        if not opening or any(outer.opening[:2] == opening[:2] for outer in self._open):
            self.walk(tag)  # Bold within bold says nothing more, and a link within a link is none.
            return
        self._run.append(opening)
        self._open.append(_Open(opening, closing))
        self.walk(tag)
        self._open.pop()
        self._run.append(closing)

    def _line_break(self) -> None:
        if "".join(self._run).rstrip().endswith("<br/>"):
            self._end_paragraph()
        else:
            self._run.append("<br/>")

    def _put(self, piece: Piece) -> None:
        self._end_paragraph()
        self.pieces.append(piece)

    def _end_paragraph(self) -> None:
        closing = "".join(outer.closing for outer in reversed(self._open))
        markup = _tidy("".join(self._run) + closing)
        self._run = [outer.opening for outer in self._open]
        if not markup:
            return
        if self._heading:
            text = BeautifulSoup(markup.replace("<br/>", " "), "html.parser").get_text()
            if "<a " in markup:
                self.gaps.append(Gap("link", text[:120], "a heading cannot be a link; its words stayed"))
            if len(text) <= _LONGEST_HEADING:
                self.pieces.append(Heading(" ".join(text.split()), self._heading))
                return
        self.pieces.append(Text(f"<p>{markup}</p>"))

    def _put_heading(self, tag: Tag) -> None:
        self._end_paragraph()
        before, self._heading = self._heading, _heading_level(tag)
        self.walk(tag)
        self._end_paragraph()
        self._heading = before

    def _put_list(self, tag: Tag) -> None:
        markup, others = self._list(tag)
        if markup:
            self.pieces.append(Text(markup))
        self.pieces.extend(others)

    def _list(self, tag: Tag) -> tuple[str, list[Piece]]:
        items: list[str] = []
        others: list[Piece] = []
        for item in tag.find_all(["li", "ul", "ol"], recursive=False):
            lines, nested = self._item(item, others)
            if lines or nested:
                items.append(f"<li>{'<br/>'.join(lines)}{''.join(nested)}</li>")
        return (f"<{tag.name}>{''.join(items)}</{tag.name}>" if items else ""), others

    def _item(self, item: Tag, others: list[Piece]) -> tuple[list[str], list[str]]:
        inner = Walker(self.links)
        if item.name in _LISTS:
            inner._put_list(item)
        else:
            inner.walk(item)
        lines: list[str] = []
        nested: list[str] = []
        for piece in inner.end():
            if isinstance(piece, Text) and piece.html.startswith("<p>"):
                lines.append(piece.html.removeprefix("<p>").removesuffix("</p>"))
            elif isinstance(piece, Text):
                nested.append(piece.html)
            elif isinstance(piece, Heading):
                lines.append(f"<b>{escape(piece.text, quote=False)}</b>")
            else:
                others.append(piece)
        self.gaps += inner.gaps
        self.dropped += inner.dropped
        return lines, nested

    def _quote(self, tag: Tag) -> None:
        cited = tag.find("cite")
        who = cited.get_text(" ", strip=True) if isinstance(cited, Tag) else ""
        if isinstance(cited, Tag):
            cited.extract()
        lines = [" ".join(part.get_text(" ").split()) for part in tag.find_all("p")] or [
            " ".join(tag.get_text(" ").split())
        ]
        text = "\n\n".join(filter(None, lines))
        if text:
            self._put(Quote(text, who[:120]))

    def _table(self, tag: Tag) -> None:
        self._end_paragraph()
        rows = [
            [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["td", "th"])] for row in tag.find_all("tr")
        ]
        items = [f"<li>{escape(' / '.join(filter(None, row)), quote=False)}</li>" for row in rows if any(row)]
        if items:
            self.pieces.append(Text(f"<ul>{''.join(items)}</ul>"))
            self.dropped["tables (made into lists)"] += 1

    def _picture(self, tag: Tag) -> None:
        src = str(tag.get("src") or "")
        if not src or src.startswith("data:"):
            src = str(tag.get("data-src") or "")
        if src:
            self._put(Picture(src, " ".join(str(tag.get("alt") or "").split())))

    def _foreign(self, tag: Tag) -> None:
        self._end_paragraph()
        source = tag.find("source")
        src = str(tag.get("src") or tag.get("data") or (source.get("src") if isinstance(source, Tag) else "") or "")
        what = f"{tag.name} of {host_of(src)}" if host_of(src) else tag.name
        self.gaps.append(Gap("embed", what, "foreign content does not come along"))


def _tidy(markup: str) -> str:
    """Collapse white space, take out empty tags, and line breaks at the edges. "" if no words are left."""
    markup = re.sub(r"\s+", " ", markup)
    before = None
    while before != markup:
        before = markup
        markup = re.sub(r"<(b|i|a)(?: [^<>]*)?>((?: |<br/>)*)</\1>", r"\2", markup)
        markup = re.sub(r"^((?:<(?:b|i|a [^<>]*)>)*)(?: |<br/>)+", r"\1", markup)
        markup = re.sub(r"(?: |<br/>)+((?:</[bia]>)*)$", r"\1", markup)
    return markup if re.sub(r"<[^<>]*>", "", markup).strip() else ""


def _is_gift_form(tag: Tag) -> bool:
    return bool(_GIFT_CLASSES & set(tag.get("class") or [])) or "givewp-route=" in str(tag.get("src") or "")


def _form_number(tag: Tag) -> str:
    for name in ("data-form-url", "data-form-view-url", "data-src", "src", "id"):
        match = _NUMBER.search(str(tag.get(name) or ""))
        if match:
            return match[1]
    return ""


def _heading_level(tag: Tag) -> int:
    """Return the heading's own level; 2 for a small one that is set in large letters."""
    level = int(tag.name[1])
    if level < 4:
        return level
    styles = [str(part.get("style") or "") for part in [tag, *tag.find_all(style=True)]]
    sizes = [
        float(m[1]) * _POINTS[m[2]]
        for m in map(_SIZE.search, styles)
        if m and m[1].strip(".").replace(".", "", 1).isdigit()
    ]
    return 2 if any(size >= _BIG for size in sizes) else level
