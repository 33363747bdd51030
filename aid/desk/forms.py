"""What staff fill in about a request. The form of a step carries the version of the request that its page showed."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from aid import policy, talking
from aid.amounts import AmountField
from aid.answers import PayMethod
from aid.models import AidRequest
from aid.reasons import CheckPoint, DeclineReason, Detail, FailReason, HoldReason, OpenReason
from core.clock import now
from organisation.models import User
from organisation.permissions import Permission
from organisation.roles import ROLES

_NOTE = _("For your colleagues. Sealed; the worker does not see it.")
_REVIEWING = [
    slug for slug, role in ROLES.items() if {Permission.REVIEW_CASES, Permission.OVERSEE_CASES} & role.permissions
]
REVIEWERS = User.objects.filter(
    is_active=True, pk__in=User.objects.filter(role_assignments__role__in=_REVIEWING).values("pk")
).order_by("name", "username")


def _text(
    label: Any, *, help_text: Any = "", rows: int = 3, most: int = 2000, required: bool = True
) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=most, widget=widget)


class DeedForm(forms.Form):
    """A deed at one request."""

    def __init__(self, data: Any = None, *, request: AidRequest) -> None:
        super().__init__(data)
        self.prepare(request)

    def prepare(self, request: AidRequest) -> None:
        """Fit the form to the request."""


class StepForm(DeedForm):
    """A step without anything to fill in."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, request: AidRequest) -> None:
        super().__init__(data, request=request)
        self.initial["seen"] = request.version


class GrantForm(StepForm):
    checked = forms.MultipleChoiceField(
        label=_("Checked"),
        choices=CheckPoint.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Please tick what you have checked. A grant needs all of it.")},
    )
    note = _text(_("Note"), help_text=_NOTE, required=False)

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
        self.order_fields(["amount", "checked", "note"])

    def clean_checked(self) -> list[str]:
        checked: list[str] = self.cleaned_data["checked"]
        if set(checked) != set(CheckPoint.values):
            raise forms.ValidationError(_("Something is not checked yet. A grant needs all of it."))
        return checked


class DeclineForm(StepForm):
    reason = forms.ChoiceField(
        label=_("Reason"),
        help_text=_("The worker reads these words."),
        choices=DeclineReason.choices,
        widget=forms.RadioSelect,
    )
    note = _text(_("Note"), help_text=_NOTE, required=False)


class SendBackForm(StepForm):
    note = _text(_("What is missing"), help_text=_NOTE)


class AskForm(StepForm):
    body = _text(_("Question"), help_text=_("The worker reads it."), rows=4, most=talking.LONGEST)


class AnswerForm(StepForm):
    body = _text(_("Answer"), help_text=_("The worker reads it."), rows=5, most=talking.LONGEST)


class HandOverForm(StepForm):
    to = forms.ModelChoiceField(
        label=_("To"),
        queryset=REVIEWERS,
        required=False,
        empty_label=_("nobody: put it back for all"),
    )

    def offer(self, colleagues: Iterable[User]) -> None:
        """Show these, who are known already, instead of asking for them again."""
        field = self.fields["to"]
        if isinstance(field, forms.ModelChoiceField):
            field.choices = [("", field.empty_label), *((one.pk, str(one)) for one in colleagues)]


class MessageForm(DeedForm):
    body = _text(_("To the worker"), help_text=_("The worker reads it."), rows=4, most=talking.LONGEST)


class NoteForm(DeedForm):
    note = _text(_("Note for colleagues"), help_text=_("The worker never sees it."), most=talking.LONGEST)


class HoldForm(DeedForm):
    """Put a request on hold. That payment details were changed is said by a rule, not by a person."""

    reason = forms.ChoiceField(
        label=_("Why"), choices=[choice for choice in HoldReason.choices if choice[0] != HoldReason.PAYMENT_CHANGED]
    )
    days = forms.IntegerField(
        label=_("Days"),
        min_value=1,
        max_value=HoldReason.longest().days,
        initial=2,
        error_messages={
            "min_value": _("At least one day."),
            "max_value": _("At most a week. Then a steward looks at it."),
        },
    )
    note = _text(_("Note"), help_text=_NOTE, required=False, rows=2)


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


class CameBackForm(StepForm):
    reason = forms.ChoiceField(label=_("What happened to it"), choices=FailReason.choices, widget=forms.RadioSelect)


class OpenForm(forms.Form):
    """Open one closed detail, for a reason that the worker will read."""

    detail = forms.ChoiceField(choices=Detail.choices, widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label=_("Why do you open it?"),
        help_text=_("The worker reads this reason."),
        choices=[("", _("Choose a reason")), *OpenReason.choices],
    )


class StepBackForm(forms.Form):
    """Step back from every case of a Worker ID, before one is seen."""

    worker_id = forms.CharField(
        label=_("Worker ID"),
        help_text=_("Yours, or of somebody whom you know. It is not stored, only a fingerprint of it."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
