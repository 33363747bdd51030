"""The desk's screen for names and messages on the thank-you wall."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import clock
from donations import moderating
from donations.desk import finding, lists
from donations.models import WallEntry
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import member, needs


@needs(Permission.SEE_GIFTS)
@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """What is to be read first, the oldest first; by the filter, what is shown or not."""
    form = finding.WallFilter(request.GET)
    rows = (
        form.found()
        .select_related("checkout__fund", "decided_by")
        .prefetch_related("checkout__payments__donor__merged_into")
    )
    rows = rows.order_by("-decided_at", "-pk") if form.wanted("state") else rows.order_by("pk")
    context = {
        "form": form,
        "page": Paginator(rows, lists.PER_PAGE).get_page(request.GET.get("page")),
        "may_decide": request.user.has_perm(Permission.MANAGE_GIFTS),
    }
    return screen.show(request, "donations/desk/wall.html", title=_("Names and messages"), context=context)


@needs(Permission.MANAGE_GIFTS)
@require_POST
def decide(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Show an entry, or do not."""
    entry, is_shown = get_object_or_404(WallEntry, pk=pk), deed == "show"
    moderating.decide(entry=entry, is_shown=is_shown, by=member(request), at=clock.now())
    messages.success(request, _("It is shown now.") if is_shown else _("It is not shown."))
    return redirect("donations_wall")
