"""Which letters in the outbox are to a donor, or were: found by what they are about, or by their address."""

from collections.abc import Iterator

from donations import families
from donations.models import Donor, FailedRenewal, Payment, Receipt, Statement, Subscription
from mail.models import OutgoingEmail

# Letters to an address that may be nobody's yet. Others, about a request for aid or for staff, are not to the donor.
_BY_ADDRESS = {"gift-failed", "email-confirm", "email-taken"}


def find(donor: Donor) -> Iterator[OutgoingEmail]:
    """Yield the letters about gifts of one person.

    Addresses are sealed, each differently, so these letters have to be opened one by one.
    """
    rows = families.of(donor)
    emails = {row.email.casefold() for row in rows if row.email}
    about = set(_names(rows))
    letters = OutgoingEmail.objects.defer("text_sealed", "html_sealed").order_by("pk")
    for letter in letters.iterator(chunk_size=500):
        parts = letter.key.split(":")
        if about.intersection(parts) or (parts[0] in _BY_ADDRESS and letter.recipient.casefold() in emails):
            yield letter


def _names(rows: list[Donor]) -> Iterator[str]:
    """Yield what stands in the keys of letters about these donors, also of those that went to an address of before."""
    yield from (row.reference for row in rows)
    yield from Payment.objects.filter(donor__in=rows).values_list("reference", flat=True)
    yield from Receipt.objects.filter(payment__donor__in=rows).values_list("number", flat=True)
    yield from Statement.objects.filter(donor__in=rows).values_list("number", flat=True)
    yield from Subscription.objects.filter(donor__in=rows).values_list("stripe_id", flat=True)
    yield from Subscription.objects.filter(donor__in=rows).values_list("reference", flat=True)
    yield from FailedRenewal.objects.filter(subscription__donor__in=rows).values_list("invoice_id", flat=True)
