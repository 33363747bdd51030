"""What a visitor fills in to give: the amount, then who they are. Kind words beside the field; what was typed is kept."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_name
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from core.money import SIGNS, AmountUnclear, Currency, currency_of, decimals, format_money, parse_amount
from donations.models.giving import Interval
from ledger.models import Fund
from organisation.models import Organisation

PRESETS = (Decimal(10), Decimal(25), Decimal(50), Decimal(100))
LEAST, MOST = Decimal(1), Decimal(10_000)


def currency_name(unit: Currency) -> str:
    """Return the currency as one speaks of many of it: US dollars."""
    return str(get_currency_name(unit.code, count=2, locale=get_language() or "en"))


class AmountForm(forms.Form):
    """How much, how often, for what. Read from the address, so that any page can lead here by a plain form."""

    amount = forms.CharField(required=False, widget=forms.RadioSelect(attrs={"class": "choices-inline amounts"}))
    other = forms.CharField(
        label=_("Another amount"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "short"}),
        error_messages={"max_length": _("Write the amount in figures, for example 25.")},
    )
    interval = forms.ChoiceField(
        label=_("How often?"),
        choices=[
            (Interval.ONCE, _("Once")),
            (Interval.MONTH, _("Every month, until you stop")),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose whether you give once or every month."),
            "invalid_choice": _("Choose whether you give once or every month."),
        },
    )
    fund = forms.ModelChoiceField(
        label=_("For what?"),
        queryset=Fund.objects.none(),
        to_field_name="slug",
        empty_label=None,
        error_messages={
            "required": _("Choose what your gift is for."),
            "invalid_choice": _("There is no such fund. Choose one from the list."),
        },
    )
    campaign = forms.CharField(required=False, widget=forms.HiddenInput)
    currency = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, initial: Mapping[str, Any] | None = None) -> None:
        self.money_unit = currency_of(Organisation.current().currency)
        funds = Fund.objects.filter(is_public=True, currency=self.money_unit.code).order_by("pk")
        first = funds.first()
        usual = {"fund": first.slug} if first else {}
        super().__init__(
            None if data is None else usual | dict(data), initial=usual | dict(initial or {}), label_suffix=""
        )
        fund, amount = self.fields["fund"], self.fields["amount"]
        assert isinstance(fund, forms.ModelChoiceField)  # noqa: S101 - said above
        fund.queryset = funds
        if funds.count() < 2:
            fund.widget = forms.HiddenInput()
        amount.label = _("How much?")
        assert isinstance(amount.widget, forms.RadioSelect)  # noqa: S101 - said above
        amount.widget.choices = [
            (f"{preset:f}", format_money(Money(preset, self.money_unit), get_language() or "en", short=True))
            for preset in PRESETS
        ]
        self.fields["other"].help_text = _("In %(currency)s") % {"currency": currency_name(self.money_unit)}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "other" in cleaned and "amount" in cleaned:
            typed = cleaned["other"] or cleaned["amount"]
            try:
                self._check_currency(typed, cleaned.get("currency", ""))
                cleaned["money"] = self._money(typed)
            except ValidationError as error:
                self.add_error("other" if cleaned["other"] else "amount", error)
        return cleaned

    def clean_campaign(self) -> str:
        """Keep the campaign's short name if it looks like one; a gift is never refused for it."""
        typed = str(self.cleaned_data["campaign"])
        return typed if len(typed) <= 80 and typed.replace("-", "").replace("_", "").isalnum() else ""

    def _check_currency(self, typed: str, code: str) -> None:
        """Refuse amounts that name another currency: 25 € are not 25 dollars."""
        ours = self.money_unit.code
        signs = [meant for sign, meant in SIGNS.items() if sign in typed]
        letters = "".join(c for c in typed if c.isalpha()).upper()
        named = {letters} if len(letters) == 3 and any(c.isdigit() for c in typed) else set()
        if any(ours not in meant for meant in signs) or (named | {code.upper() or ours}) != {ours}:
            raise ValidationError(
                _("We can take gifts in %(currency)s only. Write the amount in that."),
                params={"currency": currency_name(self.money_unit)},
            )

    def _money(self, typed: str) -> Money:
        bare = typed.upper().replace(self.money_unit.code, "").strip()
        try:
            money = parse_amount(bare, self.money_unit)
        except AmountUnclear as error:
            raise ValidationError(self._reason(error.reason)) from error
        language = get_language() or "en"
        if money.amount < LEAST:
            raise ValidationError(
                _("The least we can take is %(least)s: below that, fees eat the gift."),
                params={"least": format_money(Money(LEAST, self.money_unit), language, short=True)},
            )
        if money.amount > MOST:
            raise ValidationError(
                _("This form takes up to %(most)s. For more, please write to us."),
                params={"most": format_money(Money(MOST, self.money_unit), language, short=True)},
            )
        return money

    def _reason(self, reason: str) -> str:
        decimals_allowed = decimals(self.money_unit)
        return str(
            {
                "empty": _("Choose an amount, or type another one."),
                "negative": _("The amount must be more than zero."),
                "zero": _("The amount must be more than zero."),
                "decimals": _("Write at most %(places)s figures after the point.") % {"places": decimals_allowed}
                if decimals_allowed
                else _("Write a whole number."),
            }.get(reason, _("Write the amount in figures, for example 25."))
        )


class DonorForm(forms.Form):
    """Who gives: where the receipt goes, and the name on it."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Your receipt goes here, and the link to all your gifts."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Write your e-mail address: your receipt goes there."),
            "invalid": _("This does not look like an e-mail address. It needs an @ and a dot, as in ann@example.org."),
        },
    )
    name = forms.CharField(
        label=_("Name"),
        help_text=_("As it should stand on the receipt."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write the name that should stand on the receipt.")},
    )

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if "://" in name or "www." in name.lower():
            raise ValidationError(_("A name has no web address in it."))
        return name


class GivingLinkForm(forms.Form):
    """Where to send the link to a supporter's own page."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The one your receipts come to."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Write the e-mail address that your receipts come to."),
            "invalid": _("This does not look like an e-mail address. It needs an @ and a dot, as in ann@example.org."),
        },
    )


def choice(query: QueryDict) -> dict[str, str]:
    """Return what an address or a form says of the gift. An amount that is no preset stands in the free field."""
    data = {name: query.get(name, "").strip() for name in ("amount", "other", "interval", "campaign", "currency")}
    if data["amount"] == "other":
        data["amount"] = ""
    if data["amount"] not in {f"{preset:f}" for preset in PRESETS} and not data["other"]:
        data["amount"], data["other"] = "", data["amount"]
    fund = query.get("fund", "").strip()
    if fund:
        data["fund"] = fund
    return data


def hidden_choice(form: AmountForm) -> dict[str, str]:
    """Return a valid choice in its plain form, for the next screen's hidden fields and for addresses."""
    cleaned = form.cleaned_data
    plain = {
        "amount": f"{cleaned['money'].amount.normalize():f}",
        "interval": str(cleaned["interval"]),
        "fund": cleaned["fund"].slug,
        "campaign": cleaned["campaign"],
    }
    return {name: value for name, value in plain.items() if value}
