"""The desk's screens for donors: the list, one donor with everything in time order, and merging those who are one."""

from collections import defaultdict
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from moneyed import Money

from core import clock
from core.money import from_minor
from donations import merging
from donations.desk import finding, lists, tables, timeline
from donations.models import Donor, Payment, Subscription
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import member, needs

_DONORS = ("donations_donors", gettext_lazy("Donors"))
_MOMENTS_PER_PAGE = 100
_MOST_MATCHES = 20


@dataclass(frozen=True)
class Sum:
    """What a donor gave in one currency."""

    gifts: int
    given: Money
    gone: Money

    @property
    def left(self) -> Money:
        return self.given - self.gone


@needs(Permission.SEE_GIFTS)
@require_safe
def donors(request: HttpRequest) -> HttpResponseBase:
    """All donors, the newest first, each once."""
    form = finding.DonorFilter(request.GET)
    listing = lists.Listing(
        title=_("Donors"),
        template="donations/desk/donors.html",
        form=form,
        rows=finding.with_sums(form.found()).order_by("-since", "-pk"),
        table=tables.donors,
        deed="donations.donors_exported",
    )
    return lists.answer(request, listing)


@needs(Permission.SEE_GIFTS)
@require_safe
def donor(request: HttpRequest, reference: str) -> HttpResponse:
    """One donor. A merged one's address leads to the one who is kept."""
    row = get_object_or_404(Donor.objects.select_related("merged_into"), reference=reference)
    if row.merged_into:
        return redirect("donations_donor", reference=row.merged_into.reference)
    moments = Paginator(timeline.of(row, at=clock.now()), _MOMENTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "donor": row,
        "sums": _sums(row),
        "recurring": Subscription.objects.filter(Q(donor=row) | Q(donor__merged_into=row))
        .select_related("fund")
        .prefetch_related("changes")
        .order_by("-started_at"),
        "merged": row.merged.order_by("pk"),
        "alike": merging.like(row)[:_MOST_MATCHES] if not row.erased_at else [],
        "page": moments,
        "may_manage": request.user.has_perm(Permission.MANAGE_GIFTS) and not row.erased_at,
    }
    return screen.show(request, "donations/desk/donor.html", title=str(row), context=context, above=[_DONORS])


def _sums(donor: Donor) -> list[Sum]:
    gifts: dict[str, list[Payment]] = defaultdict(list)
    for gift in Payment.objects.of(donor).of_money().prefetch_related("refunds", "disputes__moves"):
        gifts[gift.given_currency].append(gift)
    return [
        Sum(
            len(each),
            from_minor(sum(gift.given_minor for gift in each), code),
            from_minor(sum(min(gift.gone_minor, gift.given_minor) for gift in each), code),
        )
        for code, each in sorted(gifts.items())
    ]


@needs(Permission.MANAGE_GIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def look_alikes(request: HttpRequest) -> HttpResponse:
    """Donors with the same name or postal address, to be merged or left."""
    if request.method == "POST":
        _merge(request, get_object_or_404(Donor, reference=request.POST.get("kept", "")))
        return redirect("donations_look_alikes")
    groups = merging.look_alikes()
    rows = Donor.objects.filter(pk__in=[row.pk for group in groups for row in group.donors])
    known = {row.pk: row for row in finding.with_sums(rows)}
    context = {"groups": [(group.shared, [known[row.pk] for row in group.donors]) for group in groups]}
    title = _("Who may be one person")
    return screen.show(request, "donations/desk/look_alikes.html", title=title, context=context, above=[_DONORS])


@needs(Permission.MANAGE_GIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, reference: str) -> HttpResponse:
    """Find another row of this donor's and merge it into this one."""
    kept = get_object_or_404(Donor, reference=reference)
    if request.method == "POST":
        _merge(request, kept)
        return redirect("donations_donor", reference=kept.reference)
    form = finding.NameFilter(request.GET if "q" in request.GET else None)
    found = form.found().exclude(pk=kept.pk).filter(erased_at=None) if form.wanted("q") else Donor.objects.none()
    context = {"donor": kept, "form": form, "found": finding.with_sums(found).order_by("pk")[:_MOST_MATCHES]}
    title = _("Merge into %(donor)s") % {"donor": kept}
    return screen.show(request, "donations/desk/merge.html", title=title, context=context, above=[_DONORS])


def _merge(request: HttpRequest, kept: Donor) -> None:
    at, by = clock.now(), member(request)
    for reference in request.POST.getlist("merged"):
        if reference == kept.reference:
            continue  # Among look-alikes all are ticked, the one that is kept too.
        merged = get_object_or_404(Donor, reference=reference)
        words = {"merged": merged.email or merged.name, "kept": kept}
        try:
            merging.merge(kept=kept, merged=merged, by=by, at=at)
        except merging.CannotMerge:
            messages.error(request, _("%(merged)s was not merged: one of the two was merged or erased.") % words)
        else:
            messages.success(request, _("%(merged)s is merged into %(kept)s. Undo it on the page of %(kept)s.") % words)


@needs(Permission.MANAGE_GIFTS)
@require_POST
def separate(request: HttpRequest, reference: str) -> HttpResponse:
    """Undo a merge."""
    merged = get_object_or_404(Donor, reference=reference)
    try:
        merging.separate(merged=merged, by=member(request), at=clock.now())
    except merging.NotMerged:
        messages.error(request, _("This donor stands for itself already."))
    else:
        messages.success(request, _("Separated. Gifts that came in between stay where they were booked."))
    return redirect("donations_donor", reference=merged.reference)
