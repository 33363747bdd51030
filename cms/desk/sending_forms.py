"""What staff type about a letter: for whom it is and when, why it goes back, to whom a trial goes."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.forms.utils import from_current_timezone
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cms.models import Sending, Topic
from cms.sending.two_people import Audience
from organisation.models import Organisation

_LATEST_DAYS = 366
MOST_TRIALS = 5


class LocalTime(forms.DateTimeField):
    """A day and time as it is where the organisation is."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **options)

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(_zone()) if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(_zone()):
            read = super().to_python(value)
            # A time that the clocks leave out, or show twice, is refused.
            return from_current_timezone(read) if read and timezone.is_naive(read) else read


def _zone() -> ZoneInfo:
    return ZoneInfo(Organisation.current().time_zone)


class TimeForm(forms.Form):
    """When the first letter leaves."""

    not_before = LocalTime(label=_("Not before"), required=False)
    if_empty = _("Empty: in five minutes.")

    def __init__(self, data: Any = None, *, at: datetime, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.at = at
        zone = _zone()
        words = _("Time of %(zone)s; there it is %(time)s now.") % {
            "zone": zone.key,
            "time": date_format(at.astimezone(zone), "DATETIME_FORMAT"),
        }
        self.fields["not_before"].help_text = f"{words} {self.if_empty}"

    def clean_not_before(self) -> datetime | None:
        wanted: datetime | None = self.cleaned_data["not_before"]
        if wanted and wanted <= self.at:
            raise ValidationError(_("That time has passed."))
        if wanted and (wanted - self.at).days > _LATEST_DAYS:
            raise ValidationError(_("That is more than a year away."))
        return wanted


class AudienceForm(TimeForm):
    """For whom an issue is, and when it leaves."""

    to = forms.ChoiceField(label=_("To"), choices=Sending.To.choices, widget=forms.RadioSelect)
    topics = forms.ModelMultipleChoiceField(
        label=_("Topics"),
        queryset=Topic.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_(
            "Only for “Who wants one of these topics”. Readers who chose no topic want everything and get it, too."
        ),
    )
    language = forms.ChoiceField(label=_("Language of the readers"), required=False)
    if_empty = _("Empty: five minutes after the second person agreed.")

    field_order = ["to", "topics", "language", "not_before"]

    def __init__(self, data: Any = None, *, at: datetime, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, at=at, initial=initial)
        topics = self.fields["topics"]
        if isinstance(topics, forms.ModelMultipleChoiceField):
            topics.queryset = Topic.objects.order_by("name")
        languages = self.fields["language"]
        if isinstance(languages, forms.ChoiceField):
            languages.choices = [("", _("All; each reader gets it in theirs")), *(Sending.language.field.choices or [])]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("to") == Sending.To.TOPICS and not given.get("topics"):
            self.add_error("topics", _("Choose at least one topic."))
        if given.get("to") != Sending.To.TOPICS:
            given["topics"] = []
        return given

    @property
    def audience(self) -> Audience:
        given = self.cleaned_data
        return Audience(given["to"], list(given["topics"]), given["language"], given.get("not_before"))


class NoteForm(forms.Form):
    """A word on why."""

    note = forms.CharField(
        label=_("What is to be changed"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Who asked reads it here. It is kept with the sending."),
    )


class StopForm(forms.Form):
    """The confirmation that a sending shall never go on."""

    note = forms.CharField(label=_("Why"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    sure = forms.BooleanField(label=_("Stop for good: those who have no letter yet get none"))


class ReaderForm(forms.Form):
    """Whose letter to look at."""

    address = forms.EmailField(label=_("Address of a reader"), max_length=254)


class TrialForm(forms.Form):
    """Where a test letter goes."""

    addresses = forms.CharField(
        label=_("Addresses"),
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("At most five, one a line or with commas between"),
    )
    language = forms.ChoiceField(label=_("Language"), choices=Sending.language.field.choices or [])

    def clean_addresses(self) -> list[str]:
        text = str(self.cleaned_data["addresses"]).replace(",", " ").replace(";", " ")
        found = list({address.casefold(): address for address in text.split()}.values())
        if len(found) > MOST_TRIALS:
            raise ValidationError(_("At most five addresses."))
        for address in found:
            try:
                validate_email(address)
            except ValidationError as error:
                raise ValidationError(_("“%(address)s” is no address."), params={"address": address}) from error
        return found
