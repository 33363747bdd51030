"""The desk's screen for letters: what happened to each. Whom a letter was for and what it says is not shown."""

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from mail.models import OutgoingEmail
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import needs

_PER_PAGE = 50


class LetterFilter(forms.Form):
    """Which letters to show."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=[("", gettext_lazy("all that did not arrive for sure")), *OutgoingEmail.State.choices],
        required=False,
    )


@needs(Permission.READ_AUDIT, Permission.MANAGE_ORGANISATION)
@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """Letters that failed or are uncertain, newest first; by the filter, the others too."""
    form = LetterFilter(request.GET)
    found = _wanted(form.cleaned_data["state"] if form.is_valid() else "")
    rows = found.only("key", "state", "queued_at", "attempts", "last_answer").order_by("-queued_at", "-pk")
    page = Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
    return screen.show(request, "mail/desk/letters.html", title=_("Letters"), context={"form": form, "page": page})


def _wanted(state: str) -> QuerySet[OutgoingEmail]:
    return OutgoingEmail.objects.filter(state=state) if state else OutgoingEmail.objects.troubled()
