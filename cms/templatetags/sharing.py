"""For pages' templates: what is told of a page elsewhere, and which issues stand beside one."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cms import sharing

register = template.Library()


@register.simple_tag(takes_context=True)
def shared(context: Context) -> sharing.Shared:
    """Return what is told of the page, or of the article that stands alone on it. Found out once for the whole page."""
    known = context.dicts[0]
    if "told" not in known:
        known["told"] = sharing.of(context["page"], context.get("article"))
    told: sharing.Shared = known["told"]
    return told


@register.simple_tag(takes_context=True)
def structured(context: Context, told: sharing.Shared) -> SafeString:
    """Put the page in schema.org's words into a block of data. It is no script: nothing runs it, and no policy asks."""
    words = sharing.structured(context["page"], context.get("article"), told)
    # Its < > and & are written as JSON's own escapes, so it holds no markup.
    data = SafeString(words)
    return format_html('<script type="application/ld+json">{}</script>', data) if words else SafeString("")


@register.simple_tag
def neighbours(issue: Any) -> dict[str, Any]:
    """Return the issue before and the issue after."""
    before, after = sharing.neighbours(issue)
    return {"before": before, "after": after}
