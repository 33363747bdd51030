"""What a supporter fills in on their own page. Kind words beside the field; what was typed is kept."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from core.money import AmountUnclear, currency_of, format_money, parse_amount, to_minor
from donations import offers, standing, wording
from donations.models import Donor, Subscription
from donations.models.giving import Interval
from organisation.models import Organisation

_LONGEST_PAUSE_DAYS = 365


class TermsForm(forms.Form):
    """Another amount or interval for a recurring gift."""

    amount = forms.CharField(
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "short"}),
        error_messages={
            "required": _("Write the amount in figures, for example 25."),
            "max_length": _("Write the amount in figures, for example 25."),
        },
    )
    interval = forms.ChoiceField(
        label=_("How often?"),
        choices=[(interval.value, interval.label) for interval in Interval if interval.months],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how often."), "invalid_choice": _("Choose how often.")},
    )

    def __init__(self, data: Any = None, *, subscription: Subscription) -> None:
        self._now = subscription
        self._unit = currency_of(subscription.currency)
        amount = f"{subscription.amount.amount.normalize():f}"
        super().__init__(data, initial={"amount": amount, "interval": subscription.interval}, label_suffix="")
        self.fields["amount"].label = _("Amount in %(currency)s") % {"currency": offers.currency_name(self._unit)}

    def clean_amount(self) -> Money:
        typed = str(self.cleaned_data["amount"]).upper().replace(self._unit.code, "").strip()
        try:
            money = parse_amount(typed, self._unit)
        except AmountUnclear as error:
            raise ValidationError(_("Write the amount in figures, for example 25.")) from error
        scale = offers.scale(self._unit)
        if not scale.least <= money.amount <= scale.most:
            raise ValidationError(
                _("Write an amount from %(least)s to %(most)s. To stop the gift, use its button “Stop”."),
                params={"least": self._written(scale.least), "most": self._written(scale.most)},
            )
        return money

    def _written(self, amount: Any) -> str:
        return format_money(Money(amount, self._unit), get_language() or "en", short=True)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        money, interval = cleaned.get("amount"), cleaned.get("interval")
        if money and (to_minor(money), interval) == (self._now.amount_minor, self._now.interval):
            self.add_error(None, _("This is what you give already. Nothing was changed."))
        return cleaned


class PauseForm(forms.Form):
    """Until when a recurring gift is to pause."""

    until = forms.DateField(
        label=_("Nothing is charged before"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "short"}),
        input_formats=["%Y-%m-%d"],
        error_messages={
            "required": _("Choose a day."),
            "invalid": _("Choose a day, or write it as year-month-day: 2030-01-31."),
        },
    )

    def __init__(self, data: Any = None, *, next_on: datetime | None, at: datetime) -> None:
        self._zone = ZoneInfo(Organisation.current().time_zone)
        self._next_on, self._latest = next_on, at.astimezone(self._zone).date() + timedelta(days=_LONGEST_PAUSE_DAYS)
        self._today = at.astimezone(self._zone).date()
        super().__init__(data, label_suffix="")
        self.fields["until"].widget.attrs |= {
            "min": (self._today + timedelta(days=1)).isoformat(),
            "max": self._latest.isoformat(),
        }

    def clean_until(self) -> datetime:
        """Return the beginning of the day, where the organisation is."""
        chosen = self.cleaned_data["until"]
        assert isinstance(chosen, date)  # noqa: S101 - a DateField's
        if chosen <= self._today:
            raise ValidationError(_("Choose a day to come."))
        if chosen > self._latest:
            raise ValidationError(_("A pause lasts a year at most. Choose an earlier day, or stop the gift."))
        until = datetime.combine(chosen, time.min, tzinfo=self._zone)
        if self._next_on and until <= self._next_on:
            raise ValidationError(
                _("The next payment is on %(day)s, so this pause would change nothing. Choose a later day."),
                params={"day": standing.day(self._next_on)},
            )
        return until


class DetailsForm(forms.Form):
    """Who a supporter is, for receipts."""

    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=120,
        help_text=_("As it is to stand on your receipts. Without one they carry your mail address."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    address = forms.CharField(
        label=_("Postal address"),
        required=False,
        max_length=400,
        help_text=_("Only if your tax office wants it on receipts. We send nothing there."),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "street-address"}),
    )

    def __init__(self, data: Any = None, *, donor: Donor) -> None:
        super().__init__(data, initial={"name": donor.name, "address": donor.address}, label_suffix="")

    def clean_name(self) -> str:
        """Keep one line: the name stands in letters and on paper."""
        name = " ".join(str(self.cleaned_data["name"]).split())
        if wording.has_web_address(name):
            raise ValidationError(_("A name has no web address in it."))
        return name

    def clean_address(self) -> str:
        lines = [" ".join(line.split()) for line in str(self.cleaned_data["address"]).splitlines()]
        return "\n".join(line for line in lines if line)


class EmailForm(forms.Form):
    """Another mail address."""

    email = forms.EmailField(
        label=_("New e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Write your new e-mail address."),
            "invalid": _("This does not look like an e-mail address. It needs an @ and a dot, as in ann@example.org."),
        },
    )

    def __init__(self, data: Any = None, *, donor: Donor) -> None:
        self._now = donor.email
        super().__init__(data, label_suffix="")

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        if email == self._now:
            raise ValidationError(_("This is the address that we have already."))
        return email


class EraseForm(forms.Form):
    """The one confirmation before a donor is erased."""

    is_sure = forms.BooleanField(
        label=_("I know that this cannot be taken back"),
        error_messages={"required": _("Tick the box if you are sure.")},
    )
