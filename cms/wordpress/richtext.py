"""Text as Wagtail's editor keeps it: written as XHTML and passed once through the editor's own converter.

The converter stops at ``<br>`` and at tags that are not closed, and so would the editor when the page is opened.
"""

import re
from html import escape

from bs4 import BeautifulSoup
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from cms.blocks import TEXT_FEATURES


class TextLost(Exception):
    """The converter gave back other words than it was given."""


def settle(xhtml: str) -> str:
    """Return the text as the editor would save it.

    :param xhtml: paragraphs and lists, every tag closed
    :raises TextLost: if a word would be lost or changed
    """
    converter = ContentstateConverter(features=TEXT_FEATURES)
    settled = str(converter.to_database_format(converter.from_database_format(xhtml)))
    # The editor's keys for paragraphs are random; without them, the same text gives the same bytes.
    settled = re.sub(r' data-block-key="[^"]*"', "", settled)
    if words(settled) != words(xhtml):
        raise TextLost(words(xhtml)[:80])
    return settled


def words(markup: str) -> str:
    """Return the bare words of a piece of markup."""
    return " ".join(BeautifulSoup(markup, "html.parser").get_text(" ").split()).replace(" ", "")


def bare(xhtml: str) -> str:
    """Return the same words as plain paragraphs."""
    lines = [part.get_text(" ") for part in BeautifulSoup(xhtml, "html.parser").find_all(["p", "li"])]
    return "".join(f"<p>{escape(' '.join(line.split()), quote=False)}</p>" for line in lines if line.strip())
