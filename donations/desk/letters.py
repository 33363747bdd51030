"""Which letters went to a donor: their keys follow from what happened. Whom they went to and what they say stays sealed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from donations import recurring_letters
from donations.models import Donor, FailedRenewal, Receipt, Subscription, SubscriptionChange
from mail.models import OutgoingEmail

# The beginnings of keys, and what such a letter is called.
_NAMES: dict[str, str | Promise] = {
    "receipt:": _("Letter with the receipt"),
    "receipt-void:": _("Letter about the refund"),
    "receipt-voided:": _("Letter about the void receipt"),
    "receipt-again:": _("Letter with the receipt, again"),
    "payment-failed:": _("Letter about the failed payment"),
    "subscription-ended:": _("Letter about the end"),
    recurring_letters.LAST_NOTICE: _("Last notice before the end"),
    recurring_letters.CHANGE: _("Letter about the change"),
    recurring_letters.CARD_EXPIRES: _("Letter about the card that expires"),
    recurring_letters.CAMPAIGN_ENDED: _("Letter about the end of the campaign"),
    recurring_letters.LOOK_BACK: _("Yearly look back"),
    "giving-link:": _("Link to their own page"),
    "email-confirm:": _("Question about a new address"),
    "email-taken:": _("Answer about an address that is taken"),
    "email-changed:": _("Letter about the new address"),
}
_ON_OWN_PAGE = ["giving-link:", "email-confirm:", "email-taken:", "email-changed:"]


@dataclass(frozen=True)
class Letter:
    """A letter that left, or waits. ``state``: what became of it, in words."""

    name: str
    at: datetime
    state: str


def about(
    *,
    donors: Iterable[Donor],
    receipts: Iterable[Receipt],
    recurring: Iterable[Subscription],
    changes: Iterable[SubscriptionChange],
    failures: Iterable[FailedRenewal],
    at: datetime,
) -> Iterator[Letter]:
    """Return the letters about these rows, whatever has become of them."""
    numbers = [receipt.number for receipt in receipts]
    exact = [f"{kind}{number}" for number in numbers for kind in ("receipt:", "receipt-void:", "receipt-voided:")]
    exact += [recurring_letters.change_key(change) for change in changes]
    exact += [f"{recurring_letters.LAST_NOTICE}{failure.invoice_id}" for failure in failures]
    starts = [f"payment-failed:{failure.invoice_id}:" for failure in failures]
    starts += [f"receipt-again:{number}:" for number in numbers]
    starts += [f"{kind}{donor.reference}:" for donor in donors for kind in _ON_OWN_PAGE]
    for gift in recurring:
        exact.append(f"subscription-ended:{gift.stripe_id}")
        exact.append(recurring_letters.campaign_key(gift.campaign, gift))
        exact += [recurring_letters.look_back_key(year, gift) for year in range(gift.started_at.year, at.year + 2)]
        starts.append(recurring_letters.card_keys_start(gift))
    wanted = reduce(or_, (Q(key__startswith=start) for start in set(starts)), Q(key__in=exact))
    for letter in OutgoingEmail.objects.filter(wanted).only("key", "state", "queued_at", "sent_at"):
        name = next(name for start, name in _NAMES.items() if letter.key.startswith(start))
        yield Letter(str(name), letter.sent_at or letter.queued_at, str(letter.get_state_display()))
