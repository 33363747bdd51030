"""Forms of the desk's screens for receipts: which to show, why one is void, what one should say instead."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.money import AmountUnclear, format_money, parse_amount
from donations.desk.filters import ALL, Filter, of_donor
from donations.models import Receipt, ReceiptSeries
from donations.models.receipts import Paper
from donations.receipting import Correction


class ReceiptFilter(Filter):
    """Receipts."""

    q = forms.CharField(label=_("Number or code"), required=False)
    donor = forms.CharField(label=_("Donor"), required=False)
    year = forms.TypedChoiceField(label=_("Year"), coerce=int, empty_value=None, required=False)
    state = forms.ChoiceField(label=_("State"), choices=[ALL, *Receipt.State.choices], required=False)
    mode = forms.ChoiceField(
        label=_("Mode"), choices=[ALL, ("live", _("real money")), ("test", _("test"))], required=False
    )

    field_order = ["q", "donor", "year", "state", "mode"]

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        years = series().order_by("-year").values_list("year", flat=True).distinct()
        field = self.fields["year"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [ALL, *((year, str(year)) for year in years)]

    def found(self) -> QuerySet[Receipt]:
        """Return the receipts; a filter that makes no sense finds none."""
        found = Receipt.objects.all() if self.is_valid() else Receipt.objects.none()
        typed = (self.wanted("q") or "").strip()
        if typed:
            found = found.filter(Q(number__icontains=typed) | Q(code__iexact=typed))
        donor = (self.wanted("donor") or "").strip()
        if donor:
            found = found.filter(of_donor("payment__donor", donor))
        if self.wanted("year"):
            found = found.filter(series__year=self.wanted("year"))
        if self.wanted("state"):
            found = found.filter(state=self.wanted("state"))
        if self.wanted("mode"):
            found = found.filter(series__is_test=self.wanted("mode") == "test")
        return found


def series() -> QuerySet[ReceiptSeries]:
    """Return the series of receipts; statements have their own."""
    return ReceiptSeries.objects.filter(paper=Paper.RECEIPT, last_number__gt=0)


class _SeriesField(forms.ModelChoiceField[ReceiptSeries]):
    def label_from_instance(self, obj: ReceiptSeries) -> str:
        return f"{obj.prefix.rstrip('-')} ({obj.last_number}, {obj.legal_entity})"


class YearForm(forms.Form):
    """Which year's receipts to take."""

    series = _SeriesField(label=_("Year"), queryset=ReceiptSeries.objects.none(), empty_label=None)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["series"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = series().select_related("legal_entity").order_by("is_test", "-year", "pk")


class VoidForm(forms.Form):
    """Why a receipt is void."""

    because = forms.ChoiceField(
        label=_("Reason"), choices=[(r.value, r.label) for r in (Receipt.Ended.MISTAKE, Receipt.Ended.DONOR_ASKED)]
    )
    note = forms.CharField(
        label=_("What happened"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For the audit trail. Donors do not see it."),
    )
    tell = forms.BooleanField(label=_("Write to the donor that it can no longer be used"), required=False, initial=True)


class CorrectForm(forms.Form):
    """What a gift's receipt should say."""

    name = forms.CharField(label=_("Donor's name"), max_length=120)
    address = forms.CharField(
        label=_("Postal address"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    benefit = forms.CharField(
        label=_("Value of what the donor received in return"),
        max_length=20,
        required=False,
        help_text=_("A dinner, a book, a ticket. Empty: nothing."),
    )
    benefit_words = forms.CharField(label=_("What the donor received"), max_length=200, required=False)
    note = forms.CharField(
        label=_("Why it is corrected"), max_length=200, help_text=_("For the audit trail. Donors do not see it.")
    )

    def __init__(self, data: Any = None, *, receipt: Receipt, said: Correction) -> None:
        self.amount = receipt.amount
        benefit = f"{said.benefit.amount:f}" if said.benefit else ""
        initial = {
            "name": said.name,
            "address": said.address,
            "benefit": benefit,
            "benefit_words": said.benefit_words,
        }
        super().__init__(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        check_benefit(self, cleaned, most=self.amount)
        return cleaned

    def correction(self) -> Correction:
        """Return what a valid form says."""
        cleaned = self.cleaned_data
        return Correction(
            name=cleaned["name"],
            address=cleaned["address"].replace("\r\n", "\n"),
            benefit=cleaned["received"],
            benefit_words=cleaned["benefit_words"] if cleaned["received"] else "",
        )


def check_benefit(form: forms.Form, cleaned: dict[str, Any], *, most: Any) -> None:
    """Read what a donor received in return, into ``received``; say at the field what is wrong with it.

    :param most: the gift; nobody receives more than they gave
    """
    cleaned["received"] = None
    typed = (cleaned.get("benefit") or "").strip()
    if not typed:
        if cleaned.get("benefit_words"):
            form.add_error("benefit", _("Write what it was worth."))
        return
    try:
        received = parse_amount(typed, most.currency)
    except AmountUnclear:
        form.add_error("benefit", _("Write the amount in figures, for example 25.00."))
        return
    if received > most:
        form.add_error(
            "benefit",
            ValidationError(
                _("It cannot be worth more than the gift, %(amount)s."), params={"amount": format_money(most)}
            ),
        )
    elif not cleaned.get("benefit_words"):
        form.add_error("benefit_words", _("Write what it was."))
    else:
        cleaned["received"] = received
