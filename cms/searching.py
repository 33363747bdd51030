"""Looks for words in published pages: PostgreSQL's full text search, title before headline before text."""

import re
import unicodedata
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVectorField
from django.db import connection
from django.db.models import Case, F, Func, IntegerField, QuerySet, Value, When
from wagtail.models import Page

from cms import indexing
from cms.models import NewsletterIssuePage, SearchText

LONGEST = 200  # characters of a question that are looked at
_MOST_WORDS = 24
# D, C, B, A: text, headings and byline, headline of an article, title. Within a title, what is there in full comes first.
_WEIGHTS = [0.1, 0.2, 0.4, 1.0]
_DIVIDE_BY_LENGTH = 1
_QUOTES = dict.fromkeys(map(ord, "“”„«»″"), '"')
# No text holds them: see ``indexing.folded``.
_BEGIN, _END = "\x02", "\x03"
_BEFORE, _AROUND = 80, 260  # characters of a snippet
_STEM = 5  # letters by which a snippet tells words apart: “rejected” and “rejection” are no two finds


class NothingToLookFor(Exception):
    """The question has no word, or none but such as every page has."""


@dataclass(frozen=True)
class Piece:
    """Some text, and whether it is what was looked for."""

    text: str
    is_found: bool = False


def shown(question: str) -> str:
    """Return a question as we show it again: on one line, without what cannot be shown, not longer than is looked at."""
    start = "".join(character if character.isprintable() else " " for character in question[: LONGEST * 4])
    text = " ".join(start.split())
    if len(text) <= LONGEST:
        return text
    # A word that is cut in two is another word.
    return text[:LONGEST].rpartition(" ")[0] or text[:LONGEST]


def asked(question: str) -> str:
    """Return what ``websearch_to_tsquery`` gets: phrases and minus stay, all else is folded as the texts are.

    :param question: as it was typed, whatever it is
    """
    text = unicodedata.normalize("NFKC", question.translate(_QUOTES)[:LONGEST]).strip()[:LONGEST]
    kept = [
        character if character == '"' or _is_minus(text, place) else indexing.folded(character)
        for place, character in enumerate(text)
    ]
    return " ".join("".join(kept).split()[:_MOST_WORDS])


def _is_minus(text: str, place: int) -> bool:
    before, after = text[:place][-1:], text[place + 1 : place + 2]
    return text[place] == "-" and before in ("", " ") and (after.isalnum() or after == '"')


def find(question: str, *, language: str, newsletter_only: bool = False) -> QuerySet[SearchText]:
    """Return what is found, best first: published pages that everybody may read, and articles of issues.

    :raises NothingToLookFor: if no word is left of the question
    """
    words = asked(question)
    query = _query(words, language)
    if not _has_something(words, language):
        raise NothingToLookFor
    pages = Page.objects.live().public()
    if newsletter_only:
        pages = pages.type(NewsletterIssuePage)
    found: QuerySet[SearchText] = (
        SearchText.objects.filter(language=language, vector=query, page__in=pages)
        .alias(title=_parts_of("{a}"), headlines=_parts_of("{a,b}"))
        .alias(
            place=Case(
                When(title=query, then=0), When(headlines=query, then=1), default=2, output_field=IntegerField()
            ),
            rank=SearchRank(F("vector"), query, weights=_WEIGHTS, normalization=_DIVIDE_BY_LENGTH),
        )
        .order_by("place", "-rank", F("date").desc(nulls_last=True), "pk")
        .select_related("page")
    )
    return found


def _query(words: str, language: str) -> SearchQuery:
    return SearchQuery(words, config=indexing.configuration(language), search_type="websearch")


def _parts_of(weights: str) -> Func:
    return Func(
        F("vector"),
        Value(weights),
        template='ts_filter(%(expressions)s::"char"[])',
        output_field=SearchVectorField(),
    )


def _has_something(words: str, language: str) -> bool:
    """Whether there is a word to look for, beside those that every page has and those that are to be missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT querytree(websearch_to_tsquery(%s::regconfig, %s))", [indexing.configuration(language), words]
        )
        (tree,) = cursor.fetchone()
    return tree not in ("", "T")


def marked(texts: list[str], question: str, *, language: str) -> list[list[Piece]]:
    """Return each text in pieces, those apart that were looked for. The pieces are text, not markup."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ts_headline(%s::regconfig, text, websearch_to_tsquery(%s::regconfig, %s), %s)"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS given(text, place) ORDER BY place",
            [
                indexing.configuration(language),
                indexing.configuration(language),
                asked(question),
                f"HighlightAll=true, StartSel={_BEGIN}, StopSel={_END}",
                [indexing.folded(text) for text in texts],
            ],
        )
        answers = [answer for (answer,) in cursor.fetchall()]
    return [_pieces(text, answer) for text, answer in zip(texts, answers, strict=True)]


def _pieces(text: str, answer: str) -> list[Piece]:
    """Cut the text itself where the folded one has its marks."""
    pieces: list[Piece] = []
    place, is_found = 0, False
    for part in re.split(f"[{_BEGIN}{_END}]", answer):
        if part:
            pieces.append(Piece(text[place : place + len(part)], is_found))
        place += len(part)
        is_found = not is_found
    return pieces


def snippet(pieces: list[Piece]) -> list[Piece]:
    """Return the part of a text in which most different words were found; its beginning if none was."""
    starts: list[tuple[int, str]] = []
    place = 0
    for piece in pieces:
        if piece.is_found:
            starts.append((place, indexing.folded(piece.text).lower()[:_STEM]))
        place += len(piece.text)
    first = max(
        (start for start, _word in starts),
        key=lambda start: len({word for at, word in starts if start <= at < start + _AROUND - _BEFORE}),
        default=0,
    )
    return _cut(pieces, max(0, first - _BEFORE), place)


def _cut(pieces: list[Piece], begin: int, length: int) -> list[Piece]:
    whole = "".join(piece.text for piece in pieces)
    end = min(length, begin + _AROUND)
    # Cut between words, unless a word is longer than anything.
    begin = 0 if begin == 0 else max(begin, whole.find(" ", begin, begin + 30) + 1)
    end = end if end == length else max(whole.rfind(" ", end - 30, end), end - 30)
    cut: list[Piece] = [Piece("… ")] if begin else []
    place = 0
    for piece in pieces:
        part = piece.text[max(0, begin - place) : max(0, end - place)]
        place += len(piece.text)
        if part:
            # What stood apart on the page stays apart on one line.
            cut.append(Piece(part.replace("\n", " · "), piece.is_found))
    return cut + ([Piece(" …")] if end < length else [])
