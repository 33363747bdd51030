"""Forms of the staff desk for gifts by cheque, cash and bank transfer."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from core.money import AmountUnclear, format_money, parse_amount
from donations import offline, offline_file
from donations.desk.receipt_forms import check_benefit
from donations.models import Method, Payment, Refund
from ledger.models import Fund

_MOST_BYTES = 300_000


class OfflineGiftForm(forms.Form):
    """One gift that is in the bank, or came as goods."""

    method = forms.ChoiceField(
        label=_("How it came"), choices=[(m.value, m.label) for m in Method if m != Method.STRIPE]
    )
    amount = forms.CharField(
        label=_("Amount"), max_length=20, help_text=_("Of goods or services: the value that they are stated at.")
    )
    goods = forms.CharField(
        label=_("Goods or services"),
        max_length=200,
        required=False,
        help_text=_("What was given, if it was not money."),
    )
    received_on = forms.DateField(
        label=_("Received on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[MinValueValidator(offline.FIRST_DAY, _("This day is too long ago."))],
    )
    fund = forms.ModelChoiceField(label=_("Fund"), queryset=Fund.objects.order_by("pk"), empty_label=None)
    name = forms.CharField(label=_("Donor's name"), max_length=120, required=False)
    email = forms.EmailField(
        label=_("Donor's e-mail address"),
        required=False,
        help_text=_("Whoever has given under it before is the same donor."),
    )
    address = forms.CharField(
        label=_("Postal address"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    campaign = forms.SlugField(
        label=_("Campaign"), max_length=80, required=False, help_text=_("Its short name, if any")
    )
    bank_reference = forms.CharField(label=_("Cheque number or bank reference"), max_length=120, required=False)
    benefit = forms.CharField(
        label=_("Value of what the donor received in return"),
        max_length=20,
        required=False,
        help_text=_("A dinner, a book, a ticket. Empty: nothing."),
    )
    benefit_words = forms.CharField(label=_("What the donor received"), max_length=200, required=False)
    issue_receipt = forms.BooleanField(label=_("Issue the receipt now"), required=False)
    is_no_double = forms.BooleanField(label=_("It is another gift than those listed above"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("name") and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("name", _("Write a name or an e-mail address."))
        self._clean_goods(cleaned)
        fund = cleaned.get("fund")
        if fund and "amount" in cleaned:
            try:
                cleaned["money"] = parse_amount(cleaned["amount"], fund.currency)
            except AmountUnclear:
                self.add_error("amount", _("Write the amount in figures, for example 25.00."))
            else:
                if cleaned["money"].amount > offline.MOST:
                    self.add_error("amount", _("This is more than one gift can be."))
                check_benefit(self, cleaned, most=cleaned["money"])
        return cleaned

    def clean_address(self) -> str:
        """Return it with plain ends of lines, as receipts are compared."""
        return "\n".join(str(self.cleaned_data["address"]).splitlines())

    def _clean_goods(self, cleaned: dict[str, Any]) -> None:
        is_in_kind = cleaned.get("method") == Method.IN_KIND
        if is_in_kind and not cleaned.get("goods"):
            self.add_error("goods", _("Write what was given."))
        if cleaned.get("goods") and "method" in cleaned and not is_in_kind:
            self.add_error("goods", _("This is for gifts that came as goods or services."))

    def entered(self) -> offline.Entered:
        """Return what a valid form says."""
        names = ("received_on", "fund", "name", "email", "address", "campaign", "bank_reference", "goods")
        return offline.Entered(
            method=Method(self.cleaned_data["method"]),
            amount=self.cleaned_data["money"],
            benefit=self.cleaned_data["received"],
            benefit_words=self.cleaned_data["benefit_words"] if self.cleaned_data["received"] else "",
            **{name: self.cleaned_data[name] for name in names},
        )


class OfflineFileForm(forms.Form):
    """A table of gifts, as a file or pasted; it stays in the field while its lines are put right."""

    file = forms.FileField(
        label=_("CSV file"), required=False, widget=forms.FileInput(attrs={"accept": ".csv,text/csv"})
    )
    text = forms.CharField(
        label=_("or its lines"),
        required=False,
        max_length=_MOST_BYTES,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )
    takes_doubles = forms.BooleanField(label=_("Also take in lines that look like a gift in the books"), required=False)

    def clean_file(self) -> str:
        """Return the file's text; empty if none was sent."""
        sent: UploadedFile[Any] | None = self.cleaned_data["file"]
        if sent is None:
            return ""
        if (sent.size or 0) > _MOST_BYTES:
            raise ValidationError(_("The file is too big. Please split it."))
        try:
            return offline_file.decode(sent.read())
        except offline_file.Unreadable as error:
            raise ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["table"] = cleaned.get("file") or cleaned.get("text", "")
        if not self.errors and not cleaned["table"].strip():
            raise ValidationError(_("Choose a file, or paste its lines."))
        return cleaned


class TakeBackForm(forms.Form):
    """How much of an offline gift goes back, and why."""

    amount = forms.CharField(label=_("Amount"), max_length=20)
    reason = forms.ChoiceField(
        label=_("Why"),
        choices=[(r.value, r.label) for r in (Refund.Reason.TYPO, Refund.Reason.ASKED, Refund.Reason.MISTAKE)],
    )

    def __init__(self, data: Any = None, *, payment: Payment) -> None:
        self.left = offline.left(payment)
        super().__init__(data, initial={"amount": f"{self.left.amount:f}"})

    def clean_amount(self) -> Any:
        try:
            amount = parse_amount(str(self.cleaned_data["amount"]), self.left.currency)
        except AmountUnclear as error:
            raise ValidationError(_("Write the amount in figures, for example 25.00.")) from error
        if amount > self.left:
            raise ValidationError(_("Only %(left)s of this gift is left."), params={"left": format_money(self.left)})
        return amount
