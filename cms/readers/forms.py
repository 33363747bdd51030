"""What a reader fills in. There is no name to ask for, and so none that somebody else could write."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from cms.models.subscribers import Subscriber, Topic
from mail import addressing


class AddressField(forms.EmailField):
    """An address in the one form in which readers are kept: see ``mail.addressing.one_form``."""

    def clean(self, value: Any) -> str:
        try:
            return addressing.one_form(str(super().clean(value)))
        except addressing.AddressRefused as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


# Each in its own words: who reads only one of them looks for these.
_LANGUAGES = [(code, capfirst(get_language_info(code)["name_local"])) for code, _name in settings.LANGUAGES]


def _email(help_text: Any) -> AddressField:
    return AddressField(
        label=_("E-mail address"),
        help_text=help_text,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Write your e-mail address."),
            "invalid": _("This does not look like an e-mail address. It needs an @ and a dot, as in ann@example.org."),
        },
    )


class ChoiceForm(forms.Form):
    """About what, and in which language."""

    topics = forms.ModelMultipleChoiceField(
        label=_("What do you want to read about?"),
        help_text=_("Tick nothing, and you get every issue."),
        required=False,
        queryset=Topic.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.ChoiceField(label=_("Language of the letters"), choices=_LANGUAGES, widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, reader: Subscriber | None = None, initial: Any = None) -> None:
        offered = Q(is_offered=True)
        if reader is not None:
            mine = list(reader.topics.values_list("pk", flat=True))
            offered |= Q(pk__in=mine)
            initial = {"topics": mine, "language": reader.language}
        super().__init__(data, initial={"language": get_language() or "en"} | (initial or {}), label_suffix="")
        topics = self.fields["topics"]
        assert isinstance(topics, forms.ModelMultipleChoiceField)  # noqa: S101 - said above
        topics.queryset = Topic.objects.filter(offered).order_by("name")
        if not topics.queryset.exists():
            del self.fields["topics"]

    def chosen_topics(self) -> list[Topic]:
        """Return the topics that were ticked."""
        return list(self.cleaned_data.get("topics", ()))


class SignUpForm(ChoiceForm):
    """Who wants letters. The field that nobody sees is filled in by programs that fill in everything."""

    email = _email(_("We send one letter there with a link. Only that link begins the newsletter."))
    homepage = forms.CharField(required=False)
    field_order = ["email", "topics", "language"]


class LinkForm(forms.Form):
    """Where to send the link to one's own page."""

    email = _email(_("The one the newsletter comes to."))


class EraseForm(forms.Form):
    """The one confirmation before a reader is erased."""

    is_sure = forms.BooleanField(
        label=_("I know that this cannot be taken back"),
        error_messages={"required": _("Tick the box if you are sure.")},
    )
