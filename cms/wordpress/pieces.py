"""What a page of WordPress is made of once it is clean: pieces, in their order, and what could not come along."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Heading:
    text: str
    level: int  # 2 a section, 3 a part of one


@dataclass(frozen=True)
class Text:
    html: str  # paragraphs and lists, as Wagtail's editor keeps them


@dataclass(frozen=True)
class Picture:
    src: str
    alt: str


@dataclass(frozen=True)
class Quote:
    text: str
    who: str


@dataclass(frozen=True)
class GiftForm:
    """Where the old donation plugin's form stood. ``number`` is that form's id, or ""."""

    number: str


@dataclass(frozen=True)
class Divider:
    pass


Piece = Heading | Text | Picture | Quote | GiftForm | Divider


@dataclass(frozen=True)
class Gap:
    """Something that did not come along, by kind (image, link, file, embed, shortcode, alt) and name."""

    kind: str
    what: str
    why: str


@dataclass
class Cleaned:
    """A page's pieces, its gaps, and how often each sort of noise was dropped."""

    pieces: list[Piece] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
