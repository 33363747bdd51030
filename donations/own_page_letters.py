"""The letters by which a supporter's own page is opened and a new mail address is proved."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from donations import access, visits
from donations.models import Donor
from mail import outbox


@transaction.atomic
def send_link(donor: Donor, *, at: datetime, wall: datetime) -> None:
    """Send a link that opens the donor's page once, within minutes.

    :param wall: the wall clock's time, which links go by
    """
    address = visits.new_link(donor, at=wall)
    _to(donor, donor.person.email, "giving_link", {"giving_link": address}, at=at)


def confirm_email(donor: Donor, email: str, address: str, *, at: datetime) -> None:
    """Ask the owner of a new mail address whether it is theirs."""
    _to(donor, email, "email_confirm", {"address": address}, at=at)


def email_is_taken(donor: Donor, email: str, *, at: datetime) -> None:
    """Tell the owner of a mail address from which gifts come already that two donors are put together by us only."""
    _to(donor, email, "email_taken", {}, at=at)


def email_changed(donor: Donor, old: str, address: str, *, at: datetime) -> None:
    """Tell the old mail address that another is used from now on, and how to take that back."""
    _to(donor, old, "email_changed", {"new": access.masked(donor.email), "address": address}, at=at)


def _to(donor: Donor, email: str, template: str, context: Mapping[str, str], *, at: datetime) -> None:
    outbox.queue(
        key=f"{template.replace('_', '-')}:{donor.reference}:{secrets.token_urlsafe(9)}",
        to=email,
        template=f"donations/{template}",
        context=context,
        at=at,
        language=donor.language,
    )
