"""Which letters in the outbox are to a donor, or were: found by their address or by what they are about."""

from collections.abc import Iterator

from django.db.models import Q

from donations.models import Donor, FailedRenewal, Payment, Receipt, Subscription
from mail.models import OutgoingEmail


def family(donor: Donor) -> list[Donor]:
    """Return the rows of one person: the one that stands for them, and those that were merged into it."""
    person = donor.person
    return list(Donor.objects.filter(Q(pk=person.pk) | Q(merged_into=person)).order_by("pk"))


def find(donor: Donor) -> Iterator[OutgoingEmail]:
    """Yield the letters of one person.

    Addresses are sealed, each differently, so every letter has to be opened. That is slow and rare.
    """
    rows = family(donor)
    emails = {row.email.casefold() for row in rows if row.email}
    about = set(_names(rows))
    for letter in OutgoingEmail.objects.order_by("pk").iterator(chunk_size=500):
        if about & set(letter.key.split(":")) or letter.recipient.casefold() in emails:
            yield letter


def _names(rows: list[Donor]) -> Iterator[str]:
    """Yield what stands in the keys of letters about these donors, also of those that went to an address of before."""
    yield from (row.reference for row in rows)
    yield from Payment.objects.filter(donor__in=rows).values_list("reference", flat=True)
    yield from Receipt.objects.filter(payment__donor__in=rows).values_list("number", flat=True)
    yield from Subscription.objects.filter(donor__in=rows).values_list("stripe_id", flat=True)
    yield from Subscription.objects.filter(donor__in=rows).values_list("reference", flat=True)
    yield from FailedRenewal.objects.filter(subscription__donor__in=rows).values_list("invoice_id", flat=True)
