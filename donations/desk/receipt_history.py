"""What became of a receipt: which replaced which, who did what and why, and when its letters left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donations.desk import letters
from donations.models import Receipt
from organisation import audit
from organisation.models import AuditEvent, User

_DEEDS: dict[str, str | Promise] = {
    "donations.receipt_issued": gettext_lazy("Issued by hand"),
    "donations.receipt_voided": gettext_lazy("Declared void"),
    "donations.receipt_corrected": gettext_lazy("Corrected"),
    "donations.receipt_printed_again": gettext_lazy("Printed again"),
    "donations.receipt_sent_again": gettext_lazy("Sent again"),
}


@dataclass(frozen=True)
class Moment:
    """Something that happened to a receipt. ``who``: nobody, if it happened by itself; ``why``: in their words."""

    at: datetime
    number: str
    what: str
    who: str = ""
    why: str = ""


def chain(receipt: Receipt) -> list[Receipt]:
    """Return the receipts of the same gift that it replaces or is replaced by, itself among them, the oldest first."""
    return list(Receipt.objects.filter(payment=receipt.payment_id).order_by("pk"))


def of(receipts: Sequence[Receipt], *, with_words: bool, at: datetime) -> list[Moment]:
    """Return what became of a gift's receipts, newest first.

    :param with_words: also say what whoever did it wrote about it
    """
    numbers = {str(receipt.pk): receipt.number for receipt in receipts}
    events = list(AuditEvent.objects.filter(object_type=Receipt._meta.label, object_id__in=numbers))
    notes = audit.notes_on(events) if with_words else {}
    people = {user.pk: str(user) for user in User.objects.filter(pk__in={event.actor_id for event in events})}
    # A state that somebody brought about has the moment of their deed.
    by = {event.at: people.get(event.actor_id or 0, "") for event in events}
    moments = [moment for receipt in receipts for moment in _turns(receipt, by)]
    for event in events:
        what = str(_DEEDS.get(event.action, event.action))
        who = people.get(event.actor_id or 0, "")
        moments.append(Moment(event.at, numbers[event.object_id], what, who, notes.get(event.position, "")))
    for receipt in receipts:
        moments += [
            Moment(letter.at, receipt.number, f"{letter.name}: {letter.state}")
            for letter in letters.about(donors=[], receipts=[receipt], recurring=[], changes=[], failures=[], at=at)
        ]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def _turns(receipt: Receipt, by: Mapping[datetime, str]) -> list[Moment]:
    amount = {"number": receipt.replaces.number} if receipt.replaces else {}
    what = _("Issued, cancels and replaces No. %(number)s") % amount if amount else _("Issued")
    turns = [Moment(receipt.issued_at, receipt.number, what, by.get(receipt.issued_at, ""))]
    if receipt.ended_at:
        reason = str(receipt.get_ended_because_display())
        state = str(receipt.get_state_display())
        turns.append(Moment(receipt.ended_at, receipt.number, state, by.get(receipt.ended_at, ""), reason))
    return turns
