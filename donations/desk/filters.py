"""What the filters of the desk's lists have in common: days, money, donors, and fields that stand behind "More"."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core.money import AmountUnclear, parse_amount, to_minor
from donations.models import Donor, Payment
from ledger.models import Fund
from organisation.models import Organisation

ALL = ("", _("All"))


class Day(forms.DateField):
    """A day, picked from the browser's calendar."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    # Near the ends of the calendar there is no day after, and in some time zones none before.
    default_validators: list[Callable[[Any], None]] = [
        MinValueValidator(date(1900, 1, 1)),
        MaxValueValidator(date(2999, 12, 31)),
    ]


def start_of(day: date) -> datetime:
    """Return when a day began where the organisation is."""
    return datetime.combine(day, time(), ZoneInfo(Organisation.current().time_zone))


def end_of(day: date) -> datetime:
    return start_of(day + timedelta(days=1))


def currencies() -> list[str]:
    """Return the currencies that gifts may come in or came in, the organisation's own first."""
    organisation = Organisation.current()
    of_funds = Fund.objects.order_by("currency").values_list("currency", flat=True).distinct()
    of_gifts = Payment.objects.order_by("given_currency").values_list("given_currency", flat=True).distinct()
    return list(dict.fromkeys([organisation.currency, *organisation.gift_currencies.split(), *of_funds, *of_gifts]))


class Filter(forms.Form):
    """What all filters have. ``less_used``: fields that stand behind "More"."""

    less_used: Iterable[str] = ()

    def first(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in set(self.less_used)]

    def more(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name in set(self.less_used)]

    def uses_more(self) -> bool:
        return any(self.data.get(name) for name in self.less_used)

    def wanted(self, name: str) -> Any:
        """What was asked for; nothing, if a field of the form makes no sense."""
        return self.cleaned_data.get(name) if self.is_valid() else None

    def between(self, field: str, since: str, until: str) -> Q:
        """The rows whose time lies between two days, both included."""
        found = Q()
        if self.wanted(since):
            found &= Q(**{f"{field}__gte": start_of(self.wanted(since))})
        if self.wanted(until):
            found &= Q(**{f"{field}__lt": end_of(self.wanted(until))})
        return found


class MoneyFilter(Filter):
    """Filters with fund, campaign, currency and amounts."""

    fund = forms.ModelChoiceField(
        label=_("Fund"), queryset=Fund.objects.order_by("pk"), required=False, empty_label=_("All")
    )
    campaign = forms.ChoiceField(label=_("Campaign"), required=False)
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    least = forms.CharField(label=_("At least"), required=False, max_length=20)
    most = forms.CharField(label=_("At most"), required=False, max_length=20)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        campaigns = Payment.objects.exclude(campaign="").order_by("campaign").values_list("campaign", flat=True)
        self._choose("campaign", campaigns.distinct())
        self.currencies = currencies()
        self._choose("currency", self.currencies)

    def _choose(self, name: str, values: Iterable[str]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [ALL, *((value, value) for value in values)]

    def _clean_amount(self, name: str) -> str:
        typed = str(self.cleaned_data[name])
        try:
            return typed and str(parse_amount(typed, Organisation.current().currency).amount)
        except AmountUnclear as error:
            raise ValidationError(_("Write the amount in figures, for example 25.00.")) from error

    def clean_least(self) -> str:
        return self._clean_amount("least")

    def clean_most(self) -> str:
        return self._clean_amount("most")

    def money(self, minor: str, currency: str) -> Q:
        """The rows of the wanted currency and size; a size means the same figure in every currency."""
        least, most, wanted = self.wanted("least"), self.wanted("most"), self.wanted("currency")
        if not least and not most:
            return Q(**{currency: wanted}) if wanted else Q()
        found = Q()
        for code in [wanted] if wanted else self.currencies:
            here = Q(**{currency: code})
            try:
                if least:
                    here &= Q(**{f"{minor}__gte": to_minor(parse_amount(least, code))})
                if most:
                    here &= Q(**{f"{minor}__lte": to_minor(parse_amount(most, code))})
            except AmountUnclear:
                continue  # So many decimals this currency has not.
            found |= here
        return found or Q(pk=None)


def of_donor(prefix: str, typed: str) -> Q:
    """The rows whose donor, or a donor merged with theirs, has this in their name or address."""
    named = Donor.objects.filter(Q(email__icontains=typed) | Q(name__icontains=typed))
    people = named.values(person=Coalesce("merged_into", "pk"))
    return Q(**{f"{prefix}__in": people}) | Q(**{f"{prefix}__merged_into__in": people})
