"""The letters by which a supporter's own page is opened and a new mail address is proved."""

from datetime import datetime

from django.db import transaction

from donations import access, letterhead, visits
from donations.models import Donor


@transaction.atomic
def send_link(donor: Donor, *, at: datetime, wall: datetime) -> None:
    """Send a link that opens the donor's page once, within minutes.

    :param wall: the wall clock's time, which links go by
    """
    address = visits.new_link(donor, at=wall)
    letterhead.to_donor(
        donor,
        key=f"giving-link:{donor.reference}:{wall.timestamp():.6f}",
        template="giving_link",
        context={"giving_link": address},
        at=at,
        language=donor.language,
    )


def shown_to(donor: Donor) -> str:
    """Return the donor's mail address as a page may show it to whoever holds a letter."""
    return access.masked(donor.email)
