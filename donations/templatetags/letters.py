"""The words of a letter stand in one file, as plain text; here they become a letter's HTML or its text."""

import re

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.money import format_money
from donations.models import Receipt
from donations.paper import receipt as printed

register = template.Library()


def _paragraphs(words: str) -> list[str]:
    """Split where there is an empty line, as often as there is one: what an ``if`` left out leaves several."""
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", words.strip()) if part.strip()]


@register.filter
def paragraphs(words: SafeString) -> SafeString:
    """Make HTML of words: ``{% filter paragraphs %}{% include words %}{% endfilter %}``; they were escaped by then."""
    return format_html_join("\n  ", "<p>{}</p>", ((SafeString(part),) for part in _paragraphs(words)))


@register.filter
def as_text(words: SafeString) -> SafeString:
    """Make plain text of words, with one empty line between paragraphs."""
    return SafeString("\n\n".join(_paragraphs(words)))


@register.filter
def text_after(words: SafeString) -> SafeString:
    """Make plain text of words that may be none, to stand under something else."""
    return SafeString("".join(f"\n\n{part}" for part in _paragraphs(words)))


@register.filter
def given(receipt: Receipt) -> str:
    """Return what was given as the receipt says it: the sum; of goods whose value it does not state, what they are."""
    if printed.states_value(receipt.snapshot):
        return format_money(receipt.amount)
    return receipt.snapshot.get("goods") or _("Goods or services")
