"""What can be seen of the letter itself: its size, its words, its pictures, its way out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.letter.rendering import Letter
from cms.sending.preflight import spam
from cms.sending.preflight.findings import Finding, Level

# Gmail cuts a letter off at about 102 kB, and the way to leave with it. Ours must stay below 100.
MOST_BYTES = 100 * 1024
_MANY_BYTES = 85 * 1024
# Mail programs on a phone show about so much of it.
_LONG_SUBJECT = 70
_SHORTEST_TEXT = 200


@dataclass(frozen=True)
class Written:
    """The letter in one language, and where its reader would leave."""

    language: str
    letter: Letter
    leave_url: str

    @property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.letter.html, "html.parser")


def look(written: list[Written]) -> Iterator[Finding]:
    """Look at the letter in all its languages."""
    yield _size(written)
    yield _subject(written)
    yield _preheader(written)
    first = written[0].soup
    yield _alternatives(first)
    yield _headings(first)
    yield _text(written)
    yield _way_out(written)
    yield _spam(written)


def _size(written: list[Written]) -> Finding:
    largest = max(len(each.letter.html.encode()) for each in written)
    words = _("%(size)s kB; mail programs cut off what is beyond 100 kB.") % {"size": -(-largest // 1024)}
    level = Level.STOPS if largest >= MOST_BYTES else Level.LOOK if largest >= _MANY_BYTES else Level.FINE
    return Finding(_("Size"), level, words)


def _subject(written: list[Written]) -> Finding:
    subject = written[0].letter.subject.strip()
    if not subject:
        return Finding(_("Subject"), Level.STOPS, _("There is none."))
    if len(subject) > _LONG_SUBJECT:
        many = {"many": len(subject)}
        words = _("%(many)s letters long; phones show the first 40 or so.") % many
        return Finding(_("Subject"), Level.LOOK, words, (subject,))
    return Finding(_("Subject"), Level.FINE, subject)


def _preheader(written: list[Written]) -> Finding:
    words = written[0].letter.preheader.strip()
    if not words:
        return Finding(
            _("Line beside the subject"), Level.LOOK, _("There is none: readers see the first words instead.")
        )
    return Finding(_("Line beside the subject"), Level.FINE, words)


def _alternatives(soup: BeautifulSoup) -> Finding:
    pictures = soup.find_all("img")
    bare = [str(picture.get("src", "")) for picture in pictures if picture.get("alt") is None]
    if bare:
        words = _("Without words for those who do not see the picture:")
        return Finding(_("Pictures"), Level.STOPS, words, tuple(bare))
    decorative = sum(1 for picture in pictures if not str(picture.get("alt")).strip())
    words = ngettext("%(many)s picture has words", "%(many)s pictures have words", len(pictures) - decorative)
    said = words % {"many": len(pictures) - decorative}
    more = ngettext("%(many)s is decoration", "%(many)s are decoration", decorative) % {"many": decorative}
    return Finding(_("Pictures"), Level.FINE, f"{said}, {more}." if pictures else _("There are none."))


def _headings(soup: BeautifulSoup) -> Finding:
    ranks = [(int(tag.name[1]), tag.get_text(" ", strip=True)) for tag in soup.find_all(re.compile("^h[1-6]$"))]
    wrong = []
    before = 0
    for rank, words in ranks:
        if rank > before + 1 or not words:
            wrong.append(f"h{rank} {words}")
        before = rank
    if not ranks:
        return Finding(_("Headings"), Level.LOOK, _("There are none: a screen reader has nothing to jump to."))
    if wrong:
        return Finding(_("Headings"), Level.LOOK, _("A rank is left out, or a heading is empty, here:"), tuple(wrong))
    return Finding(_("Headings"), Level.FINE, _("In order."))


def _text(written: list[Written]) -> Finding:
    shortest = min(len(each.letter.text.strip()) for each in written)
    if not shortest:
        return Finding(_("Plain text"), Level.STOPS, _("The letter has no text part."))
    missing = [headline for headline in _headlines(written[0]) if headline not in _plain(written[0].letter.text)]
    if missing:
        return Finding(_("Plain text"), Level.LOOK, _("These headings are not in it:"), tuple(missing))
    level = Level.FINE if shortest >= _SHORTEST_TEXT else Level.LOOK
    return Finding(_("Plain text"), level, _("It has %(many)s letters.") % {"many": shortest})


def _headlines(written: Written) -> list[str]:
    tags = written.soup.find_all(["h2", "h3"])
    return [words for words in (_plain(tag.get_text(" ", strip=True)) for tag in tags) if words]


def _plain(text: str) -> str:
    """Return the text in one case and with single spaces: letters break their lines."""
    return " ".join(text.split()).casefold()


def _way_out(written: list[Written]) -> Finding:
    without = [each.language for each in written if not _has_way_out(each)]
    if without:
        return Finding(_("Way to leave"), Level.STOPS, _("The letter has no link by which its reader can leave."))
    return Finding(
        _("Way to leave"), Level.FINE, _("A link in the letter and in the text, and the mail program's button.")
    )


def _has_way_out(written: Written) -> bool:
    links = [str(tag.get("href", "")) for tag in written.soup.find_all("a") if isinstance(tag, Tag)]
    return written.leave_url in links and written.leave_url in written.letter.text


def _spam(written: list[Written]) -> Finding:
    found = sorted({word for each in written for word in spam.found(f"{each.letter.subject}\n{each.letter.text}")})
    shouted = [each.letter.subject for each in written[:1] if spam.is_shouted(each.letter.subject)]
    if not found and not shouted:
        return Finding(_("Words that filters dislike"), Level.FINE, _("None of them."))
    words = _("One or two do no harm; many may lead the letter to the wrong folder.")
    return Finding(_("Words that filters dislike"), Level.LOOK, words, tuple(shouted + found))
