"""Takes the words of published pages to where a search finds them.

Publishing does it at once; the sweep finds pages that came in another way (an import, a backup, a new language).
A word is written here as it is looked for: without accents, and with a space for whatever is no letter and no digit.
Folding keeps the length of a text, so that a place found in the folded text is the place in the text itself.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add
from typing import Any

from django.conf import settings
from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from wagtail import blocks
from wagtail.images.blocks import ImageBlock
from wagtail.models import Page
from wagtail.rich_text import RichText, get_text_for_indexing
from wagtail.search import index

from cms.blocks import OnlyBlock
from cms.models import NewsletterIssuePage, SearchText

# PostgreSQL's dictionaries for the languages of the site; a language without one is looked for word by word.
CONFIGURATIONS = {"en": "english", "es": "spanish"}
# Where a block keeps an address. It is not what a reader reads.
_ADDRESSES = {"address", "slug"}
# PostgreSQL takes a megabyte of words; no article has a tenth of that.
_MOST = 200_000
_AT_ONCE = 100  # pages that one sweep takes in


class _Folding(dict[int, str]):
    """One character for each character: its letter without accents, a space for what is neither letter nor digit."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if not character.isalnum() and not unicodedata.category(character).startswith("M"):
            folded = " "
        else:
            letters = [each for each in unicodedata.normalize("NFD", character) if not unicodedata.combining(each)]
            folded = letters[0] if len(letters) == 1 else character
        self[code] = folded
        return folded


_FOLDING = _Folding()


def plain(text: str) -> str:
    """Return the text in one spelling of each letter, on one line."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("\0", " ").split())


def folded(text: str) -> str:
    """Return the text as its words are looked for, of the same length."""
    return text.translate(_FOLDING)


def configuration(language: str) -> str:
    """Return the name of PostgreSQL's dictionary for a language."""
    return CONFIGURATIONS.get(language, "simple")


def passages(content: Any) -> list[str]:
    """Return what a reader reads of blocks or of rich text, each text on one line."""
    if isinstance(content, blocks.StreamValue):
        texts: Iterable[str] = _passages(content.stream_block, content)
    else:
        texts = [get_text_for_indexing(str(content or ""))]
    return [text for text in map(plain, texts) if text]


@dataclass(frozen=True)
class _Find:
    """What becomes one row a language."""

    article: str
    headline: str
    byline: str
    headings: list[str]
    passages: list[str]
    date: date | None


def take_in(instance: Page, **_signal: Any) -> None:
    """Take in a page as it was just published. Also a receiver of Wagtail's signal."""
    finds = list(_finds(instance.specific))
    with transaction.atomic():
        # Two who publish the same page at once come one after the other.
        Page.objects.select_for_update(no_key=True).get(pk=instance.pk)
        SearchText.objects.filter(page_id=instance.pk).delete()
        SearchText.objects.bulk_create(
            _row(instance, find, language) for find in finds for language, _name in settings.LANGUAGES
        )


def catch_up() -> int:
    """Take in published pages that are not there as they are now.

    :returns: how many
    """
    late = list(_late().order_by("pk")[:_AT_ONCE])
    for page in late:
        take_in(page)
    return len(late)


def _late() -> QuerySet[Page]:
    taken = SearchText.objects.filter(Q(page=OuterRef("pk"), article="")).filter(
        Q(made_from=OuterRef("last_published_at")) | Q(made_from=None, page__last_published_at=None)
    )
    missing = reduce(
        lambda one, other: one | other, (~Q(Exists(taken.filter(language=code))) for code, _ in settings.LANGUAGES)
    )
    pages: QuerySet[Page] = Page.objects.live().filter(missing, depth__gt=1)
    return pages


def _row(page: Page, find: _Find, language: str) -> SearchText:
    text = "\n".join(find.passages)[:_MOST]
    weights = [
        (find.headline, "B" if find.article else "A"),
        (" ".join([find.byline, *find.headings]), "C"),
        (text, "D"),
    ]
    vectors = [
        SearchVector(Value(folded(words)), config=configuration(language), weight=weight) for words, weight in weights
    ]
    return SearchText(
        page_id=page.pk,
        article=find.article,
        language=language,
        headline=find.headline,
        byline=find.byline,
        text=text,
        date=find.date,
        made_from=page.last_published_at,
        vector=reduce(add, vectors),
    )


def _finds(page: Any) -> Iterator[_Find]:
    """Give the page, and each article of an issue."""
    issue = page if isinstance(page, NewsletterIssuePage) else None
    contents = [getattr(page, name) for name in _searched(page, but={"title", "articles"})]
    yield _Find(
        "",
        plain(page.title),
        "",
        [heading for content in contents if isinstance(content, blocks.StreamValue) for heading in _headings(content)],
        [text for content in contents for text in passages(content)],
        issue.date if issue else None,
    )
    for child in issue.articles if issue else []:
        if child.value["slug"]:
            body = child.value["body"]
            yield _Find(
                child.value["slug"],
                plain(child.value["headline"]),
                plain(child.value["byline"] or ""),
                _headings(body),
                passages(body),
                issue.date if issue else None,
            )


def _searched(page: Page, *, but: set[str]) -> list[str]:
    """Return the fields that the page's type names for Wagtail's own search."""
    named = (field.field_name for field in page.get_search_fields() if isinstance(field, index.SearchField))
    return [name for name in named if name not in but]


def _headings(stream: Any) -> list[str]:
    found = []
    for child in stream:
        if child.block_type == "heading":
            found.append(plain(child.value["text"]))
        elif isinstance(child.block, OnlyBlock):
            found += [heading for _block, body in _parts(child.block, child.value) for heading in _headings(body)]
    return found


def _passages(block: blocks.Block, value: Any) -> Iterator[str]:
    """Give what a reader reads, in its order: no choices, no addresses, no pictures."""
    if isinstance(block, blocks.RichTextBlock):
        yield get_text_for_indexing(value.source if isinstance(value, RichText) else str(value or ""))
    elif isinstance(block, blocks.CharBlock | blocks.TextBlock):
        yield str(value or "")
    elif value is not None and not isinstance(block, ImageBlock):
        for inner, inner_value in _parts(block, value):
            yield from _passages(inner, inner_value)


def _parts(block: blocks.Block, value: Any) -> list[tuple[blocks.Block, Any]]:
    if isinstance(block, blocks.StreamBlock):
        return [(child.block, child.value) for child in value]
    if isinstance(block, blocks.ListBlock):
        return [(child.block, child.value) for child in value.bound_blocks]
    if isinstance(block, OnlyBlock):
        return [(block.child_blocks["body"], value["body"])] if value["where"] == "web" else []
    if isinstance(block, blocks.StructBlock):
        return [(inner, value.get(name)) for name, inner in block.child_blocks.items() if name not in _ADDRESSES]
    return []
