"""Plain text as a person would type it: lines that fit, lists with a hanging indent, addresses as numbered notes."""

import re
import textwrap
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from cms.blocks import addresses

WIDTH = 72
# What a line begins with decides how its next ones do: a quotation's mark is repeated, the others leave room.
_BEGINNING = re.compile(r" *(?:> |- |\d+\. )?")
_NOTE = re.compile(r"\[\d+\] \S+$")


class Notes:
    """The addresses of a text, numbered through. ``here`` prints those that were named since the last time."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._named: set[str] = set()

    def number(self, address: str) -> int:
        """Return the number of an address; the same address has the same one throughout."""
        self._named.add(address)
        return self._numbers.setdefault(address, len(self._numbers) + 1)

    def here(self) -> list[tuple[int, str]]:
        """Return what is to be printed here: number and address."""
        named = sorted((self._numbers[address], address) for address in self._named)
        self._named = set()
        return named


def from_rich_text(html: str, *, notes: Notes, page_address: str) -> str:
    """Make plain text of the site's rich text, whose links are resolved already: paragraphs, lists, notes."""
    parts = _parts(BeautifulSoup(html, "html.parser"), notes, page_address)
    return "\n\n".join(part for part in parts if part.strip())


def _parts(parent: Tag, notes: Notes, page_address: str) -> Iterator[str]:
    loose = ""  # Words that stand in no paragraph: an old import's, or those of an answer.
    for child in parent.children:
        if isinstance(child, Tag) and child.name in {"p", "ul", "ol", "div", "h2", "h3", "h4", "blockquote", "hr"}:
            yield _tidy(loose)
            loose = ""
            if child.name in {"ul", "ol"}:
                yield "\n".join(_items(child, notes, page_address, indent=""))
            elif child.name in {"div", "blockquote"}:
                yield from _parts(child, notes, page_address)
            else:
                yield _tidy(_words(child, notes, page_address))
        else:
            loose += _words(child, notes, page_address)
    yield _tidy(loose)


def _items(points: Tag, notes: Notes, page_address: str, *, indent: str) -> Iterator[str]:
    for place, item in enumerate(points.find_all("li", recursive=False), start=1):
        mark = f"{place}. " if points.name == "ol" else "- "
        inner = [child for child in item.children if isinstance(child, Tag) and child.name in {"ul", "ol"}]
        own = "".join(_words(child, notes, page_address) for child in item.children if child not in inner)
        yield indent + mark + " ".join(own.split())
        for child in inner:
            yield from _items(child, notes, page_address, indent=indent + " " * len(mark))


def _words(node: object, notes: Notes, page_address: str) -> str:
    if isinstance(node, Tag):
        if node.name == "br":
            return "\0"
        inner = "".join(_words(child, notes, page_address) for child in node.children)
        href = str(node.get("href") or "")
        return f"{inner}{_note(inner, href, notes, page_address)}" if node.name == "a" and href else inner
    # Comments and the like are strings of their own classes.
    return str(node) if type(node) is NavigableString else ""


def _note(words: str, href: str, notes: Notes, page_address: str) -> str:
    address = addresses.whole(href, page_address=page_address)
    if address.startswith("mailto:"):
        address = address.removeprefix("mailto:").partition("?")[0]
    return "" if words.strip() == address else f" [{notes.number(address)}]"


def _tidy(words: str) -> str:
    return "\n".join(" ".join(line.split()) for line in words.split("\0")).strip()


def line_under(heading: str, mark: str = "-") -> str:
    """Return a line as long as the heading above it."""
    return mark * min(len(heading), WIDTH)


def fit(text: str) -> str:
    """Break lines that are too long, at spaces only: an address stays whole. Drop empty lines that follow each other."""
    lines: list[str] = []
    for line in text.splitlines():
        lines += _fitted(line.rstrip()) or [""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _fitted(line: str) -> list[str]:
    if _NOTE.match(line):
        return [line]
    beginning = _BEGINNING.match(line)
    first = beginning.group() if beginning else ""
    return textwrap.wrap(
        line,
        WIDTH,
        subsequent_indent=first if first.endswith("> ") else " " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
