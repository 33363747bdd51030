"""The supporter's own page: who has the link may come in. It stands in every letter, so the newest is never far."""

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
    """The link is forged, too old, or its donor is no more."""


def link(donor: Donor) -> str:
    """Return the full address of the donor's own page, in their language."""
    with translation.override(donor.language):
        return settings.SITE_URL + reverse("donations:giving", args=[links.sign(_PURPOSE, donor.reference)])


def donor_of(token: str) -> Donor:
    """Return whose page a link opens.

    :raises NoSuchSupporter: if it opens none
    """
    try:
        return Donor.objects.get(reference=links.read(_PURPOSE, token, max_age=_GOOD_FOR))
    except (links.LinkRefused, Donor.DoesNotExist) as error:
        raise NoSuchSupporter from error
