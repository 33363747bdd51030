"""Recognises what a text means: the number of an issue, its articles, what an amount does, a monthly goal."""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from bs4 import BeautifulSoup

from cms.wordpress.pieces import Heading, Piece, Text

_ISSUE = re.compile(r"^\W*newsletter\s*(?:(?:no|nr|number|issue)\b\.?\s*)?[#№]?\s*(\d{1,5})\b", re.I)
_LEVEL = re.compile(r"^\$\s?(\d[\d,]{0,9}(?:\.\d\d)?)\s+(\S.*)$", re.S)
_GOAL = re.compile(
    r"\b(?:raise|raising|need|reach|goal(?:\s+of|\s+is|:)?)\s+\$\s?(\d[\d,]{0,11}(?:\.\d\d)?)\s+(?:per|a|each|every)\s+month\b",
    re.I,
)
_BYLINE = re.compile(r"^(?:written\s+)?by:?\s+(?P<who>[^.!?]{2,120})$", re.I)
_LONGEST_LEVEL = 200
_MOST_LEVELS = 6


@dataclass
class Article:
    """An article of an issue. An empty headline means what stands before the first one."""

    headline: str
    byline: str = ""
    pieces: list[Piece] = field(default_factory=list)


def issue_number(title: str) -> int | None:
    """Return N of “Newsletter N …”, or none."""
    match = _ISSUE.match(title)
    return int(match[1]) if match and int(match[1]) > 0 else None


def articles(pieces: list[Piece]) -> list[Article]:
    """Divide an issue at its sections. The first article, without a headline, holds what stands before them."""
    divided = [Article("")]
    for piece in pieces:
        if isinstance(piece, Heading) and piece.level == 2:
            divided.append(Article(piece.text))
        elif isinstance(piece, Heading):
            divided[-1].pieces.append(Heading(piece.text, 2))  # The articles' own headings rank one higher now.
        else:
            divided[-1].pieces.append(piece)
    for article in divided:
        _take_byline(article)
    return divided


def _take_byline(article: Article) -> None:
    if not article.pieces or not isinstance(article.pieces[0], Text):
        return
    soup = BeautifulSoup(article.pieces[0].html, "html.parser")
    first = soup.find("p")
    match = _BYLINE.match(" ".join(first.get_text(" ").split())) if first is not None else None
    if first is None or match is None or next(soup.children) is not first:
        return
    article.byline = match["who"].strip(" ,;")
    first.extract()
    rest = soup.decode(formatter="minimal")
    article.pieces[:1] = [Text(rest)] if rest.strip() else []


def levels(pieces: list[Piece]) -> list[tuple[Decimal, str]]:
    """Return what amounts do, if the page lists it: “$50 is the average cost of …”. At least two, all of one list."""
    for piece in pieces:
        if not isinstance(piece, Text):
            continue
        for found in BeautifulSoup(piece.html, "html.parser").find_all(["ul", "ol"]):
            items = [" ".join(item.get_text(" ").split()) for item in found.find_all("li", recursive=False)]
            matches = [match for item in items if (match := _LEVEL.match(item))]
            if len(matches) == len(items) and 2 <= len(items) <= _MOST_LEVELS:
                return [(_amount(match[1]), _first_sentence(match[2])) for match in matches]
    return []


def monthly_goal(pieces: list[Piece]) -> Decimal | None:
    """Return the monthly goal, if the page names exactly one: “raise $5,000 per month”."""
    text = " ".join(
        BeautifulSoup(piece.html, "html.parser").get_text(" ") for piece in pieces if isinstance(piece, Text)
    )
    amounts = {_amount(match) for match in _GOAL.findall(" ".join(text.split()))}
    return amounts.pop() if len(amounts) == 1 else None


def _amount(written: str) -> Decimal:
    return Decimal(written.replace(",", ""))


def _first_sentence(text: str) -> str:
    sentence = re.split(r"(?<=[.!?])\s+", text.strip(), maxsplit=1)[0].rstrip(".")
    return sentence if len(sentence) <= _LONGEST_LEVEL else sentence[: _LONGEST_LEVEL - 1] + "…"
