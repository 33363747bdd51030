"""What the templates of every package use: money in the reader's language, and the token of a public form."""

from contextlib import suppress
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_info, override
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


@register.simple_tag
def once(part: str, **values: Any) -> SafeString:
    """Include a part of the page that is made of these values and the language, and of nothing else.

    A process renders it once and keeps it: ``{% once "components/footer.html" name=organisation.name %}``. For what
    all visitors see: nothing of theirs belongs here.
    """
    # Types count: a text that is markup equals one that is not.
    return _rendered(part, get_language(), tuple((key, type(value), value) for key, value in values.items()))


@lru_cache(maxsize=500)
def _rendered(part: str, _language: str | None, values: tuple[tuple[str, type, Any], ...]) -> SafeString:
    return render_to_string(part, {key: value for key, _, value in values})


@register.simple_tag(takes_context=True)
def other_languages(context: Context) -> list[tuple[str, str, str]]:
    """Return the code, own name and address of this same page in each other language.

    What the address asks for goes along, so that a choice is not lost; not on a page whose context says
    ``forgets_query``: there it is nothing to pass on.
    """
    codes = [code for code, _ in settings.LANGUAGES if code != get_language()]
    return [(code, capfirst(get_language_info(code)["name_local"]), _in_language(context, code)) for code in codes]


def _in_language(context: Context, code: str) -> str:
    request = context.get("request")
    if request is None:
        return translate_url("/", code)
    address: str = request.path if context.get("forgets_query") else request.get_full_path()
    match = request.resolver_match
    if match is None:
        return translate_url(address, code)
    # translate_url would find out anew which view the address leads to, for every page.
    path, mark, query = address.partition("?")
    with override(code), suppress(NoReverseMatch):
        path = reverse(match.view_name, args=match.args, kwargs=match.kwargs)
    return f"{path}{mark}{query}"
