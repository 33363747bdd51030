"""A list of the desk: narrowed by its filter, a page at a time; or all of what was found, as a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase

from core import clock
from donations.desk.filters import Filter
from organisation import exports, screen
from organisation.staff import member

PER_PAGE = 50


@dataclass(frozen=True)
class Listing:
    """What a list shows. ``rows`` are in order; ``table`` makes a file of them, ``deed`` is its name in the trail."""

    title: str
    template: str
    form: Filter
    rows: QuerySet[Any]
    table: Callable[[str, QuerySet[Any]], exports.Table]
    deed: str
    context: Mapping[str, Any] = field(default_factory=dict)


def answer(request: HttpRequest, listing: Listing) -> HttpResponseBase:
    """Answer with the page of the list that is asked for, or with all its rows if the address asks for a file.

    A filter that makes no sense is shown with what is wrong, without rows and without a file: they would be more than
    was meant.
    """
    form = exports.chosen(request.GET.get("export"))
    if form and listing.form.is_valid():
        note = exports.noted(listing.form)
        table = listing.table(listing.title, listing.rows)
        return exports.download(
            table=table, form=form, by=member(request), action=listing.deed, note=note, at=clock.now()
        )
    rows = listing.rows if listing.form.is_valid() else listing.rows.none()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": listing.form, "page": page, "exports": True} | dict(listing.context)
    return screen.show(request, listing.template, title=listing.title, context=context)
