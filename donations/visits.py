"""Visits to a supporter's own page: a link that opens once, exchanged for half an hour that each page begins anew.

What opens the page is a random key in a letter, then one in a cookie; the database keeps only their hashes. All times
here are the wall clock's: a door does not stay open because the demo's clock stands still.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from donations.models import Donor, GivingLink

_LINK_OPENS_FOR = timedelta(minutes=15)
_IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=2)
# Whoever opens an old letter is offered a fresh link by one button.
_KEPT_FOR = timedelta(days=60)


class LinkIsSpent(Exception):
    """The link was used, is too old, or there never was one."""


@transaction.atomic
def new_link(donor: Donor, *, at: datetime) -> str:
    """Return a new address that opens the donor's page once, in their language. Links that are long over are forgotten."""
    GivingLink.objects.filter(expires_at__lt=at - _KEPT_FOR).delete()
    key = secrets.token_urlsafe(24)
    GivingLink.objects.create(donor=donor, key_hash=_hash(key), made_at=at, expires_at=at + _LINK_OPENS_FOR)
    with translation.override(donor.language):
        return settings.SITE_URL + reverse("donations:open_page", args=[key])


def known(key: str) -> GivingLink | None:
    """Return the link of a letter, open or spent."""
    return GivingLink.objects.select_related("donor__merged_into").filter(key_hash=_hash(key)).first()


def is_open(link: GivingLink, *, at: datetime) -> bool:
    """Return whether the link can still be exchanged for a visit."""
    return link.used_at is None and at < link.expires_at and bool(link.donor.person.email)


@transaction.atomic
def begin(key: str, *, at: datetime) -> str:
    """Exchange a link for a visit; return what the cookie is to hold.

    :raises LinkIsSpent: if it was used before or is too old
    """
    link = GivingLink.objects.select_for_update(of=("self",)).filter(key_hash=_hash(key)).first()
    if link is None or not is_open(link, at=at):
        raise LinkIsSpent
    secret = secrets.token_urlsafe(24)
    link.used_at, link.visit_hash, link.visit_ends_at = at, _hash(secret), at + _IDLE
    link.save(update_fields=["used_at", "visit_hash", "visit_ends_at"])
    return secret


def of(secret: str, *, at: datetime) -> GivingLink | None:
    """Return the visit that a cookie stands for, and let its half hour begin anew; none if it has ended."""
    link = (
        GivingLink.objects.select_related("donor__merged_into")
        .filter(visit_hash=_hash(secret), visit_ends_at__gt=at)
        .first()
    )
    if link is None or link.used_at is None or link.visit_ends_at is None or link.donor.person.erased_at:
        return None
    end = min(at + _IDLE, link.used_at + LONGEST)
    # Not on each click: a few minutes more or less do not matter.
    if end - link.visit_ends_at > timedelta(minutes=2):
        GivingLink.objects.filter(pk=link.pk, visit_ends_at__gt=at).update(visit_ends_at=end)
    return link


def end(secret: str, *, at: datetime) -> None:
    """Close the page on this device."""
    GivingLink.objects.filter(visit_hash=_hash(secret), visit_ends_at__gt=at).update(visit_ends_at=at)


def end_all(donor: Donor) -> None:
    """Close the page on every device, and make every link useless."""
    GivingLink.objects.filter(donor=donor).delete()


def _hash(key: str) -> bytes:
    """Keys are random and long: a plain hash cannot be turned back."""
    return hashlib.sha256(key.encode()).digest()
