"""What donors tell us of themselves: name and postal address for receipts, and the mail address that they are known by."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from core import links
from donations import own_page_letters, visits
from donations.models import Donor
from organisation import audit
from organisation.models import AuditEvent, User

_PURPOSE = "donations.email"
_CHANGED, _BACK = "donations.email_changed", "back-to:"
# By the wall clock. To take a change back, the old mailbox has as long as its owner may be away.
_GOOD_FOR = {"new": timedelta(days=1), "back": timedelta(days=60)}


class LinkIsOver(Exception):
    """The link is forged, too old, or the address was changed since."""


class AddressTaken(Exception):
    """Gifts of somebody else come from this mail address."""


@dataclass(frozen=True)
class Meaning:
    """What a link in a letter does: give a donor this mail address. ``number``: the change that it makes or undoes."""

    donor: Donor
    email: str
    number: int
    takes_back: bool


def write(*, donor: Donor, name: str, address: str, at: datetime, by: User | None = None) -> None:
    """Keep name and postal address; receipts from now on carry them. Those that are issued stay as they are."""
    with transaction.atomic():
        Donor.objects.filter(pk=donor.pk, erased_at=None).update(name=name, address=address, details_at=at)
        audit.record(actor=by, action="donations.details_written", subject=donor, at=at)


def ask_for_email(*, donor: Donor, email: str, at: datetime) -> None:
    """Send a link to a new mail address, to be sure that its owner is who asks. Nothing is changed yet.

    Whoever asks learns nothing of other donors: the address of one gets a letter that says so, to its own mailbox.
    """
    if _is_taken(email, donor):
        own_page_letters.email_is_taken(donor, email, at=at)
    else:
        own_page_letters.confirm_email(donor, email, _link(donor, email, "new"), at=at)


def meant_by(token: str) -> Meaning:
    """Return whose mail address a link changes, and to what.

    :raises LinkIsOver: if it changes nothing (any more)
    """
    try:
        # The age that counts stands in the link.
        reference, email, number, kind = json.loads(links.read(_PURPOSE, token, max_age=_GOOD_FOR["back"]))
        links.read(_PURPOSE, token, max_age=_GOOD_FOR[kind])
        donor = Donor.objects.get(reference=reference, merged_into=None, erased_at=None)
    except (links.LinkRefused, Donor.DoesNotExist) as error:
        raise LinkIsOver from error
    later = _changes(donor)[number:]
    # A thief changes it twice: each old mailbox takes back what came after it, and the earliest has the last word.
    is_over = any(_undone_by(reason) <= number for reason in later[1:]) if kind == "back" else bool(later)
    if is_over:
        raise LinkIsOver
    return Meaning(donor, str(email), number, takes_back=kind == "back")


def change_email(token: str, *, at: datetime) -> Donor:
    """Use the new address, and tell the old one, with a link that takes the change back and closes the page everywhere.

    :raises LinkIsOver: if the link changes nothing (any more)
    :raises AddressTaken: if gifts of somebody else have come from the address meanwhile
    """
    meant = meant_by(token)
    try:
        with transaction.atomic():
            donor = Donor.objects.select_for_update().get(pk=meant.donor.pk)
            meant = meant_by(token)  # Two clicks at once: the first one counts.
            old, donor.email = donor.email, meant.email
            donor.save(update_fields=["email"])
            if meant.takes_back:
                visits.end_all(donor)
            else:
                own_page_letters.email_changed(donor, old, _link(donor, old, "back"), at=at)
            reason = f"{_BACK}{meant.number}" if meant.takes_back else ""
            audit.record(actor=None, action=_CHANGED, subject=donor, reason=reason, at=at)
    except IntegrityError as error:
        raise AddressTaken from error
    return donor


def _is_taken(email: str, donor: Donor) -> bool:
    return Donor.objects.filter(email__iexact=email).exclude(pk=donor.pk).exists()


def _link(donor: Donor, email: str, kind: str) -> str:
    """Return an address that gives the donor this mail address once. Whoever has it can read it."""
    meant = json.dumps([donor.reference, email, len(_changes(donor)), kind])
    with translation.override(donor.language):
        return settings.SITE_URL + reverse("donations:confirm_email", args=[links.sign(_PURPOSE, meant)])


def _changes(donor: Donor) -> list[str]:
    """Return what the trail says of each change of the donor's mail address so far."""
    events = AuditEvent.objects.filter(action=_CHANGED, object_type=Donor._meta.label, object_id=str(donor.pk))
    return list(events.order_by("position").values_list("reason", flat=True))


def _undone_by(reason: str) -> float:
    """Return the first change that this one took back; infinity if it took none back."""
    return int(reason.removeprefix(_BACK)) if reason else inf
