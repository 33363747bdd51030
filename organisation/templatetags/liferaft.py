"""What the templates of every package use: money in the reader's language, and the token of a public form."""

from django import template
from django.template.context import Context
from django.urls import translate_url
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from moneyed import Money

from core import formtoken
from core.money import format_money

register = template.Library()


@register.filter
def money(amount: Money) -> str:
    """Write an amount: ``{{ gift.amount|money }}`` gives $25.00."""
    return format_money(amount, get_language() or "en")


@register.filter
def short_money(amount: Money) -> str:
    """Write an amount without the decimals of whole ones: $25."""
    return format_money(amount, get_language() or "en", short=True)


@register.simple_tag
def form_token(purpose: str) -> SafeString:
    """Give a public form its hidden, ageing token: ``{% form_token "donations.checkout" %}``. No cookie is involved."""
    return format_html('<input type="hidden" name="{}" value="{}">', formtoken.FIELD, formtoken.issue(purpose))


@register.simple_tag(takes_context=True)
def in_language(context: Context, code: str) -> str:
    """Give the address of this same page in another language: ``{% in_language "es" %}``.

    What the address asks for goes along, so that a choice is not lost; not on a page whose context says
    ``forgets_query``: there it is nothing to pass on.
    """
    request = context.get("request")
    if request is None:
        return translate_url("/", code)
    return translate_url(request.path if context.get("forgets_query") else request.get_full_path(), code)
