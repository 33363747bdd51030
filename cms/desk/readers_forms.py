"""Forms of the desk's screens for readers: what to show, what a reader asked staff for, a file to take in."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxLengthValidator
from django.db.models import Q, QuerySet
from django.db.models.functions import Collate, Lower
from django.utils.translation import gettext_lazy as _

from cms.models import Subscriber, Topic
from cms.models.subscribers import address_index
from cms.readers.files.dates import Order
from cms.readers.forms import AddressField
from donations.desk.filters import ALL, Day, Filter

# A hundred thousand rows of Mailchimp's have twenty; more is taken in by the command.
MOST_BYTES = 50_000_000
_LONGEST_PAUSE = 366


class ReaderFilter(Filter):
    """Which readers to show."""

    less_used = ("source", "since", "until", "agreed_since", "agreed_until", "left_since", "left_until")
    q = forms.CharField(label=_("Address, or a part of it"), required=False, max_length=254)
    state = forms.ChoiceField(
        label=_("State"),
        choices=[ALL, *Subscriber.State.choices, ("paused", _("paused"))],
        required=False,
    )
    topic = forms.ModelChoiceField(
        label=_("Topic"), queryset=Topic.objects.order_by("name"), required=False, empty_label=_("All")
    )
    language = forms.ChoiceField(label=_("Language"), choices=[ALL, *settings.LANGUAGES], required=False)
    source = forms.ChoiceField(label=_("Source"), choices=[ALL, *Subscriber.Source.choices], required=False)
    since = Day(label=_("Known since"), required=False)
    until = Day(label=_("until"), required=False)
    agreed_since = Day(label=_("Said yes since"), required=False)
    agreed_until = Day(label=_("until"), required=False)
    left_since = Day(label=_("Left since"), required=False)
    left_until = Day(label=_("until"), required=False)

    def found(self, *, today: date) -> QuerySet[Subscriber]:
        """Return the readers that are asked for."""
        found = Subscriber.objects.filter(
            self.between("created_at", "since", "until")
            & self.between("consented_at", "agreed_since", "agreed_until")
            & self.between("left_at", "left_since", "left_until")
            & self._state(today)
        )
        for name in ("language", "source"):
            if self.wanted(name):
                found = found.filter(**{name: self.wanted(name)})
        if self.wanted("topic"):
            found = found.filter(topics=self.wanted("topic"))
        typed = self.typed()
        if not typed:
            return found
        # A whole address is found by its hash, at once.
        whole = found.filter(address_index=address_index(typed))
        if "@" in typed[1:] and whole.exists():
            return whole
        # Letter by letter as bytes: a quarter of the time that the database's own rules of small and capital letters take.
        return found.annotate(small=Lower(Collate("email", "C"))).filter(small__contains=typed.lower())

    def typed(self) -> str:
        return str(self.wanted("q") or "").strip()

    def _state(self, today: date) -> Q:
        state = self.wanted("state")
        if state == "paused":
            return Q(state=Subscriber.State.ACTIVE, paused_until__gt=today)
        return Q(state=state) if state else Q()


class TopicsForm(forms.Form):
    """What a reader wants, as they told staff. No topic is everything."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    topics = forms.ModelMultipleChoiceField(
        label=_("Topics"),
        queryset=Topic.objects.order_by("name"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None ticked: everything."),
    )


class AddForm(TopicsForm):
    """Somebody who asked staff for letters. Only they themselves can confirm it."""

    field_order = ["email", "language", "topics"]
    email = AddressField(
        label=_("E-mail address"), max_length=254, error_messages={"invalid": _("No letter can go to this address.")}
    )


class PauseForm(forms.Form):
    """Until when a reader wants no letters."""

    until = Day(label=_("No letters before"))

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data)
        self.today = today

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if not 0 < (until - self.today).days <= _LONGEST_PAUSE:
            raise ValidationError(_("Choose a day after today and within a year."))
        return until


class LiftForm(forms.Form):
    """Why letters may go to an address again."""

    email = forms.EmailField(max_length=254, widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Why letters arrive again"),
        max_length=500,
        help_text=_("Kept sealed beside the audit trail: who told you, and what was wrong."),
    )


class VouchForm(forms.Form):
    """What the file does not say itself."""

    source = forms.CharField(
        label=_("Where consent comes from"),
        required=False,
        validators=[MaxLengthValidator(150)],
        help_text=_(
            "Needed only if the file does not say when each person agreed: “sign-up sheets, May Day 2024”. "
            "It is kept with each reader, as the proof."
        ),
    )
    order = forms.ChoiceField(
        label=_("In this file, 3/4/2021 is"),
        choices=[
            (Order.UNCLEAR.value, _("not there, or I do not know: leave such rows out")),
            (Order.MONTH_FIRST.value, _("the 4th of March")),
            (Order.DAY_FIRST.value, _("the 3rd of April")),
        ],
        required=False,
    )

    def clean_source(self) -> str:
        return " ".join(str(self.cleaned_data["source"]).split())


class FileForm(VouchForm):
    """A list from another program."""

    field_order = ["file", "source", "order"]
    file = forms.FileField(label=_("CSV file"), widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}))

    def clean_file(self) -> "UploadedFile[Any]":
        sent: UploadedFile[Any] = self.cleaned_data["file"]
        if (sent.size or 0) > MOST_BYTES:
            raise ValidationError(_("The file is bigger than 50 MB. The command import_subscribers takes it in."))
        return sent
