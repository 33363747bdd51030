"""For any page: the gift form, a plain GET form without token or cookie, and the thank-you wall. Both may be cached."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template.context import Context
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from moneyed import Money

from core import shown
from core.money import currency_of, format_money
from donations import forms, offers
from donations.models import WallEntry
from ledger.models import Fund
from organisation.models import Organisation

register = template.Library()

_ON_THE_WALL = 30


@register.inclusion_tag("donations/form.html", takes_context=True)
def donation_form(
    context: Context,
    *,
    fund: Fund | str | None = None,
    campaign: str = "",
    levels: Iterable[tuple[Money | Decimal | int, str]] = (),
    title: str = "",
) -> dict[str, Any]:
    """Show the form: ``{% donation_form fund=page.fund campaign=page.slug levels=page.amounts %}``.

    :param levels: amounts with what each does; without them the usual presets
    :param title: the heading; a page that has its own leaves it out
    """
    unit = currency_of(fund.currency if isinstance(fund, Fund) else Organisation.current().currency)
    language = get_language() or "en"
    shown = list(levels) or [(preset, "") for preset in offers.scale(unit).presets]
    fund_slug = fund.slug if isinstance(fund, Fund) else fund or ""
    place = {name: value for name, value in (("fund", fund_slug), ("campaign", campaign)) if value}
    return {
        "choices": [
            (
                f"{_decimal(amount).normalize():f}",
                format_money(Money(_decimal(amount), unit), language, short=True),
                words,
            )
            for amount, words in shown
        ],
        "intervals": forms.INTERVALS,
        "place": place,
        "title": title,
        "currency": offers.currency_name(unit),
        "other_currencies": [
            (offers.currency_name(other), urlencode(place | {"currency": other.code.lower()}))
            for other in offers.currencies()
            if other != unit
        ],
        "LANGUAGE_CODE": language,
        "request": context.get("request"),
    }


@register.inclusion_tag("donations/wall.html", takes_context=True)
def thank_you_wall(context: Context, *, campaign: str = "", title: str = "") -> dict[str, Any]:
    """Show the newest names and messages that somebody has read and let through; of all campaigns if none is named.

    :param title: the heading, if it is not to thank
    """
    shown.note("wall")
    approved = WallEntry.objects.shown().order_by("-pk")
    entries = list((approved.filter(checkout__campaign=campaign) if campaign else approved)[:_ON_THE_WALL])
    return {
        "messages": [entry for entry in entries if entry.message],
        "names": [entry.name for entry in entries if not entry.message],
        "title": title or _("Thank you"),
        "LANGUAGE_CODE": get_language() or "en",
        "request": context.get("request"),
    }


def _decimal(amount: Money | Decimal | int) -> Decimal:
    return amount.amount if isinstance(amount, Money) else Decimal(amount)
