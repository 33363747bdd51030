"""Everything that we hold on a donor, for themselves, in a shape that programs can read. docs/your-data.md describes it."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q
from moneyed import Money

from donations import families, given, letters_to
from donations.models import Checkout, Donor, GivingLink, Payment, Receipt, Statement, Subscription, WallEntry
from mail.models import OutgoingEmail

FORMAT = "liferaft-giving/1"
# Go to an address that is not theirs yet. Which of the two it was would tell who else gives.
_TO_A_NEW_ADDRESS = ("email-confirm:", "email-taken:")
Json = dict[str, Any]


def of(donor: Donor, *, at: datetime) -> Json:
    """Return all rows of one person. Times are in UTC, amounts in figures with their currency."""
    rows = families.of(donor)
    emails = Q(pk__in=[])
    for row in rows:
        emails |= Q(email__iexact=row.email) if row.email else Q(pk__in=[])
    theirs = emails | Q(payments__donor__in=rows) | Q(subscription__donor__in=rows)
    checkouts = Checkout.objects.filter(theirs).distinct().select_related("fund").order_by("pk")
    subscriptions = Subscription.objects.filter(donor__in=rows).select_related("fund").order_by("pk")
    return {
        "format": FORMAT,
        "made_at": _time(at),
        "you": [_donor(row) for row in rows],
        "wishes": [_checkout(row) for row in checkouts],
        "recurring_gifts": [_subscription(row) for row in subscriptions.prefetch_related("changes", "failed_renewals")],
        "gifts": [_payment(row) for row in given.payments(donor).select_related("fund", "offline")],
        "receipts": [_receipt(r) for r in Receipt.objects.filter(payment__donor__in=rows).order_by("pk")],
        "annual_statements": [_statement(s) for s in Statement.objects.filter(donor__in=rows).order_by("pk")],
        "wall": [_wall(entry) for entry in WallEntry.objects.filter(checkout__in=checkouts).order_by("pk")],
        "letters": [_letter(letter) for letter in _letters(donor, rows)],
        "links_to_this_page": [_link(row) for row in GivingLink.objects.filter(donor__in=rows).order_by("made_at")],
    }


def _donor(row: Donor) -> Json:
    return {
        "reference": row.reference,
        "email": row.email,
        "name": row.name,
        "postal_address": row.address,
        "language": row.language,
        "since": _time(row.since),
        "written_by_yourself_at": _time(row.details_at),
    }


def _checkout(row: Checkout) -> Json:
    return {
        "reference": row.reference,
        "state": row.state,
        "email": row.email,
        "name": row.name,
        "language": row.language,
        "amount": _money(row.amount),
        "of_it_to_cover_the_fee": _money(row.fee_cover),
        "interval": row.interval,
        "fund": row.fund.name,
        "campaign": row.campaign,
        "in_honour_of": row.honouree,
        "employer": row.employer,
        "stripe_session": row.stripe_session_id,
        "started_at": _time(row.started_at),
        "ended_at": _time(row.ended_at),
    }


def _subscription(row: Subscription) -> Json:
    return {
        "reference": row.reference,
        "stripe_subscription": row.stripe_id,
        "stripe_customer": row.stripe_customer_id,
        "state": row.state,
        "amount": _money(row.amount),
        "interval": row.interval,
        "fund": row.fund.name,
        "campaign": row.campaign,
        "card": {"brand": row.card_brand, "last4": row.card_last4, "expires_on": _day(row.card_expires_on)},
        "started_at": _time(row.started_at),
        "paid_until": _time(row.paid_until),
        "paused_until": _time(row.paused_until),
        "ended_at": _time(row.ended_at),
        "changes_asked_for": [
            {
                "kind": change.kind,
                "amount": _money(change.amount),
                "interval": change.interval,
                "until": _time(change.until),
                "asked_at": _time(change.asked_at),
                "asked_by_staff": change.asked_by_id is not None,
                "done_at": _time(change.heard_at),
                "refused_at": _time(change.refused_at),
            }
            for change in _by_id(row.changes.all())
        ],
        "failed_payments": [
            {"amount": _money(f.amount), "reason": f.reason, "noted_at": _time(f.noted_at)}
            for f in _by_id(row.failed_renewals.all())
        ],
    }


def _payment(row: Payment) -> Json:
    offline = getattr(row, "offline", None)
    return {
        "reference": row.reference,
        "method": row.method,
        "interval": row.interval,
        "fund": row.fund.name,
        "campaign": row.campaign,
        "given": _money(row.given),
        "left_after_refunds": _money(row.remaining),
        "came_to": _money(row.gross),
        "fee": _money(row.fee),
        "occurred_at": _time(row.occurred_at),
        "stripe_charge": row.charge_id,
        "bank_reference": offline.bank_reference if offline else None,
        "refunds": [{"amount": _money(r.amount), "state": r.state, "at": _time(r.asked_at)} for r in row.refunds.all()],
        "disputes": [
            {"amount": _money(d.amount), "state": d.state, "reason": d.reason, "at": _time(d.began_at)}
            for d in row.disputes.all()
        ],
    }


def _receipt(row: Receipt) -> Json:
    return {
        "number": row.number,
        "state": row.state,
        "amount": _money(row.amount),
        "issued_at": _time(row.issued_at),
        "says": row.snapshot,
    }


def _statement(row: Statement) -> Json:
    return {"number": row.number, "state": row.state, "issued_at": _time(row.issued_at), "says": row.snapshot}


def _wall(entry: WallEntry) -> Json:
    return {"name": entry.name, "message": entry.message, "state": entry.state, "decided_at": _time(entry.decided_at)}


def _letters(donor: Donor, rows: Iterable[Donor]) -> Iterator[OutgoingEmail]:
    emails = {row.email.casefold() for row in rows}
    for letter in letters_to.find(donor):
        if not letter.key.startswith(_TO_A_NEW_ADDRESS) or letter.recipient.casefold() in emails:
            yield letter


def _letter(letter: OutgoingEmail) -> Json:
    return {"subject": letter.subject, "queued_at": _time(letter.queued_at), "sent_at": _time(letter.sent_at)}


def _link(row: GivingLink) -> Json:
    return {"sent_at": _time(row.made_at), "used_at": _time(row.used_at), "visit_ended_at": _time(row.visit_ends_at)}


def _by_id(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: row.pk)


def _money(amount: Money | None) -> Json | None:
    return {"amount": f"{amount.amount:f}", "currency": amount.currency.code} if amount is not None else None


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None
