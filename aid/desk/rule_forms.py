"""What is filled in for a new version of a fund's policy."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from moneyed import Money

from aid import policy as policies
from aid import ruling
from aid.amounts import AmountField, short
from aid.models import Policy
from aid.ruling import Band, Rules
from organisation.roles import holders

BANDS = 3
_MOST = 1_000_000
_LONGEST, _LONGEST_PERIOD, _MOST_APPROVALS = 365, 3650, 9
_TOO_MUCH = gettext_lazy("Please type at most %(most)s.")
_NEEDED = gettext_lazy("Please fill this in.")


def _days(label: Any, *, most: int, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        min_value=1,
        max_value=most,
        error_messages={
            "required": _NEEDED,
            "invalid": gettext_lazy("Please type a number of days, for example 30."),
            "min_value": gettext_lazy("At least one day."),
            "max_value": gettext_lazy("At most %(limit_value)s days."),
        },
    )


class RulesForm(forms.Form):
    """A policy, as it would be from now on. It begins with what is in force."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    cap_days = _days(gettext_lazy("Length of the period, in days"), most=_LONGEST_PERIOD)
    separation = forms.ChoiceField(
        label=gettext_lazy("Different people"), choices=Policy.Separation.choices, widget=forms.RadioSelect
    )
    answer_days = _days(
        gettext_lazy("Answer within, in days"),
        most=_LONGEST,
        help_text=gettext_lazy("Workers are promised an answer within this time."),
    )
    info_days = _days(
        gettext_lazy("Time for a worker to answer a question, in days"),
        most=_LONGEST,
        help_text=gettext_lazy("After that the request is laid aside until the worker writes. That is no refusal."),
    )

    def __init__(self, data: Any, *, in_force: Policy) -> None:
        rules = ruling.rules_of(in_force)
        super().__init__(data, initial=_initial(in_force, rules))
        most = Money(_MOST, in_force.fund.currency)

        def amount(label: Any, help_text: Any = "", *, required: bool = True) -> AmountField:
            return AmountField(most=most, too_much=_TOO_MUCH, label=label, help_text=help_text, required=required)

        self.fields["max_per_request"] = amount(gettext_lazy("Most for one request"))
        self.fields["cap"] = amount(gettext_lazy("Most for one person within the period"))
        self.fields["fast_lane"] = amount(
            gettext_lazy("A first grant of up to this needs one approval"),
            gettext_lazy("First means: nothing else within the period. Empty: no grant goes with one approval."),
            required=False,
        )
        for number in range(1, BANDS + 1):
            self.fields[f"up_to_{number}"] = amount(gettext_lazy("Grants of up to"), required=False)
            self.fields[f"approvals_{number}"] = forms.IntegerField(
                label=gettext_lazy("need so many approvals"),
                required=False,
                min_value=policies.APPROVALS,
                max_value=_MOST_APPROVALS,
                error_messages={
                    "min_value": gettext_lazy("At least two: only the fast lane needs one."),
                    "max_value": gettext_lazy("At most %(limit_value)s."),
                    "invalid": gettext_lazy("Please type a number, for example 3."),
                },
            )
        self.order_fields(["seen", "max_per_request", "cap", "cap_days", "fast_lane"])

    @property
    def bands(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"up_to_{number}"], self[f"approvals_{number}"]) for number in range(1, BANDS + 1)]

    @property
    def before_bands(self) -> list[forms.BoundField]:
        return [self[name] for name in ("max_per_request", "cap", "cap_days", "fast_lane")]

    @property
    def after_bands(self) -> list[forms.BoundField]:
        return [self[name] for name in ("separation", "answer_days", "info_days")]

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        most, cap, fast_lane = (answers.get(name) for name in ("max_per_request", "cap", "fast_lane"))
        if most and cap and most > cap:
            words = _("This is less than the most for one request (%(most)s): nobody could ever have that.")
            self.add_error("cap", words % {"most": short(most)})
        if most and fast_lane and fast_lane > most:
            words = _("This is more than the most for one request (%(most)s).")
            self.add_error("fast_lane", words % {"most": short(most)})
        for number in range(1, BANDS + 1):
            is_wrong = f"approvals_{number}" in self.errors
            if answers.get(f"up_to_{number}") and not answers.get(f"approvals_{number}") and not is_wrong:
                self.add_error(f"approvals_{number}", _("How many approvals do these need?"))
            if (answers.get(f"approvals_{number}") or 0) > max(holders("approver").count(), policies.APPROVALS):
                words = _("Fewer people are approvers than this. No such grant could ever be approved.")
                self.add_error(f"approvals_{number}", words)
        return answers

    def rules(self) -> Rules:
        """Return what was filled in. Bands come in the order of their amounts; without an amount one is for all above."""
        answers = self.cleaned_data
        bands = [
            Band(answers[f"up_to_{number}"], answers[f"approvals_{number}"])
            for number in range(1, BANDS + 1)
            if answers[f"approvals_{number}"]
        ]
        nothing = Money(0, answers["cap"].currency)
        return Rules(
            max_per_request=answers["max_per_request"],
            cap=answers["cap"],
            cap_days=answers["cap_days"],
            fast_lane=answers["fast_lane"] or nothing,
            separation=Policy.Separation(answers["separation"]),
            answer_days=answers["answer_days"],
            info_days=answers["info_days"],
            bands=tuple(sorted(bands, key=lambda band: (band.up_to is None, band.up_to or nothing))),
        )


def _initial(in_force: Policy, rules: Rules) -> dict[str, Any]:
    found: dict[str, Any] = {
        "seen": in_force.version,
        "max_per_request": _typed(rules.max_per_request),
        "cap": _typed(rules.cap),
        "cap_days": rules.cap_days,
        "fast_lane": _typed(rules.fast_lane),
        "separation": rules.separation,
        "answer_days": rules.answer_days,
        "info_days": rules.info_days,
    }
    for number, band in enumerate(rules.bands[:BANDS], start=1):
        found[f"up_to_{number}"] = _typed(band.up_to)
        found[f"approvals_{number}"] = band.approvals
    return found


def _typed(money: Money | None) -> str:
    """Return an amount as a person would type it; nothing for none."""
    if not money:
        return ""
    whole = money.amount.to_integral_value()
    return f"{whole if whole == money.amount else money.amount:f}"
