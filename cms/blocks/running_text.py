"""Blocks of running text: paragraphs, lists, links, and texts that are used again."""

from typing import Any

from bs4 import BeautifulSoup
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.rich_text import RichText, expand_db_html
from wagtail.snippets.blocks import SnippetChooserBlock

from cms.blocks import addresses, plain
from cms.blocks.written_once import Way, WrittenOnce, way_of

# What running text may hold. WordPress's text is brought to the same measure (cms/wordpress/cleaning.py).
TEXT_FEATURES = ["bold", "italic", "link", "document-link", "ol", "ul"]


def in_letter(source: str, context: dict[str, Any]) -> dict[str, Any]:
    """Return what a letter's template shows of rich text: ``html`` with whole addresses, or ``words`` with notes.

    On the web, nothing: there Wagtail sets it.
    """
    way = way_of(context)
    if way == Way.EMAIL:
        return {"html": SafeString(_with_whole_addresses(expand_db_html(source), context["page_address"]))}
    if way == Way.TEXT:
        words = plain.from_rich_text(
            expand_db_html(source), notes=context["notes"], page_address=context["page_address"]
        )
        return {"words": words}
    return {}


def _with_whole_addresses(html: str, page_address: str) -> str:
    soup = BeautifulSoup(html, "html.parser")
    for link in soup.find_all("a"):
        if href := link.get("href"):
            link["href"] = addresses.whole(str(href), page_address=page_address)
        else:
            link.unwrap()  # It leads to a page that is gone.
    return str(soup)


class TextBlock(WrittenOnce, blocks.RichTextBlock):
    """Running text of the site's measure: paragraphs, lists, links."""

    def __init__(self, **options: Any) -> None:
        super().__init__(features=TEXT_FEATURES, **options)

    class Meta:
        label = _("Text")
        icon = "pilcrow"
        template = "cms/blocks/text.html"
        description = _("Paragraphs, lists and links")

    def get_preview_value(self) -> RichText:
        return RichText(str(_("<p>We are workers. We help each other <b>before</b> we ask others for help.</p>")))

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Add what a letter shows."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        return context | in_letter(value.source, context)


class StandingTextBlock(WrittenOnce, blocks.StructBlock):
    """A text that is kept in one place and used in many."""

    text = SnippetChooserBlock("cms.StandingText", label=_("Standing text"))

    class Meta:
        label = _("Standing text")
        icon = "snippet"
        template = "cms/blocks/standing_text.html"
        preview_template = "cms/blocks/standing_text_preview.html"
        description = _("A text that is kept in one place and used again: who we are, how to reach us")

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Add what a letter shows. A text that was deleted since leaves nothing."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        text = value.get("text")
        return context | (in_letter(text.body, context) if text else {})


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("Question"), max_length=200)
    answer = blocks.RichTextBlock(label=_("Answer"), features=TEXT_FEATURES)

    class Meta:
        label = _("Question and answer")
        icon = "help"
        label_format = "{question}"
        description = _("A question that people ask, and its answer")
        preview_value = {
            "question": _("Can I stop a monthly gift?"),
            "answer": "",
        }


# Migrations know it by the package's name, wherever in the package it stands.
DECONSTRUCT_ALIASES = {TextBlock: "cms.blocks.TextBlock"}
