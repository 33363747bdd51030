"""What staff type about people and the organisation."""

import zoneinfo
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.money import AmountUnclear, currency_of
from organisation.models import LegalEntity, Organisation, User
from organisation.roles import ROLES


def _role_choices() -> list[tuple[str, str]]:
    return [(role.slug, f"{role.name}: {role.purpose}") for role in ROLES.values()]


class RolesForm(forms.Form):
    """Which roles a person holds."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=_role_choices, widget=forms.CheckboxSelectMultiple, required=False
    )


class PersonForm(RolesForm):
    """A new member of staff."""

    name = forms.CharField(label=_("Name"), max_length=120)
    username = forms.CharField(label=_("User name"), max_length=150, validators=[UnicodeUsernameValidator()])
    email = forms.EmailField(label=_("Mail address"), help_text=_("The link to set a password goes here."))

    field_order = ["name", "username", "email", "roles"]


class NewPasswordForm(forms.Form):
    """A password, typed twice."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. A few unrelated words are good and easy to keep in mind."),
    )
    again = forms.CharField(
        label=_("The same once more"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> None:
        super().clean()
        password, again = self.cleaned_data.get("password"), self.cleaned_data.get("again")
        if password and again and password != again:
            self.add_error("again", _("The two passwords differ."))


def _check_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("There is no time zone of this name. Write it like America/New_York."))


class OrganisationForm(forms.ModelForm[Organisation]):
    """Who we are."""

    class Meta:
        model = Organisation
        fields = ["name", "tagline", "email", "time_zone", "currency", "gift_currencies"]

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"]
        _check_zone(name)
        return name

    def clean_currency(self) -> str:
        return _currency_code(self.cleaned_data["currency"])

    def clean_gift_currencies(self) -> str:
        """Keep each code once, in the order they were written; commas are as good as spaces."""
        codes = [_currency_code(code) for code in self.cleaned_data["gift_currencies"].replace(",", " ").split()]
        return " ".join(code for code in dict.fromkeys(codes) if code != self.cleaned_data.get("currency"))


def _currency_code(typed: str) -> str:
    try:
        return str(currency_of(typed).code)
    except AmountUnclear as error:
        raise ValidationError(
            _("There is no currency of the code %(code)s. Write it like USD."), params={"code": typed}
        ) from error


class LegalEntityForm(forms.ModelForm[LegalEntity]):
    """A body that issues receipts. Receipts that were issued keep what they say."""

    class Meta:
        model = LegalEntity
        fields = [
            "name",
            "address",
            "tax_number",
            "wording",
            "place",
            "signatory",
            "receipt_prefix",
            "paper_size",
            "says_amount_in_words",
            "time_zone",
        ]

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"]
        _check_zone(name)
        return name


class TrailForm(forms.Form):
    """Which events of the audit trail to show."""

    action = forms.CharField(label=_("Deed begins with"), max_length=60, required=False)
    actor = forms.ModelChoiceField(
        label=_("Who"), queryset=User.objects.order_by("name", "username"), required=False, empty_label=_("All")
    )
    object_id = forms.CharField(label=_("Number of the object"), max_length=60, required=False)
