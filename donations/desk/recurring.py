"""The desk's screens for gifts that come again, and for their payments that failed."""

from django.db.models import F
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from donations import trends
from donations.desk import finding, lists, tables
from organisation.permissions import Permission
from organisation.staff import needs


@needs(Permission.SEE_GIFTS)
@require_safe
def recurring(request: HttpRequest) -> HttpResponseBase:
    """All gifts that come again: the running ones first, the newest of them first."""
    form = finding.RecurringFilter(request.GET)
    found = form.found()
    listing = lists.Listing(
        title=_("Recurring gifts"),
        template="donations/desk/recurring.html",
        form=form,
        rows=found.select_related("donor__merged_into", "fund")
        .prefetch_related("changes")
        .order_by(F("ended_at").desc(nulls_first=True), "-started_at", "-pk"),
        table=tables.recurring,
        deed="donations.recurring_gifts_exported",
        # A sum over running and ended ones together would mean nothing.
        context={"together": trends.by_interval(found) if form.wanted("state") or form.wanted("running_on") else []},
    )
    return lists.answer(request, listing)


@needs(Permission.SEE_GIFTS)
@require_safe
def failed(request: HttpRequest) -> HttpResponseBase:
    """Payments that failed, newest first, each once however often it was tried."""
    form = finding.FailedFilter(request.GET)
    rows = form.found().annotate(is_rescued=trends.paid_after_all())
    listing = lists.Listing(
        title=_("Failed payments"),
        template="donations/desk/failed.html",
        form=form,
        rows=rows.select_related("subscription__donor__merged_into", "subscription__fund").order_by("-noted_at", "-pk"),
        table=tables.failed,
        deed="donations.failed_payments_exported",
    )
    return lists.answer(request, listing)
