"""Forms of the staff desk: finding gifts, sending money back."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.money import AmountUnclear, format_money, from_minor, parse_amount
from donations import refunds
from donations.models import Payment, Refund
from donations.models.giving import Interval
from ledger.models import Fund


class Day(forms.DateField):
    """A day, picked from the browser's calendar."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class GiftFilter(forms.Form):
    """What to show in the list of gifts."""

    q = forms.CharField(label=_("Donor, receipt or Stripe id"), required=False)
    fund = forms.ModelChoiceField(
        label=_("Fund"), queryset=Fund.objects.order_by("pk"), required=False, empty_label=_("All")
    )
    since = Day(label=_("From"), required=False)
    until = Day(label=_("To"), required=False)
    interval = forms.ChoiceField(label=_("Interval"), choices=[("", _("All")), *Interval.choices], required=False)
    refunded = forms.BooleanField(label=_("With refunds"), required=False)


class MonthlyFilter(forms.Form):
    """What to show in the list of monthly gifts."""

    q = forms.CharField(label=_("Name or e-mail address"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            ("", _("All")),
            ("active", _("running")),
            ("failing", _("last payment failed")),
            ("stopping", _("donor asked to stop")),
            ("ended", _("ended")),
        ],
        required=False,
    )


class ReceiptFilter(forms.Form):
    """What to show in the list of receipts."""

    q = forms.CharField(label=_("Number or code"), required=False)


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
