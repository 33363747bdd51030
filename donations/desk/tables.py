"""The files that leave the desk: the columns of gifts, recurring gifts, failed payments and donors."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.money import from_minor
from donations.desk import filters
from donations.models import Donor, FailedRenewal, Payment
from organisation import exports

# So many rows are fetched at a time.
_SLICE = 1000

Column = tuple[str, Callable[[Any], exports.Cell]]


def gifts(title: str, rows: QuerySet[Any]) -> exports.Table:
    columns: list[Column] = [
        (_("Date"), lambda gift: gift.occurred_at),
        (_("Gift"), lambda gift: gift.reference),
        (_("Donor"), lambda gift: gift.donor.person.name),
        (_("E-mail address"), lambda gift: gift.donor.person.email),
        (_("Given"), lambda gift: gift.given),
        (_("Currency"), lambda gift: gift.given_currency),
        (_("Went back"), lambda gift: from_minor(gift.gone_minor, gift.given_currency)),
        (_("Booked"), lambda gift: gift.gross),
        (_("Fee"), lambda gift: gift.fee),
        (_("Net"), lambda gift: gift.net),
        (_("Currency of the books"), lambda gift: gift.currency),
        (_("Fund"), lambda gift: gift.fund.name),
        (_("Campaign"), lambda gift: gift.campaign),
        (_("Interval"), lambda gift: gift.get_interval_display()),
        (_("How it came"), lambda gift: gift.get_method_display()),
        (_("Receipt"), _valid_receipt),
        (_("In honour of"), lambda gift: gift.checkout.honouree if gift.checkout else ""),
        (_("Employer"), lambda gift: gift.checkout.employer if gift.checkout else ""),
        (_("Payment at Stripe"), lambda gift: gift.intent_id or ""),
        (_("Test"), lambda gift: "" if gift.livemode else _("test")),
    ]
    return _table(title, columns, rows)


def _valid_receipt(gift: Payment) -> str:
    return next((receipt.number for receipt in gift.receipts.all() if receipt.is_valid), "")


def recurring(title: str, rows: QuerySet[Any]) -> exports.Table:
    columns: list[Column] = [
        (_("Recurring gift"), lambda gift: gift.reference),
        (_("Donor"), lambda gift: gift.donor.person.name),
        (_("E-mail address"), lambda gift: gift.donor.person.email),
        (_("Amount"), lambda gift: gift.amount),
        (_("Currency"), lambda gift: gift.currency),
        (_("Interval"), lambda gift: gift.get_interval_display()),
        (_("Fund"), lambda gift: gift.fund.name),
        (_("Campaign"), lambda gift: gift.campaign),
        (_("State"), lambda gift: gift.get_state_display()),
        (_("Began"), lambda gift: gift.started_at),
        (_("Next payment"), lambda gift: None if gift.has_ended else gift.paid_until),
        (_("Paused until"), lambda gift: gift.paused_until),
        (_("Asked to stop"), lambda gift: gift.stop_asked_at),
        (_("Ended"), lambda gift: gift.ended_at),
        (_("Subscription at Stripe"), lambda gift: gift.stripe_id),
    ]
    return _table(title, columns, rows)


def failed(title: str, rows: QuerySet[Any]) -> exports.Table:
    columns: list[Column] = [
        (_("Date"), lambda failure: failure.noted_at),
        (_("Donor"), lambda failure: failure.subscription.donor.person.name),
        (_("E-mail address"), lambda failure: failure.subscription.donor.person.email),
        (_("Amount"), lambda failure: failure.amount),
        (_("Currency"), lambda failure: failure.currency),
        (_("Fund"), lambda failure: failure.subscription.fund.name),
        (_("Why"), lambda failure: failure.reason),
        (_("What became of it"), outcome),
        (_("Invoice at Stripe"), lambda failure: failure.invoice_id),
    ]
    return _table(title, columns, rows)


def outcome(failure: FailedRenewal) -> str:
    """Say what became of a payment that failed; the row is annotated with ``is_rescued``."""
    if getattr(failure, "is_rescued", False):
        return _("paid after all")
    return _("the gift ended") if failure.subscription.has_ended else _("not paid yet")


def donors(title: str, rows: QuerySet[Any]) -> exports.Table:
    columns: list[Column] = [
        (_("Donor"), lambda donor: donor.reference),
        (_("Name"), lambda donor: donor.name),
        (_("E-mail address"), lambda donor: donor.email),
        (_("Postal address"), lambda donor: donor.address),
        (_("Language"), lambda donor: donor.language),
        (_("Known since"), lambda donor: donor.since),
        (_("Last gift"), lambda donor: donor.last_gift_at),
        (_("Gifts"), lambda donor: donor.gifts),
        *((_("Given in %(currency)s") % {"currency": code}, _given_in(code)) for code in filters.currencies()),
        (_("Recurring gifts that run"), lambda donor: donor.running),
    ]
    return _table(title, columns, rows)


def _given_in(code: str) -> Callable[[Donor], exports.Cell]:
    return lambda donor: from_minor(getattr(donor, f"given_{code.lower()}") or 0, code)


def _table(title: str, columns: list[Column], rows: QuerySet[Any]) -> exports.Table:
    def cells() -> Iterator[list[exports.Cell]]:
        for row in rows.iterator(chunk_size=_SLICE):
            yield [cell(row) for _name, cell in columns]

    return exports.Table(title, [name for name, _cell in columns], cells())
