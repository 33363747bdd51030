"""What staff fill in about a request. Each form carries the version of the request that its page showed."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from aid import policy
from aid.amounts import AmountField
from aid.answers import PayMethod
from aid.models import AidRequest
from aid.reasons import DeclineReason, Detail, OpenReason
from core.clock import now

_NOTE = _("For your colleagues. Sealed; the worker does not see it.")


class StepForm(forms.Form):
    """A step without anything to fill in."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, request: AidRequest) -> None:
        super().__init__(data, initial={"seen": request.version})
        self.prepare(request)

    def prepare(self, request: AidRequest) -> None:
        """Fit the form to the request."""


class GrantForm(StepForm):
    note = forms.CharField(
        label=_("Note"), help_text=_NOTE, required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def prepare(self, request: AidRequest) -> None:
        rules = request.policy or policy.in_force(request.fund)
        most = rules.money(rules.max_per_request_minor)
        asked = min(request.amount or most, most)
        self.fields["amount"] = AmountField(
            most=asked,
            too_much=_("The worker asked for %(most)s. Please grant at most that."),
            label=_("Amount to grant"),
        )
        self.initial["amount"] = asked.amount
        self.order_fields(["amount", "note"])


class DeclineForm(StepForm):
    reason = forms.ChoiceField(
        label=_("Reason"),
        help_text=_("The worker reads these words."),
        choices=DeclineReason.choices,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Note"), help_text=_NOTE, required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class SendBackForm(StepForm):
    note = forms.CharField(
        label=_("What is missing"), help_text=_NOTE, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class PaidForm(StepForm):
    method = forms.ChoiceField(label=_("Sent by"), choices=PayMethod.choices)
    provider_reference = forms.CharField(
        label=_("Reference"),
        help_text=_("The number that the bank or provider gave this payment. Sealed."),
        max_length=120,
    )
    on = forms.DateField(
        label=_("Sent on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        initial=lambda: now().date(),
    )

    def prepare(self, request: AidRequest) -> None:
        self.initial["method"] = request.pay_method

    def clean_on(self) -> Any:
        day = self.cleaned_data["on"]
        if day > now().date():
            raise forms.ValidationError(_("This day has not come yet."))
        return day


class QueueForm(forms.Form):
    """Which requests of the queue to show."""

    status = forms.ChoiceField(label=_("Status"), required=False)

    def __init__(self, data: Any, *, choices: list[tuple[str, str | Promise]]) -> None:
        super().__init__(data)
        self.fields["status"].choices = [("", _("everything that waits")), *choices]  # type: ignore[attr-defined]  # a choice field


class OpenForm(forms.Form):
    """Open one closed detail, for a reason that the worker will read."""

    detail = forms.ChoiceField(choices=Detail.choices, widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label=_("Why do you open it?"),
        help_text=_("The worker reads this reason."),
        choices=[("", _("Choose a reason")), *OpenReason.choices],
    )
