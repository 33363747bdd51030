"""The desk's screens for closing months."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from ledger import closing, posting
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import member, needs

_MONTHS = ("ledger_months", gettext_lazy("Months"))


class CloseForm(forms.Form):
    """The month's name, typed: there is no way back."""

    typed = forms.CharField(max_length=10)

    def __init__(self, data: Any = None, *, name: str) -> None:
        self.name = name
        super().__init__(data)
        self.fields["typed"].label = _("Type %(name)s to close it for ever") % {"name": name}

    def clean_typed(self) -> str:
        typed = str(self.cleaned_data["typed"])
        if typed != self.name:
            raise ValidationError(_("This is not %(name)s. Nothing was closed."), params={"name": self.name})
        return typed


@needs(Permission.SEE_BOOKS)
@require_safe
def months(request: HttpRequest) -> HttpResponse:
    """All months, newest first: which are closed, and by whom."""
    context = {"months": closing.months(today=posting.day_of(clock.now()))}
    return screen.show(request, "ledger/desk/months.html", title=_("Months"), context=context)


@needs(Permission.MANAGE_FUNDS)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, name: str) -> HttpResponse:
    """Close a month, and those before it, after a last look at what is open."""
    today = posting.day_of(clock.now())
    there = closing.months(today=today)
    month = next((each for each in there if each.name == name), None)
    if month is None:
        raise Http404
    form = CloseForm(request.POST if request.method == "POST" else None, name=name)
    if request.method == "POST" and form.is_valid():
        try:
            closing.close(until=month.until, by=member(request), at=clock.now())
        except closing.AlreadyClosed:
            messages.info(request, _("It is closed already."))
        except closing.NotOver:
            messages.error(request, _("This month is not over yet. Nothing was closed."))
        else:
            day = date_format(month.until, "DATE_FORMAT")
            messages.success(request, _("The books are closed until %(day)s.") % {"day": day})
        return redirect("ledger_months")
    context = {
        "form": form,
        "month": month,
        "loose": closing.loose(until=month.until),
        "also": [each for each in there if each.closing is None and each.first < month.first],
    }
    title = _("Close %(month)s") % {"month": date_format(month.first, "YEAR_MONTH_FORMAT")}
    return screen.show(request, "ledger/desk/month.html", title=title, context=context, above=[_MONTHS])
