"""The questions to a worker, one form a page. Kind in what they take; what must be true is held by the database."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from aid import policy
from aid.amounts import AmountField, short
from aid.answers import Country, Kind, Need, PayMethod, Tenure, Written
from aid.worker.fields import CountField, OwnWords, PercentField
from core.clock import now
from core.money import currency_of

# No platform is older; what is typed before it is a slip.
_FIRST_YEAR = 2000
# Beyond these, it is a slip of the finger. The platform counts and pays in US dollars, wherever a worker lives.
_MOST_HITS = 1_000_000
_MOST_LOST = Money(100_000, currency_of("USD"))


def mark_optional(form: forms.Form) -> None:
    """Say beside each field that may stay empty that it may."""
    for field in form.fields.values():
        if not field.required:
            field.label = _("%(question)s (optional)") % {"question": field.label}


class KindForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Which is closest?"),
        choices=Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose the one that is closest.")},
    )


class WordsKeptForm(forms.Form):
    kept = forms.BooleanField(
        label=_("I wrote them down"),
        error_messages={
            "required": _("Please write the seven words down and tick the box. Without them you cannot come back.")
        },
    )


class WhenForm(forms.Form):
    happened_on = forms.DateField(
        label=_("The day it happened"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Please type the day like 2026-02-19, or leave it empty.")},
    )
    written = forms.ChoiceField(
        label=_("Have you written to the platform?"),
        help_text=_("You do not have to."),
        choices=Written.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one.")},
    )

    def clean_happened_on(self) -> date | None:
        day: date | None = self.cleaned_data["happened_on"]
        if day and day > now().date():
            raise forms.ValidationError(_("This day has not come yet. Please check it."))
        if day and day.year < _FIRST_YEAR:
            raise forms.ValidationError(_("Please check the year."))
        return day


class AccountForm(forms.Form):
    country = forms.ChoiceField(
        label=_("Where do you live?"),
        choices=Country.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one. You may choose not to say.")},
    )
    tenure = forms.ChoiceField(
        label=_("How long have you worked there?"),
        choices=Tenure.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one. You may choose not to say.")},
    )


class RejectionForm(forms.Form):
    requester = OwnWords(
        label=_("Which requester rejected it?"),
        help_text=_("If several, the largest."),
        required=False,
        max_length=120,
    )
    hits_rejected = CountField(label=_("How many HITs?"), required=False, most=_MOST_HITS)
    lost = AmountField(
        most=_MOST_LOST,
        too_much=_("This is more than %(most)s. Please check it."),
        label=_("How much pay was lost, in US dollars?"),
        required=False,
    )


class RatingForm(forms.Form):
    before = PercentField(label=_("Before, in per cent"), required=False)
    after = PercentField(label=_("After, in per cent"), required=False)


class NoticeForm(forms.Form):
    notice = OwnWords(
        label=_("What it said"),
        help_text=_("Copy it, or say it your way."),
        required=False,
        max_length=policy.LONGEST_STORY,
        rows=5,
    )


class WorkerIdForm(forms.Form):
    worker_id = OwnWords(
        label=_("Worker ID"),
        help_text=_("It stays sealed."),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_worker_id(self) -> str:
        typed: str = self.cleaned_data["worker_id"]
        letters = "".join(typed.split()).replace("-", "").replace(".", "")
        # A letter of another alphabet that looks like an A would make it another worker's.
        if letters and not (letters.isascii() and letters.isalnum()):
            raise forms.ValidationError(_("A Worker ID has only the letters A to Z and digits. Please check it."))
        return typed


class MoneyForm(forms.Form):
    wants_money = forms.TypedChoiceField(
        label=_("Choose one"),
        choices=[("yes", _("Yes, money would help")), ("no", _("No, I only want to tell you"))],
        coerce=lambda answer: answer == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one. You can change it until you send it.")},
    )


class NeedsForm(forms.Form):
    needs = forms.MultipleChoiceField(
        label=_("What is it for?"),
        help_text=_("All that fit. No proof needed."),
        choices=Need.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Please choose at least one.")},
    )

    def __init__(self, *args: Any, most: Money, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = AmountField(
            most=most,
            too_much=_("One request can be for at most %(most)s."),
            label=_("How much would help, in %(currency)s?") % {"currency": most.currency.code},
            help_text=_("At most %(most)s.") % {"most": short(most)},
        )


class StoryForm(forms.Form):
    story = OwnWords(
        label=_("What should we know?"),
        help_text=_("One sentence is enough. No names, please."),
        max_length=policy.LONGEST_STORY,
        rows=8,
        error_messages={"required": _("Please write a sentence, so that we understand what happened.")},
    )


class PaymentForm(forms.Form):
    method = forms.ChoiceField(
        label=_("Which way reaches you?"),
        choices=PayMethod.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one.")},
    )
    pay_to = OwnWords(
        label=_("Where should the money go?"),
        help_text=_("Bank: name, routing and account number. Check: name and address. Otherwise: your name there."),
        max_length=500,
        rows=3,
        error_messages={"required": _("Please write where the money should go.")},
    )


class ContactForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Without it, come back and look."),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"invalid": _("Please check the address. It should look like name@example.org.")},
    )


class CaseWordsForm(forms.Form):
    words = forms.CharField(
        label=_("Your seven words"),
        help_text=_("With a space between. Capital letters do not matter."),
        max_length=200,
        widget=forms.Textarea(
            attrs={
                "rows": 2,
                "autocomplete": "off",
                "autocapitalize": "none",
                "autocorrect": "off",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": _("Please type your seven words.")},
    )
