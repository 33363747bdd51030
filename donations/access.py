"""The address of a supporter's own page in our letters. It opens nothing: it offers to send a link that does."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from core import links
from donations.models import Donor

_PURPOSE = "donations.giving"
# Long enough for a yearly tax return; each letter brings a fresh one.
_GOOD_FOR = timedelta(days=400)


class NoSuchSupporter(Exception):
    """The address is forged, too old, or its donor is no more."""


def link(donor: Donor) -> str:
    """Return the full address for a letter about money, in the donor's language."""
    with translation.override(donor.language):
        return settings.SITE_URL + reverse("donations:giving", args=[links.sign(_PURPOSE, donor.reference)])


def donor_of(token: str) -> Donor:
    """Return whose letter an address comes from; of merged donors the one that was kept.

    :raises NoSuchSupporter: if it comes from none
    """
    try:
        reference = links.read(_PURPOSE, token, max_age=_GOOD_FOR)
        donor = Donor.objects.select_related("merged_into").get(reference=reference).person
    except (links.LinkRefused, Donor.DoesNotExist) as error:
        raise NoSuchSupporter from error
    if not donor.email:
        raise NoSuchSupporter
    return donor


def masked(email: str) -> str:
    """Return a mail address so that its owner knows it and others do not learn it: a•••@example.org."""
    name, _at, domain = email.rpartition("@")
    return f"{name[:1]}•••@{domain}"
