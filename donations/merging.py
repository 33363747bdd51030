"""Donors who are one person: the row that is kept stands for the others. Nothing that was booked is rewritten."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Lower, Trim

from donations.models import Donor
from organisation import audit
from organisation.models import User

# A page of look-alikes; the rest comes when these are done.
MOST_GROUPS = 50


class CannotMerge(Exception):
    """The two are the same row already, or one of them was erased."""


class NotMerged(Exception):
    """The donor stands for itself: there is nothing to undo."""


@dataclass(frozen=True)
class LookAlikes:
    """Donors who may be one person. ``shared``: the name or address that they share, as one of them wrote it."""

    shared: str
    donors: Sequence[Donor]


@transaction.atomic
def merge(*, kept: Donor, merged: Donor, by: User, at: datetime) -> None:
    """Let one donor stand for another, and for those whom that one stood for.

    Their gifts stay as they were booked and count for the one who is kept; so does what comes from now on.

    :raises CannotMerge: if they are one already or one was erased
    """
    rows = {row.pk: row for row in _locked(Q(pk__in=[kept.pk, merged.pk]) | Q(merged_into=merged))}
    kept, merged = rows[kept.pk], rows[merged.pk]
    if kept.pk == merged.pk or kept.merged_into_id or merged.merged_into_id or kept.erased_at or merged.erased_at:
        raise CannotMerge
    # Those it stood for first: the database refuses chains.
    for row in [*(row for row in rows.values() if row.merged_into_id == merged.pk), merged]:
        row.merged_into = kept
        row.save(update_fields=["merged_into"])
        audit.record(actor=by, action="donations.donor_merged", subject=row, reason=f"into:{kept.pk}", at=at)


@transaction.atomic
def separate(*, merged: Donor, by: User, at: datetime) -> Donor:
    """Undo a merge. What came in between stays with the one who was kept, as it was booked.

    :returns: the donor who stood for this one
    :raises NotMerged: if nobody did
    """
    row = _locked(Q(pk=merged.pk)).get()
    kept = row.merged_into
    if kept is None:
        raise NotMerged
    row.merged_into = None
    row.save(update_fields=["merged_into"])
    audit.record(actor=by, action="donations.donor_separated", subject=row, reason=f"from:{kept.pk}", at=at)
    return kept


def _locked(which: Q) -> QuerySet[Donor]:
    # In one order everywhere, so that two at once wait for each other instead of biting each other. Gifts are booked meanwhile.
    return (
        Donor.objects.select_for_update(of=("self",), no_key=True)
        .select_related("merged_into")
        .filter(which)
        .order_by("pk")
    )


def look_alikes() -> list[LookAlikes]:
    """Return donors with the same name or the same postal address, in any case of letters and any spacing."""
    found = [*_sharing("name"), *_sharing("address")]
    seen: set[tuple[int, ...]] = set()
    groups = []
    for group in found:
        key = tuple(donor.pk for donor in group.donors)
        if key not in seen:
            groups.append(group)
            seen.add(key)
    return groups[:MOST_GROUPS]


def like(donor: Donor) -> QuerySet[Donor]:
    """Return the donors who share the name or the address of this one."""
    name, address = (" ".join(text.lower().split()) for text in (donor.name, donor.address))
    same = Q(plain_name=name, plain_name__gt="") | Q(plain_address=address, plain_address__gt="")
    others = _people().annotate(plain_name=_plain("name"), plain_address=_plain("address"))
    return others.filter(same).exclude(pk=donor.pk).order_by("pk")


def _people() -> QuerySet[Donor]:
    return Donor.objects.people().filter(erased_at=None)


def _comparable(field: str) -> QuerySet[Any]:
    return _people().exclude(**{field: ""}).annotate(plain=_plain(field))


def _plain(field: str) -> Trim:
    spaces = Func(F(field), Value(r"\s+"), Value(" "), Value("g"), function="regexp_replace", output_field=TextField())
    return Trim(Lower(spaces))


def _sharing(field: str) -> list[LookAlikes]:
    shared = _comparable(field).values("plain").annotate(rows=Count("pk")).filter(rows__gt=1).order_by("plain")
    plains = [row["plain"] for row in shared[:MOST_GROUPS]]
    groups: dict[str, list[Donor]] = defaultdict(list)
    for donor in _comparable(field).filter(plain__in=plains).order_by("plain", "since", "pk"):
        groups[donor.plain].append(donor)
    return [LookAlikes(getattr(donors[0], field), donors) for donors in groups.values()]
