"""The rows of one person: the one that stands for them, and those that were merged into it."""

from django.db import transaction
from django.db.models import Q

from donations.models import Donor


def of(donor: Donor) -> list[Donor]:
    return list(Donor.objects.filter(_of(donor.person.pk)).order_by("pk"))


def locked(donor_id: int) -> list[Donor]:
    """Return the rows of the person behind a donor as they are now; until the commit nobody merges or erases them.

    Whoever writes a name on paper, or takes it away, locks first: the gift if there is one, then these rows, in one
    order everywhere. Gifts of theirs can be booked meanwhile.
    """
    while True:
        with transaction.atomic():
            rows = Donor.objects.select_for_update(no_key=True).filter(_of(_person_id(donor_id))).order_by("pk")
            found = list(rows)
            # Who became one with them while we waited is not among those that are locked.
            if [row.pk for row in found] == _keys(donor_id):
                return found
            transaction.set_rollback(True)  # Gives the locks back: to lock more would be out of order.


def _of(person_id: int) -> Q:
    return Q(pk=person_id) | Q(merged_into=person_id)


def _person_id(donor_id: int) -> int:
    return Donor.objects.values_list("merged_into", flat=True).get(pk=donor_id) or donor_id


def _keys(donor_id: int) -> list[int]:
    return list(Donor.objects.filter(_of(_person_id(donor_id))).order_by("pk").values_list("pk", flat=True))
