"""The questions to a worker, one form a page. Kind in what they take; what must be true is held by the database."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from aid import policy
from aid.amounts import AmountField, short
from aid.answers import Country, Kind, Need, PayMethod, Tenure, Written
from core.clock import now

# No platform is older; what is typed before it is a slip.
_FIRST_YEAR = 2000


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
        help_text=_("Leave it empty if you do not know the day."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Please type the day like 2026-02-19, or leave it empty.")},
    )
    written = forms.ChoiceField(
        label=_("Have you written to the platform about it?"),
        help_text=_("You do not have to. We help either way."),
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
    worker_id = forms.CharField(
        label=_("Worker ID"),
        help_text=_(
            "You may leave it empty. It is kept sealed: nobody reads it unless they give a reason, and you see that reason."
        ),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class NeedsForm(forms.Form):
    needs = forms.MultipleChoiceField(
        label=_("What is it for?"),
        help_text=_("Choose all that fit. You do not need to prove anything."),
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
            help_text=_("A guess is fine. At most %(most)s.") % {"most": short(most)},
        )


class StoryForm(forms.Form):
    story = forms.CharField(
        label=_("What should we know?"),
        help_text=_("One sentence is enough. Leave out names and numbers that could point to you."),
        max_length=policy.LONGEST_STORY,
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off"}),
        error_messages={"required": _("Please write a sentence, so that we understand what happened.")},
    )


class PaymentForm(forms.Form):
    method = forms.ChoiceField(
        label=_("Which way reaches you?"),
        choices=PayMethod.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one.")},
    )
    pay_to = forms.CharField(
        label=_("Where should the money go?"),
        help_text=_(
            "For a bank: name, routing and account number. For a check: name and address. Otherwise the name or address"
            " of your account there."
        ),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Please write where the money should go.")},
    )


class ContactForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("You may leave it empty. Then please come back and look."),
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
