"""Forms for the bank's lines: the file they come in, and which bookings one of them is."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from ledger import bank_file
from ledger.bank_file import Column, Dates
from ledger.models import Fund

_DATES = [
    (Dates.ISO.value, _("2026-03-31 (year first)")),
    (Dates.MONTH_FIRST.value, _("03/31/2026 (month first, as in the United States)")),
    (Dates.DAY_FIRST.value, _("31/03/2026 or 31.03.2026 (day first)")),
]
_DOUBLES = [
    ("", _("Ask me")),
    ("skip", _("Leave them out: the two files overlap")),
    ("take", _("Take them in as well: they are other lines")),
]


class BankFileForm(forms.Form):
    """The bank's file and how it is to be read."""

    file = forms.FileField(label=_("CSV file"), widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}))
    currency = forms.ChoiceField(
        label=_("Currency of the account"),
        error_messages={
            "required": _("Choose the currency of the account. If there is none, first enter a fund."),
            "invalid_choice": _("No fund counts in %(value)s, so these lines could never be booked."),
        },
    )
    dates = forms.ChoiceField(label=_("How the bank writes dates"), choices=_DATES)
    doubles = forms.ChoiceField(
        label=_("Lines that look like one of an earlier file"), choices=_DOUBLES, required=False
    )
    date_column = forms.CharField(
        label=_("Column of the date"),
        max_length=60,
        required=False,
        help_text=_("Only if it is not found by itself. The same holds for the next four."),
    )
    amount_column = forms.CharField(label=_("Column of the amount"), max_length=60, required=False)
    came_column = forms.CharField(label=_("or of what came in"), max_length=60, required=False)
    went_column = forms.CharField(label=_("and of what went out"), max_length=60, required=False)
    words_column = forms.CharField(label=_("Column of the description"), max_length=60, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        codes = Fund.objects.order_by("currency").values_list("currency", flat=True).distinct()
        field = self.fields["currency"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(code, code) for code in codes]

    def clean_file(self) -> bytes:
        sent: UploadedFile[Any] = self.cleaned_data["file"]
        if (sent.size or 0) > bank_file.MOST_BYTES:
            raise ValidationError(_("The file is too big. Please split it."))
        self.file_name = sent.name or ""
        content: bytes = sent.read()
        return content

    def named(self) -> dict[Column, str]:
        """Return what the columns are called, where somebody said so."""
        return {column: self.cleaned_data[f"{column.value}_column"] for column in Column}


class MatchForm(forms.Form):
    """Which bookings one line is."""

    bookings = forms.TypedMultipleChoiceField(coerce=int)

    def __init__(self, data: Any, *, among: Iterable[int]) -> None:
        super().__init__(data)
        self.fields["bookings"].choices = [(pk, str(pk)) for pk in among]  # type: ignore[attr-defined]  # a choice field
