"""The receipt on paper: one page made from its snapshot and nothing else.

Receipts of every version are printed: what an older snapshot does not know, its paper did not say.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.money import format_money, from_minor
from donations.models import Method
from donations.models.giving import Interval
from donations.paper import engine, qr
from organisation.models import LegalEntity

TEMPLATE = "receipts/receipt.html"

Snapshot = Mapping[str, Any]


def render(snapshot: Snapshot, *, is_duplicate: bool = False) -> bytes:
    """Return the PDF of a receipt. The same snapshot gives the same bytes.

    :param is_duplicate: say on it that it is a second print
    """
    return engine.render(
        TEMPLATE,
        context(snapshot, is_duplicate=is_duplicate),
        language=snapshot["language"],
        paper_size=paper_size(snapshot),
    )


def paper_size(snapshot: Snapshot) -> str:
    """Return the size it is printed on: Letter, before there were two."""
    size: str = snapshot.get("paper_size", LegalEntity.PaperSize.LETTER)
    return size


def states_value(snapshot: Snapshot) -> bool:
    """Return whether it says a sum. In the United States the donor, not we, says what goods are worth."""
    says: bool = snapshot.get("states_value", True)
    return says


def context(snapshot: Snapshot, *, is_duplicate: bool = False) -> dict[str, Any]:
    """Return what the template prints."""
    with translation.override(snapshot["language"]):
        return {
            "receipt": snapshot,
            "is_duplicate": is_duplicate,
            "title": snapshot.get("title") or _("Receipt for your gift"),
            "amount": from_minor(*snapshot["amount"]),
            "currency": _currency(snapshot),
            "states_value": states_value(snapshot),
            "address": snapshot["entity"]["address"].splitlines(),
            "donor_address": snapshot.get("address", "").splitlines(),
            "tax_number": _tax_number(snapshot),
            "signatory": snapshot["entity"].get("signatory") if _is_canadian(snapshot) else "",
            "rows": list(_rows(snapshot)),
            "code": qr.draw(snapshot["check_at"]),
        }


def _is_canadian(snapshot: Snapshot) -> bool:
    return snapshot.get("wording") == LegalEntity.Profile.CANADA


def _tax_number(snapshot: Snapshot) -> str:
    number = snapshot["entity"]["tax_number"]
    if not number or "wording" not in snapshot:
        return ""
    if snapshot["wording"] == LegalEntity.Profile.US_501C3:
        return f"EIN {number}"
    if _is_canadian(snapshot):
        return _("Registration number %(number)s") % {"number": number}
    return _("Tax number %(number)s") % {"number": number}


def _rows(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Give what stands in the table, line by line: a name and what it is."""
    yield _("Receipt number"), snapshot["number"]
    if snapshot["replaces"]:
        yield _("Cancels and replaces"), _("No. %(number)s") % {"number": snapshot["replaces"]}
    yield _("Date of the gift"), _day(snapshot["given_on"])
    place = snapshot["entity"].get("place")
    if place and _is_canadian(snapshot):
        yield _("Date and place of issue"), f"{_day(snapshot['issued_on'])}, {place}"
    else:
        yield _("Date of this receipt"), _day(snapshot["issued_on"])
    yield _("Kind of gift"), _kind(snapshot)
    if snapshot.get("goods") and snapshot["states_value"]:
        yield _("What was given"), snapshot["goods"]
    if snapshot["amount"] != snapshot["given"] and snapshot.get("states_value", True):
        yield _("Given, before a refund"), _money(snapshot, snapshot["given"])
    yield from _return_rows(snapshot)
    yield _("Given for"), snapshot["fund"]
    if snapshot.get("honouree"):
        yield _("In honour of"), snapshot["honouree"]


def _return_rows(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Give what the donor received in return, and what of the gift is beyond it."""
    benefit, eligible = snapshot.get("benefit"), snapshot.get("eligible")
    if benefit and benefit[0]:
        if snapshot.get("benefit_text"):
            yield _("Provided in return"), snapshot["benefit_text"]
        label = _("Value of the advantage") if _is_canadian(snapshot) else _("Its value, by our estimate")
        yield label, _money(snapshot, benefit)
    if eligible:
        labels = {
            LegalEntity.Profile.US_501C3: _("Deductible at most"),
            LegalEntity.Profile.CANADA: _("Eligible amount of the gift"),
        }
        yield labels.get(snapshot["wording"], _("Gift beyond that value")), _money(snapshot, eligible)


def _kind(snapshot: Snapshot) -> str:
    if snapshot["method"] == Method.IN_KIND:
        return _("Goods or services, given once")
    by_interval = {
        Interval.MONTH: _("Money, given every month"),
        Interval.QUARTER: _("Money, given every three months"),
        Interval.YEAR: _("Money, given every year"),
    }
    by_method = {
        Method.CHEQUE: _("Money, given once, by cheque"),
        Method.CASH: _("Money, given once, in cash"),
        Method.BANK: _("Money, given once, by bank transfer"),
    }
    return by_interval.get(snapshot["interval"]) or by_method.get(snapshot["method"]) or _("Money, given once")


def _currency(snapshot: Snapshot) -> str:
    """Return the currency's code, unless the amount says whose dollars these are: CA$25.00."""
    return "" if _money(snapshot, snapshot["amount"])[0].isalpha() else snapshot["amount"][1]


def _money(snapshot: Snapshot, minor: list[Any]) -> str:
    return format_money(from_minor(*minor), snapshot["language"])


def _day(written: str) -> str:
    return date_format(date.fromisoformat(written), "DATE_FORMAT")
