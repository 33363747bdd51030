"""What a worker can tell us from their own page. Kind in what they take; what must be true is held by the database."""

import hmac
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from aid import complaining, talking
from aid.answers import PayMethod
from aid.models import Case, Complaint, Reinstatement
from core import casewords
from core.clock import now

_OFF = {"autocomplete": "off"}
_LONGEST_PAY_TO = 500
_FIRST_YEAR = 2000


def holds_words_of(case: Case, text: str) -> bool:
    """Return whether the seven words that open this case stand somewhere in the text, one after the other."""
    if case.words_fingerprint is None:
        return False
    parts = casewords.normalise(text).split()
    runs = (" ".join(parts[at : at + casewords.COUNT]) for at in range(len(parts) - casewords.COUNT + 1))
    kept = bytes(case.words_fingerprint)
    return any(hmac.compare_digest(casewords.fingerprint(run), kept) for run in runs)


class CaseForm(forms.Form):
    """A form on a worker's own page. It takes no text that gives the case's words away: staff would read them."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, value in list(cleaned.items()):
            if isinstance(value, str) and holds_words_of(self.case, value):
                self.add_error(
                    name,
                    _(
                        "Your seven words are in this text. Please take them out: they are for you alone. We never need"
                        " them, and nobody here may ask for them."
                    ),
                )
        return cleaned


class MessageForm(CaseForm):
    body = forms.CharField(
        label=_("Your message"),
        help_text=_("The people who work on your request read it."),
        max_length=talking.LONGEST,
        widget=forms.Textarea(attrs={"rows": 5} | _OFF),
        error_messages={"required": _("Please write a sentence first.")},
    )

    def __init__(self, *args: Any, is_answer: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_answer:
            self.fields["body"].label = _("Your answer")
            self.fields["body"].help_text = ""


class PayToForm(CaseForm):
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
        max_length=_LONGEST_PAY_TO,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"} | _OFF),
        error_messages={"required": _("Please write where the money should go.")},
    )


class AppealForm(CaseForm):
    ground = forms.CharField(
        label=_("What should they know?"),
        help_text=_("You may leave it empty: they look at everything anew in any case."),
        required=False,
        max_length=talking.LONGEST,
        widget=forms.Textarea(attrs={"rows": 6} | _OFF),
    )


class ComplaintForm(CaseForm):
    about = forms.ChoiceField(
        label=_("What is it about?"),
        choices=Complaint.About.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose the one that is closest.")},
    )
    body = forms.CharField(
        label=_("What happened?"),
        max_length=complaining.LONGEST,
        widget=forms.Textarea(attrs={"rows": 6} | _OFF),
        error_messages={"required": _("Please write a sentence first.")},
    )


class AccountStandsForm(CaseForm):
    outcome = forms.ChoiceField(
        label=_("How does it stand?"),
        choices=Reinstatement.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose the one that is closest.")},
    )
    on = forms.DateField(
        label=_("Since when?"),
        help_text=_("Leave it empty if you do not know the day."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Please type the day like 2026-02-19, or leave it empty.")},
    )

    def clean_on(self) -> date | None:
        day: date | None = self.cleaned_data["on"]
        if day and day > now().date():
            raise forms.ValidationError(_("This day has not come yet. Please check it."))
        if day and day.year < _FIRST_YEAR:
            raise forms.ValidationError(_("Please check the year."))
        return day


class EraseForm(CaseForm):
    sure = forms.BooleanField(
        label=_("Yes, erase it now. I know that nobody can bring it back."),
        error_messages={"required": _("Please tick the box if you want it erased. Nothing was erased yet.")},
    )


class LinkForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The one that you gave us with your request."),
        max_length=254,
        widget=forms.EmailInput(attrs={"spellcheck": "false"} | _OFF),
        error_messages={
            "required": _("Please type your address."),
            "invalid": _("Please check the address. It should look like name@example.org."),
        },
    )
