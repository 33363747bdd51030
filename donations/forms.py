"""What a visitor fills in to give: the amount, then who they are. Kind words beside the field; what was typed is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from core.money import SIGNS, AmountUnclear, Currency, format_money
from donations import offers, wording
from donations.models.giving import Interval
from ledger.models import Fund

_NO_ADDRESS = {"name": _("A name has no web address in it."), "message": _("Leave out web addresses, please.")}
_CHOICE = ("amount", "other", "interval", "fund", "campaign", "currency")
INTERVALS = [
    (Interval.ONCE.value, _("Once")),
    (Interval.MONTH.value, _("Every month, until you stop")),
    (Interval.QUARTER.value, _("Every three months, until you stop")),
    (Interval.YEAR.value, _("Every year, until you stop")),
]
_HOW_OFTEN = {
    "required": _("Choose how often you give: once, or again and again."),
    "invalid_choice": _("Choose how often you give: once, or again and again."),
}


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
        choices=INTERVALS,
        widget=forms.RadioSelect,
        error_messages=_HOW_OFTEN,
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
        self.money_units = offers.currencies()
        self.money_unit, self.is_refused = self._unit(str((data or initial or {}).get("currency", "")))
        funds = Fund.objects.filter(is_public=True, currency=self.money_units[0].code).order_by("pk")
        first = funds.first()
        usual = {"fund": first.slug} if first else {}
        # A currency that we do not take is named once; the next try is in one that we do.
        always = {"currency": self.money_unit.code.lower()}
        self.scale = offers.scale(self.money_unit)
        super().__init__(
            None if data is None else usual | self._placed(data) | always,
            initial=usual | self._placed(initial or {}) | always,
            label_suffix="",
        )
        fund = self.fields["fund"]
        assert isinstance(fund, forms.ModelChoiceField)  # noqa: S101 - said above
        fund.queryset = funds
        if funds.count() < 2:
            fund.widget = forms.HiddenInput()
        self._offer_amounts()

    def _unit(self, code: str) -> tuple[Currency, bool]:
        """Return the currency of this gift, and whether another one was asked for."""
        wanted = next((unit for unit in self.money_units if unit.code == code.upper()), None)
        return wanted or self.money_units[0], bool(code) and wanted is None

    def _placed(self, choice: Mapping[str, Any]) -> dict[str, Any]:
        """Let an amount that is no preset stand in the free field."""
        placed = dict(choice)
        is_preset = placed.get("amount") in {f"{preset:f}" for preset in self.scale.presets}
        if placed.get("amount") and not is_preset and not placed.get("other"):
            placed["other"] = placed.pop("amount")
        return placed

    def _offer_amounts(self) -> None:
        amount, other = self.fields["amount"], self.fields["other"]
        amount.label = _("How much?")
        assert isinstance(amount.widget, forms.RadioSelect)  # noqa: S101 - said above
        amount.widget.choices = [(f"{preset:f}", self._short(preset)) for preset in self.scale.presets]
        other.help_text = _("In %(currency)s") % {"currency": offers.currency_name(self.money_unit)}
        if not self.scale.presets:
            amount.widget = forms.HiddenInput()
            other.label = _("How much?")

    def _short(self, amount: Decimal) -> str:
        return format_money(Money(amount, self.money_unit), get_language() or "en", short=True)

    def other_currencies(self) -> list[tuple[str, str]]:
        """Return code and name of each further currency one may give in."""
        return [(unit.code.lower(), offers.currency_name(unit)) for unit in self.money_units if unit != self.money_unit]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "other" in cleaned and "amount" in cleaned:
            typed = cleaned["other"] or cleaned["amount"]
            try:
                self._check_currency(typed)
                cleaned["money"] = self._money(typed)
            except ValidationError as error:
                is_free = cleaned["other"] or not self.scale.presets
                self.add_error("other" if is_free else "amount", error)
        return cleaned

    def clean_campaign(self) -> str:
        """Keep the campaign's short name if it looks like one; a gift is never refused for it."""
        typed = str(self.cleaned_data["campaign"])
        return typed if len(typed) <= 80 and typed.replace("-", "").replace("_", "").isalnum() else ""

    def _check_currency(self, typed: str) -> None:
        """Refuse amounts that name another currency: 25 € are not 25 dollars."""
        ours = self.money_unit.code
        signs = [meant for sign, meant in SIGNS.items() if sign in typed]
        letters = "".join(c for c in typed if c.isalpha()).upper()
        named = {letters} if len(letters) == 3 and any(c.isdigit() for c in typed) else set()
        if not self.is_refused and all(ours in meant for meant in [*signs, *([named] if named else [])]):
            return
        offered = {unit.code for unit in self.money_units}
        if not self.is_refused and all(offered & meant for meant in [*signs, *([named] if named else [])]):
            raise ValidationError(
                _("This form is in %(currency)s now. Choose the currency first, then write the amount."),
                params={"currency": offers.currency_name(self.money_unit)},
            )
        raise ValidationError(
            _("We can take gifts in %(currency)s only. Write the amount in that."),
            params={"currency": offers.names(self.money_units)},
        )

    def _money(self, typed: str) -> Money:
        bare = typed.upper().replace(self.money_unit.code, "").strip()
        try:
            money = offers.read(bare, self.money_unit)
        except AmountUnclear as error:
            raise ValidationError(self._reason(error.reason)) from error
        if money.amount < self.scale.least:
            raise ValidationError(
                _("The least we can take is %(least)s: below that, fees eat the gift."),
                params={"least": self._short(self.scale.least)},
            )
        if money.amount > self.scale.most:
            raise ValidationError(
                _("This form takes up to %(most)s. For more, please write to us."),
                params={"most": self._short(self.scale.most)},
            )
        return money

    def _reason(self, reason: str) -> str:
        places = offers.places(self.money_unit)
        return str(
            {
                "empty": _("Choose an amount, or type another one."),
                "negative": _("The amount must be more than zero."),
                "zero": _("The amount must be more than zero."),
                "decimals": _("Write at most %(places)s figures after the point.") % {"places": places}
                if places
                else _("Write a whole number."),
            }.get(reason, _("Write the amount in figures, for example 25."))
        )


