"""The rows behind the numbers of a sending, and the three answers to an uncertain one."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cms.desk import sending_situation
from cms.desk.sending import ISSUES, may_see_readers
from cms.models import Delivery, Sending
from cms.sending import uncertain
from core import clock
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import member, needs

_PER_PAGE = 50
_DEEDS: dict[str, Callable[..., None]] = {
    "arrived": uncertain.arrived,
    "again": uncertain.send_again,
    "leave": uncertain.leave,
}
_LABELS = [
    ("arrived", gettext_lazy("It arrived")),
    ("again", gettext_lazy("Send it again")),
    ("leave", gettext_lazy("Leave it")),
]


class RowFilter(forms.Form):
    """Which letters to show."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"), choices=[("", gettext_lazy("all")), *Delivery.State.choices], required=False
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Left out because"),
        choices=[("", gettext_lazy("all")), *Delivery.Reason.choices],
        required=False,
    )
    unsubscribed = forms.BooleanField(label=gettext_lazy("Only who left by its link"), required=False)


@needs(Permission.SEND_LETTERS)
@require_safe
def rows(request: HttpRequest, pk: int) -> HttpResponse:
    """The letters of a sending. Whose each is, is for those who look after readers."""
    found = sending_situation.find(pk)
    if found.sending is None:
        raise Http404
    form = RowFilter(request.GET)
    letters = Delivery.objects.filter(sending=found.sending).order_by("pk")
    wanted = form.cleaned_data if form.is_valid() else {}
    for name in ("state", "reason"):
        if wanted.get(name):
            letters = letters.filter(**{name: wanted[name]})
    if wanted.get("unsubscribed"):
        letters = letters.filter(unsubscribed_at__isnull=False)
    page = _pages(letters, found.sending if not any(wanted.values()) else None).get_page(request.GET.get("page"))
    # Readers are joined to the rows of this page, not to all that come before them.
    page.object_list = Delivery.objects.filter(pk__in=[row.pk for row in page.object_list]).order_by("pk")
    if may_see_readers(request):
        page.object_list = page.object_list.select_related("subscriber")
    context = {
        "form": form,
        "issue": found.issue,
        "page": page,
        "may_see_readers": may_see_readers(request),
        "deeds": _LABELS,
        "is_uncertain": wanted.get("state") == Delivery.State.UNCERTAIN,
        "before": _("Back"),
        "after": _("On"),
    }
    title = _("Letters of “%(issue)s”") % {"issue": found.issue.draft_title}
    return screen.show(request, "cms/desk/letters_rows.html", title=title, context=context, above=[ISSUES])


def _pages(letters: QuerySet[Delivery], whole: Sending | None) -> Paginator[Delivery]:
    """Cut into pages; of a whole sending, how many rows there are is known without counting them."""
    pages = Paginator(letters, _PER_PAGE)
    if whole is not None and whole.selected is not None:
        vars(pages)["count"] = whole.selected
    return pages


@needs(Permission.SEND_LETTERS)
@require_POST
def settle(request: HttpRequest, pk: int, delivery: int) -> HttpResponse:
    """Say what became of an uncertain letter."""
    row = get_object_or_404(Delivery, pk=delivery, sending__issue_id=pk)
    deed = _DEEDS.get(request.POST.get("deed", ""))
    if deed is None:
        raise Http404
    try:
        deed(delivery=row, by=member(request), at=clock.now())
    except uncertain.NotUncertain:
        messages.warning(
            request, _("Meanwhile somebody said what became of it, or it was found out. Nothing was done.")
        )
    except uncertain.StoppedForGood:
        messages.error(request, _("The sending was stopped: nothing of it leaves any more."))
    else:
        messages.success(request, _("Noted."))
    return redirect(f"{reverse('cms_sending_rows', args=[pk])}?state=uncertain")
