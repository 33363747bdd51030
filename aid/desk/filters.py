"""Which requests of the queue to show, and in which order."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import F, OrderBy, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from aid import access
from aid.answers import Kind
from aid.desk import queue
from aid.models import AidRequest
from aid.statuses import OPEN
from organisation.models import User

_ALL = ("", _("All"))
_LESS_USED = ("overdue", "surge")
_DUE: list[str | OrderBy] = [F("due_on").asc(), "submitted_at", "pk"]
_ORDERS: dict[str, list[str | OrderBy]] = {
    "age": ["submitted_at", "pk"],
    "newest": ["-submitted_at", "pk"],
    "amount": [F("amount_minor").desc(nulls_last=True), *_DUE],
    "kind": ["case__kind", *_DUE],
    "status": ["status", *_DUE],
    "taken": [F("taken_by__name").asc(nulls_first=True), *_DUE],
}


class QueueForm(forms.Form):
    """Each field narrows what the others leave. A value that makes no sense narrows nothing."""

    status = forms.ChoiceField(label=_("Status"), required=False)
    kind = forms.ChoiceField(label=_("What happened"), required=False, choices=[_ALL, *Kind.choices])
    whose = forms.ChoiceField(
        label=_("In hand"),
        required=False,
        choices=[
            _ALL,
            ("mine", _("you have it")),
            ("nobodys", _("nobody has it")),
            ("others", _("a colleague has it")),
        ],
    )
    money = forms.ChoiceField(
        label=_("Money"), required=False, choices=[_ALL, ("with", _("asked for")), ("without", _("not asked for"))]
    )
    overdue = forms.BooleanField(label=_("Overdue"), required=False)
    surge = forms.BooleanField(label=_("From a surge"), required=False)
    sort = forms.ChoiceField(
        required=False, choices=[("", ""), *((name, name) for name in _ORDERS)], widget=forms.HiddenInput
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        self.fields["status"].choices = [("", _("everything that waits")), *queue.choices(user)]  # type: ignore[attr-defined]  # a choice field
        if not access.may_read_story(user):
            del self.fields["kind"]

    def first(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in _LESS_USED]

    def more(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name in _LESS_USED]

    def uses_more(self) -> bool:
        return any(self.data.get(name) for name in _LESS_USED)

    def found(self, *, at: datetime) -> QuerySet[AidRequest]:
        """Return the requests that are asked for, in order."""
        self.is_valid()
        wanted = self.cleaned_data
        # A pile of others is not on offer here, and is asked for as it was typed: it is empty, not everything.
        rows = queue.narrowed(self.user, self.data.get("status", ""), at=at).filter(self._narrower(wanted, at))
        return rows.order_by(*_ORDERS.get(wanted.get("sort", ""), _DUE))

    def _narrower(self, wanted: dict[str, Any], at: datetime) -> Q:
        whose = {
            "mine": Q(taken_by=self.user),
            "nobodys": Q(taken_by__isnull=True),
            "others": Q(taken_by__isnull=False) & ~Q(taken_by=self.user),
        }
        asked = {"with": Q(wants_money=True), "without": Q(wants_money=False)}
        found = whose.get(wanted.get("whose", ""), Q()) & asked.get(wanted.get("money", ""), Q())
        if wanted.get("kind"):
            found &= Q(case__kind=wanted["kind"])
        if wanted.get("overdue"):
            found &= Q(status__in=OPEN, due_on__lt=at.date())
        if wanted.get("surge"):
            found &= Q(case__came_in_surge=True)
        return found
