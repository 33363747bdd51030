"""How long what is kept: a table that those who answer for it change. A shorter time is shown with what it would erase."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from aid import expired, retention
from aid.classes import FLOOR_DAYS, DataClass
from aid.models import RetentionRule
from core.clock import now
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import member, needs

_WHO = (Permission.OVERSEE_CASES, Permission.MANAGE_ORGANISATION)


class DaysForm(forms.Form):
    """The time for one class of data."""

    days = forms.IntegerField(
        label=gettext_lazy("Days"),
        max_value=retention.LONGEST,
        error_messages={
            "required": gettext_lazy("Please type a number of days."),
            "invalid": gettext_lazy("Please type a number of days, for example 90."),
            "max_value": gettext_lazy("Nothing is kept for longer than a hundred years."),
        },
    )
    is_sure = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, data_class: DataClass, **options: Any) -> None:
        super().__init__(*args, **options)
        self.floor = FLOOR_DAYS[data_class]
        self.fields["days"].widget.attrs["min"] = self.floor

    def clean_days(self) -> int:
        days: int = self.cleaned_data["days"]
        if days < self.floor:
            said = ngettext(
                "This is kept for at least %(number)d day. Please type that or more.",
                "This is kept for at least %(number)d days. Please type that or more.",
                self.floor,
            )
            raise forms.ValidationError(said % {"number": self.floor})
        return days


@needs(*_WHO)
@never_cache
@require_safe
def times(request: HttpRequest) -> HttpResponse:
    """Each class of data: what it holds, from when it counts, for how long, and how much is due to be erased."""
    return _page(request)


@needs(*_WHO)
@never_cache
@require_POST
def change(request: HttpRequest, name: str) -> HttpResponse:
    """Keep a class for longer; or for less, after a look at what that erases."""
    if name not in DataClass.values:
        raise Http404
    data_class, at = DataClass(name), now()
    form = DaysForm(request.POST, data_class=data_class)
    if not form.is_valid():
        return _page(request, asked=(data_class, form, None), status=422)
    days = form.cleaned_data["days"]
    if days < retention.days(data_class) and not form.cleaned_data["is_sure"]:
        return _page(request, asked=(data_class, form, _would_go(data_class, days, at=at)))
    retention.change(data_class=data_class, days=days, by=member(request), at=at)
    messages.success(
        request,
        _(
            "Changed. It counts at once, also for what is there already: every hour what has outlived its time is erased."
        ),
    )
    return redirect("aid_retention")


def _would_go(data_class: DataClass, days: int, *, at: datetime) -> int:
    """Return of how many cases something would be erased in the next run, if the time were this. Nothing is changed."""
    with transaction.atomic():
        RetentionRule.objects.update_or_create(pk=data_class, defaults={"days": days})
        count = expired.of(data_class, at=at).count()
        transaction.set_rollback(True)
    return count


def _page(
    request: HttpRequest, *, asked: tuple[DataClass, DaysForm, int | None] | None = None, status: int = 200
) -> HttpResponse:
    at = now()
    rows: list[dict[str, Any]] = [
        {
            "rule": rule,
            "form": DaysForm(initial={"days": rule.days}, auto_id=f"{rule.data_class}_%s", data_class=rule.data_class),
            "due": expired.of(rule.data_class, at=at).count(),
        }
        for rule in retention.rules()
    ]
    for row in rows:
        if asked and row["rule"].data_class == asked[0]:
            row["form"] = asked[1]
    context = {
        "rows": rows,
        "asked": asked[0] if asked else None,
        "would_go": asked[2] if asked else None,
        "days": asked[1].cleaned_data.get("days") if asked else None,
    }
    return screen.show(request, "aid/desk/retention.html", title=_("Times of keeping"), context=context, status=status)
