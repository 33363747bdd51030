"""Forms of the staff desk that change something: sending money back."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.money import AmountUnclear, format_money, from_minor, parse_amount
from donations import refunds
from donations.models import Payment, Refund


class RefundForm(forms.Form):
    """How much of a gift goes back, and why."""

    amount = forms.CharField(label=_("Amount"), max_length=20)
    reason = forms.ChoiceField(
        label=_("Why"),
        choices=[(r.value, r.label) for r in Refund.Reason if r not in {Refund.Reason.AT_STRIPE, Refund.Reason.TYPO}],
    )

    def __init__(self, data: Any = None, *, payment: Payment) -> None:
        self.payment = payment
        self.left = from_minor(refunds.left_minor(payment), payment.given_currency)
        super().__init__(data, initial={"amount": f"{self.left.amount:f}"})
        self.fields["amount"].help_text = _("Up to %(left)s. The receipt is voided and replaced by itself.") % {
            "left": format_money(self.left)
        }

    def clean_amount(self) -> Any:
        try:
            amount = parse_amount(str(self.cleaned_data["amount"]), self.payment.given_currency)
        except AmountUnclear as error:
            raise ValidationError(_("Write the amount in figures, for example 25.00.")) from error
        if amount > self.left:
            raise ValidationError(_("Only %(left)s of this gift is left."), params={"left": format_money(self.left)})
        return amount
