"""What there was with a donor, newest first: gifts, what went back, receipts, recurring gifts, letters, merges."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from moneyed import Money

from donations.desk import letters
from donations.models import (
    Dispute,
    Donor,
    FailedRenewal,
    FraudWarning,
    Payment,
    Receipt,
    Refund,
    Subscription,
    SubscriptionChange,
)
from organisation.models import AuditEvent


@dataclass(frozen=True)
class Moment:
    """Something that happened. ``about``: what more there is to say; ``url``: its rows, if it has a screen."""

    at: datetime
    what: str
    about: str = ""
    amount: Money | None = None
    url: str = ""


def of(donor: Donor, *, at: datetime) -> list[Moment]:
    """Return everything about a person, under each of their merged rows too, newest first."""
    rows = list(Donor.objects.filter(Q(pk=donor.pk) | Q(merged_into=donor)))
    gifts = {gift.pk: gift for gift in Payment.objects.of(donor).select_related("fund")}
    recurring = {gift.pk: gift for gift in Subscription.objects.filter(donor__in=rows).select_related("fund")}
    receipts = list(Receipt.objects.filter(payment__in=gifts).select_related("payment").defer("snapshot"))
    failures = list(FailedRenewal.objects.filter(subscription__in=recurring).select_related("subscription"))
    changes = list(
        SubscriptionChange.objects.filter(subscription__in=recurring).select_related(
            "subscription__donor__merged_into", "asked_by"
        )
    )
    written = letters.about(
        donors=rows,
        receipts=receipts,
        recurring=recurring.values(),
        changes=changes,
        failures=failures,
        at=at,
    )
    moments = [
        *map(_gift, gifts.values()),
        *_taken_back(list(gifts)),
        *(moment for receipt in receipts for moment in _receipt(receipt)),
        *(moment for gift in recurring.values() for moment in _recurring(gift)),
        *map(_change, changes),
        *map(_failure, failures),
        *(Moment(letter.at, letter.name, letter.state) for letter in written),
        *_merges(donor, rows),
    ]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def _page(gift: Payment) -> str:
    return reverse("donations_gift", args=[gift.reference])


def _found(gift: Subscription) -> str:
    return f"{reverse('donations_recurring')}?donor={gift.donor.person.reference}"


def _gift(gift: Payment) -> Moment:
    about = ", ".join([str(gift.get_interval_display()), str(gift.get_method_display()), gift.fund.name])
    return Moment(gift.occurred_at, _("Gift"), about, gift.given, _page(gift))


def _taken_back(gifts: list[int]) -> Iterator[Moment]:
    for refund in Refund.objects.filter(payment__in=gifts).select_related("payment"):
        about = f"{refund.get_reason_display()}: {refund.get_state_display()}"
        yield Moment(refund.asked_at, _("Refund"), about, refund.amount, _page(refund.payment))
    for dispute in Dispute.objects.filter(payment__in=gifts):
        about = f"{dispute.reason}: {dispute.get_state_display()}"
        url = reverse("donations_dispute", args=[dispute.stripe_id])
        yield Moment(dispute.began_at, _("Dispute"), about, dispute.amount, url)
    for warning in FraudWarning.objects.filter(payment__in=gifts).select_related("payment"):
        yield Moment(warning.warned_at, _("Early fraud warning"), warning.fraud_type, None, _page(warning.payment))


def _receipt(receipt: Receipt) -> Iterator[Moment]:
    url = reverse("donations_receipt", args=[receipt.number])
    yield Moment(receipt.issued_at, _("Receipt"), receipt.number, receipt.amount, url)
    if receipt.ended_at:
        what = _("Receipt replaced") if receipt.state == Receipt.State.REPLACED else _("Receipt void")
        yield Moment(receipt.ended_at, what, receipt.number, receipt.amount, url)


def _recurring(gift: Subscription) -> Iterator[Moment]:
    about = f"{gift.get_interval_display()}, {gift.fund.name}"
    yield Moment(gift.started_at, _("Recurring gift began"), about, gift.amount, _found(gift))
    if gift.ended_at:
        yield Moment(gift.ended_at, _("Recurring gift ended"), about, gift.amount, _found(gift))


def _change(change: SubscriptionChange) -> Moment:
    words = [str(change.get_kind_display())]
    if change.interval:
        words.append(str(change.get_interval_display()))
    words.append(_("by %(name)s") % {"name": change.asked_by} if change.asked_by else _("by the donor"))
    if change.refused_at:
        words.append(_("refused by Stripe"))
    elif not change.heard_at:
        words.append(_("Stripe has not heard it yet"))
    return Moment(change.asked_at, _("Change wanted"), ", ".join(words), change.amount, _found(change.subscription))


def _failure(failure: FailedRenewal) -> Moment:
    about = _("try %(number)s") % {"number": failure.attempt}
    if failure.reason:
        about = f"{about}, {failure.reason}"
    return Moment(failure.noted_at, _("Payment failed"), about, failure.amount, _found(failure.subscription))


def _merges(donor: Donor, rows: list[Donor]) -> Iterator[Moment]:
    kept = Q(reason__in=[f"into:{donor.pk}", f"from:{donor.pk}"])
    events = AuditEvent.objects.filter(
        kept | Q(object_id__in=[str(row.pk) for row in rows]),
        object_type=Donor._meta.label,
        action__in=["donations.donor_merged", "donations.donor_separated"],
    )
    called = {str(row.pk): row for row in Donor.objects.filter(pk__in=[event.object_id for event in events])}
    for event in events:
        other = called[event.object_id]
        is_merge = event.action == "donations.donor_merged"
        if other.pk == donor.pk:
            yield Moment(event.at, _("Merged into another donor") if is_merge else _("Separated again"))
        else:
            what = _("Another donor merged into this one") if is_merge else _("Separated from this donor")
            yield Moment(event.at, what, other.email or other.name)
