"""The steward's first page: what needs the eyes of somebody who had no part in it."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.ui.components import Component

from aid import access, complaining, conflicts, fresh_eyes, holds, legal_holds, paying, transitions
from aid.desk import surge
from aid.models import AidRequest, DisbursementAttempt, Hold
from aid.statuses import OPEN
from core.clock import now
from organisation import screen
from organisation.models import User
from organisation.permissions import Permission
from organisation.staff import member, needs

# The rest is in the queue.
_SHOWN = 20
_CAME_BACK_WITHIN = timedelta(days=90)


class StewardPanel(Component):
    """What waits for a steward, on the first page of the desk; each number leads to its rows."""

    name = "steward"
    order = 111
    template_name = "aid/desk/steward_panel.html"

    def __init__(self, user: User) -> None:
        self.user = user

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        hidden = conflicts.cases_of(self.user)
        return {
            "complaints": complaining.to_answer(self.user).count(),
            "appeals": _open_appeals(self.user).count(),
            "ran_out": holds.ran_out(at=now()).exclude(request__case__in=hidden).count(),
            "came_back": _came_back(self.user, at=now()).count(),
        }


@needs(Permission.OVERSEE_CASES)
@never_cache
@require_safe
def steward(request: HttpRequest) -> HttpResponse:
    """Appeals, complaints, holds, what is overdue, conflicts and what the law keeps."""
    user, at = member(request), now()
    hidden = conflicts.cases_of(user)
    overdue = access.visible_to(user).filter(status__in=OPEN, due_on__lt=at.date()).order_by("due_on", "pk")
    context = {
        "appeals": _appeals(user),
        "complaints": complaining.to_answer(user).count(),
        "ran_out": holds.ran_out(at=at).exclude(request__case__in=hidden)[:_SHOWN],
        "holds": _running(at).exclude(request__case__in=hidden)[:_SHOWN],
        "overdue": [(row, (at.date() - row.due_on).days) for row in overdue[:_SHOWN] if row.due_on],
        "overdue_count": overdue.count(),
        "came_back": _came_back(user, at=at)[:_SHOWN],
        "conflicts": conflicts.standing().exclude(case__in=hidden).select_related("case__request")[:_SHOWN],
        "steps_back": conflicts.steps_back(at=at),
        "kept": legal_holds.standing().exclude(case__in=hidden).select_related("case__request")[:_SHOWN],
        "surge": surge.state(user, at=at),
        "user_id": user.pk,
    }
    return screen.show(request, "aid/desk/steward.html", title=_("Steward"), context=context)


@needs(Permission.OVERSEE_CASES)
@never_cache
@require_POST
def look(request: HttpRequest, hold: uuid.UUID) -> HttpResponse:
    """A hold that ran out was looked at."""
    found = _hold(request, hold)
    holds.look(hold_id=found.pk, by=member(request), at=now())
    messages.success(request, _("Noted. The request goes on without the hold."))
    return redirect("aid_steward")


@needs(Permission.OVERSEE_CASES)
@never_cache
@require_POST
def lift_hold(request: HttpRequest, hold: uuid.UUID) -> HttpResponse:
    """A hold ends before its time."""
    found = _hold(request, hold)
    try:
        holds.lift(hold_id=found.pk, by=member(request), at=now())
    except transitions.NotAllowed:
        messages.error(request, _("The worker was told that nothing is sent for a day. It ends by itself."))
    else:
        messages.success(request, _("The hold is lifted. Approval and payment can go on."))
    return redirect("aid_steward")


@needs(Permission.OVERSEE_CASES)
@never_cache
@require_POST
def lift_conflict(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody may see a case again."""
    try:
        conflicts.lift(conflict_id=pk, by=member(request), at=now())
    except transitions.NotAllowed:
        messages.error(request, _("Your own conflicts are lifted by another steward. Nothing was changed."))
        return redirect("aid_steward")
    except transitions.InConflict:
        messages.error(request, _("Another steward lifts this one. Nothing was changed."))
        return redirect("aid_steward")
    messages.success(request, _("Lifted. The person can see the case again."))
    return redirect("aid_steward")


def _hold(request: HttpRequest, pk: uuid.UUID) -> Hold:
    seen = Hold.objects.exclude(request__case__in=conflicts.cases_of(member(request)))
    return get_object_or_404(seen, pk=pk)


def _running(at: datetime) -> QuerySet[Hold]:
    return (
        Hold.objects.filter(lifted_at__isnull=True, until__gt=at)
        .select_related("request__case", "by")
        .order_by("until")
    )


def _came_back(user: User, *, at: datetime) -> QuerySet[DisbursementAttempt]:
    rows = paying.came_back_since(at - _CAME_BACK_WITHIN)
    return rows.exclude(disbursement__request__case__in=conflicts.cases_of(user))


def _appeals(user: User) -> list[dict[str, Any]]:
    """Return the appeals that are open, and who may take those that nobody has."""
    rows = list(_open_appeals(user).order_by("due_on", "pk")[:_SHOWN])
    may = fresh_eyes.may_take(rows)
    return [{"request": row, "may_take": may[row.pk], "is_own": user not in may[row.pk]} for row in rows]


def _open_appeals(user: User) -> QuerySet[AidRequest]:
    return access.visible_to(user).filter(round=2, status__in=OPEN)
