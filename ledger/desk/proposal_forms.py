"""Forms for what is booked by hand: one for each kind, in plain words."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from core.money import AmountUnclear, parse_amount
from ledger import proposing
from ledger.models import Account, Fund, Proposal
from ledger.proposing import Wish

_ASSETS = [
    (Account.BANK.value, Account.BANK.label),
    (Account.STRIPE.value, Account.STRIPE.label),
]
_SPENT_ON = [(account.value, account.label) for account in proposing.SPENDING]


def _asset_field() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Where the money is"), choices=_ASSETS)


def _day_field() -> forms.DateField:
    return forms.DateField(
        label=_("Counts for"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[MinValueValidator(proposing.FIRST_DAY, _("This day is too long ago."))],
        help_text=_("The day the money moved, in a month that is not closed."),
    )


def _memo_field() -> forms.CharField:
    return forms.CharField(
        label=_("What it is"),
        max_length=200,
        help_text=_("No names of people: the books are kept for ever, and the auditor reads this."),
    )


class ReversalForm(forms.Form):
    """On which day a booking is taken back, and why."""

    on = _day_field()
    memo = _memo_field()


class ProposalForm(forms.Form):
    """What every booking by hand has; each kind adds its own fields."""

    kind: Proposal.Kind
    fund = forms.ModelChoiceField(label=_("Fund"), queryset=Fund.objects.order_by("pk"), empty_label=None)
    amount = forms.CharField(label=_("Amount"), max_length=20, help_text=_("In the fund's currency"))
    on = _day_field()
    memo = _memo_field()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        fund = cleaned.get("fund")
        if fund and "amount" in cleaned:
            try:
                cleaned["money"] = parse_amount(cleaned["amount"], fund.currency)
            except AmountUnclear as error:
                self.add_error("amount", _unclear(error, fund))
            else:
                if cleaned["money"].amount > proposing.MOST:
                    self.add_error("amount", _("This is more than one booking can be."))
        return cleaned

    def wish(self) -> Wish:
        """Return what a valid form says."""
        cleaned = self.cleaned_data
        on: date = cleaned["on"]
        return Wish(
            kind=self.kind,
            fund=cleaned["fund"],
            amount=cleaned["money"],
            on=on,
            memo=cleaned["memo"],
            asset=Account(cleaned.get("asset") or Account.BANK),
            account=Account(cleaned["account"]) if cleaned.get("account") else None,
            to_fund=cleaned.get("to_fund"),
        )


def _unclear(error: AmountUnclear, fund: Fund) -> ValidationError:
    if error.reason == "currency":
        return ValidationError(
            _("This fund counts in %(currency)s. Write the amount in it."), params={"currency": fund.currency}
        )
    return ValidationError(_("Write the amount in figures, for example 25.00."))


class OpeningForm(ProposalForm):
    """What a fund had before these books began."""

    kind = Proposal.Kind.OPENING
    asset = _asset_field()
    field_order = ["fund", "amount", "asset", "on", "memo"]


class IncomeForm(ProposalForm):
    """Interest and whatever else is no gift."""

    kind = Proposal.Kind.INCOME


class SpendingForm(ProposalForm):
    """Money that was paid from the bank for something other than aid."""

    kind = Proposal.Kind.SPENDING
    account = forms.ChoiceField(label=_("What it was for"), choices=_SPENT_ON)
    field_order = ["fund", "amount", "account", "on", "memo"]


class TransferForm(ProposalForm):
    """From one fund to another; no money leaves the bank."""

    kind = Proposal.Kind.TRANSFER
    asset = _asset_field()
    to_fund = forms.ModelChoiceField(label=_("To the fund"), queryset=Fund.objects.order_by("pk"), empty_label=None)
    keeps_purpose = forms.BooleanField(
        label=_("The donors' purpose is kept, and I have written why"),
        required=False,
        help_text=_("Needed if the money comes from a fund that may be spent on its purpose only."),
    )
    field_order = ["fund", "to_fund", "amount", "asset", "on", "memo", "keeps_purpose"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fund"].label = _("From the fund")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        fund, to_fund = cleaned.get("fund"), cleaned.get("to_fund")
        if fund and to_fund:
            if fund == to_fund:
                self.add_error("to_fund", _("Choose another fund than the one it comes from."))
            elif fund.currency != to_fund.currency:
                self.add_error("to_fund", _("The two funds count in different currencies."))
        if fund and fund.is_restricted and not cleaned.get("keeps_purpose"):
            self.add_error(
                "keeps_purpose",
                ValidationError(
                    _(
                        "What is in “%(fund)s” was given for its purpose only. Write under “What it is” how the transfer"
                        " keeps that purpose, and tick this."
                    ),
                    params={"fund": fund.name},
                ),
            )
        return cleaned


FORMS: dict[str, type[ProposalForm]] = {
    form.kind.value: form for form in (SpendingForm, IncomeForm, TransferForm, OpeningForm)
}


class DeclineForm(forms.Form):
    """Why a proposal is not booked."""

    answer = forms.CharField(
        label=_("Why not"), max_length=200, help_text=_("For whoever proposed it. No names of people.")
    )
