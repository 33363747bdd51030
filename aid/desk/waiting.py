"""The queue: the requests that wait for somebody, narrowed, sorted, a page at a time; or as a file without identity."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from aid import access, signs
from aid.desk import queue
from aid.desk.filters import QueueForm
from aid.models import AidRequest
from aid.statuses import OPEN, Status
from core.clock import now
from organisation import exports, screen
from organisation.models import User
from organisation.permissions import Permission
from organisation.staff import member, needs

_PER_PAGE = 50
_TO_TAKE = (Status.RECEIVED, Status.APPEALED)


@needs(Permission.SEE_CASES)
@never_cache
@require_safe
def cases(request: HttpRequest) -> HttpResponseBase:
    """The requests that wait for somebody, the longest due first; by a filter, the others too."""
    user, at = member(request), now()
    form = QueueForm(request.GET, user=user)
    found = form.found(at=at)
    wanted = exports.chosen(request.GET.get("export"))
    if wanted and request.method == "GET" and form.is_valid():
        return exports.download(
            table=_table(found, user, at=at),
            form=wanted,
            by=user,
            action="aid.cases_exported",
            note=exports.noted(form),
            at=at,
        )
    page = Paginator(queue.marked(found, user, at=at), _PER_PAGE).get_page(request.GET.get("page"))
    order = request.GET.copy()
    for name in ("page", "sort", "export"):
        order.pop(name, None)
    context = {
        "rows": [_row(row, user, at=at) for row in page],
        "page": page,
        "form": form,
        "exports": True,
        "reads_story": access.may_read_story(user),
        "answers": queue.answers_workers(user),
        "may_decline": user.has_perm(Permission.REVIEW_CASES),
        "unsorted": order.urlencode(),
    }
    return screen.show(request, "aid/desk/queue.html", title=_("Cases"), context=context)


def _row(row: Any, user: User, *, at: datetime) -> dict[str, Any]:
    reviews = row.status in _TO_TAKE and user.has_perm(Permission.REVIEW_CASES)
    return {
        "request": row,
        "age": _age(row, at),
        "is_overdue": _is_overdue(row, at),
        "looks_like": len({one["pk"] for shared in signs.SHARED for one in getattr(row, f"like_{shared}")}),
        "may_take": reviews,
        "is_mine": row.taken_by_id == user.pk,
    }


def _table(rows: QuerySet[AidRequest], user: User, *, at: datetime) -> exports.Table:
    """Return the queue as a table that tells nobody who a worker is."""
    reads = access.may_read_story(user)
    columns = [_("Case"), _("Received"), _("Answer by"), _("Age in days"), _("Overdue"), _("Status")]
    columns += [_("What happened"), _("From a surge")] if reads else []
    columns += [_("Asked for"), _("Currency"), _("Taken by")]
    return exports.Table(_("Cases"), columns, _cells(rows, reads=reads, at=at))


def _cells(rows: QuerySet[AidRequest], *, reads: bool, at: datetime) -> Iterator[list[exports.Cell]]:
    for row in rows.iterator(chunk_size=1000):
        cells: list[exports.Cell] = [row.case.short, row.submitted_at, row.due_on, _age(row, at)]
        cells += [_("yes") if _is_overdue(row, at) else "", row.get_status_display()]
        if reads:
            cells += [row.case.get_kind_display(), _("yes") if row.case.came_in_surge else ""]
        yield [*cells, row.amount, row.currency if row.amount else "", str(row.taken_by or "")]


def _age(row: AidRequest, at: datetime) -> int:
    return (at - row.submitted_at).days if row.submitted_at else 0


def _is_overdue(row: AidRequest, at: datetime) -> bool:
    return row.status in OPEN and row.due_on is not None and row.due_on < at.date()