@dataclass(frozen=True)
class Extra:
    """A part of the form that most people leave closed."""

    title: str
    fields: list[forms.BoundField]
    is_open: bool


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

    wall_name = forms.CharField(
        label=_("Name to show"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    message = forms.CharField(
        label=_("Message"),
        help_text=_("At most 280 characters, without web addresses."),
        required=False,
        max_length=280,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    honouree = forms.CharField(
        label=_("In honour of"),
        help_text=_("The name stands on your receipt. We write to nobody but you."),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    employer = forms.CharField(
        label=_("Employer"),
        help_text=_("Many employers double what their people give. Your own page will have a letter to hand in there."),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )

    def clean(self) -> dict[str, Any]:
        """Names and messages are read by others: spaces are made even, adverts stay out."""
        cleaned = super().clean() or {}
        for name in ("name", "wall_name", "message", "honouree", "employer"):
            words = cleaned[name] = " ".join(str(cleaned.get(name, "")).split())
            if wording.has_web_address(words, may_be_called_so=name == "employer"):
                self.add_error(name, _NO_ADDRESS["message" if name == "message" else "name"])
        return cleaned

    def extras(self) -> list[Extra]:
        """Return the optional parts, each open if something is in it."""
        return [
            self._extra(str(_("Show my name or a message on the thank-you wall")), "wall_name", "message"),
            self._extra(str(_("Give in honour of somebody")), "honouree"),
            self._extra(str(_("My employer may match my gift")), "employer"),
        ]

    def _extra(self, title: str, *names: str) -> Extra:
        fields = [self[name] for name in names]
        return Extra(title, fields, is_open=any(field.value() or field.errors for field in fields))


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
    """Return what an address or a form says of the gift: only what it does say."""
    data = {name: query.get(name, "").strip() for name in _CHOICE}
    if data["amount"] == "other":
        data["amount"] = ""
    return {name: value for name, value in data.items() if value}


def hidden_choice(form: AmountForm) -> dict[str, str]:
    """Return a valid choice in its plain form, for the next screen's hidden fields and for addresses."""
    cleaned = form.cleaned_data
    plain = {
        "amount": f"{cleaned['money'].amount.normalize():f}",
        "currency": form.money_unit.code.lower(),
        "interval": str(cleaned["interval"]),
        "fund": cleaned["fund"].slug,
        "campaign": cleaned["campaign"],
    }
    return {name: value for name, value in plain.items() if value}
