"""A form's field for an amount of money: as a person types it, with a sentence for each way to mistype it."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from core.money import AmountUnclear, currency_of, format_money, parse_amount

_UNCLEAR = {
    "empty": _("Please type an amount, for example 80."),
    "letters": _("Please type the amount in digits, for example 80."),
    "currency": _("Please type the amount in digits, for example 80."),
    "negative": _("Please type an amount above zero."),
    "zero": _("Please type an amount above zero."),
    "decimals": _("Please type at most two digits after the point, for example 80.50."),
}


def short(money: Money) -> str:
    """Return an amount without the digits after the point where there are none."""
    return format_money(money, get_language() or "en", short=True)


class AmountField(forms.CharField):
    """An amount of money in one currency, as a person types it. What was typed is kept on an error."""

    def __init__(self, *, most: Money, too_much: str | Promise, **kwargs: Any) -> None:
        """
        :param too_much: what to say of an amount above ``most``, which it may name as ``%(most)s``
        """
        super().__init__(max_length=20, error_messages={"required": _UNCLEAR["empty"]}, **kwargs)
        self.currency = most.currency.code
        self.most = most
        self.too_much = too_much
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off", "class": "short"}

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed and not self.required:
            return None
        if any(sign in typed for sign in "€£¥₹") and currency_of(self.currency).code == "USD":
            raise forms.ValidationError(_("Please type the amount in US dollars."), code="currency")
        try:
            money = parse_amount(typed, self.currency)
        except AmountUnclear as problem:
            raise forms.ValidationError(_UNCLEAR[problem.reason], code=problem.reason) from problem
        if money > self.most:
            raise forms.ValidationError(str(self.too_much), code="large", params={"most": short(self.most)})
        return money
