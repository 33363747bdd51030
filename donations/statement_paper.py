"""The annual statement on paper: pages made from its snapshot and nothing else."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from core.money import from_minor
from donations.models import Method
from donations.models.giving import Interval
from donations.paper import engine, qr
from organisation.models import LegalEntity

Json = dict[str, Any]


def render(snapshot: Mapping[str, Any]) -> bytes:
    """Return the PDF of a statement. The same snapshot gives the same bytes."""
    return engine.render(
        "receipts/statement.html",
        context(snapshot),
        language=snapshot["language"],
        paper_size=snapshot["paper_size"],
    )


def context(snapshot: Mapping[str, Any]) -> Json:
    """Return what the template prints."""
    words = snapshot["donor"]["words"]
    with translation.override(snapshot["language"]):
        lines = [_line(line, words.get(line["number"], {})) for line in snapshot["lines"]]
        return {
            "statement": snapshot,
            "issued_on": date.fromisoformat(snapshot["issued_on"]),
            "entity_address": snapshot["entity"]["address"].splitlines(),
            "tax_number": _tax_number(snapshot),
            "donor_address": snapshot["address"].splitlines(),
            "gifts": [line for line in lines if line["method"] != Method.IN_KIND],
            "goods": [line for line in lines if line["method"] == Method.IN_KIND],
            "totals": [from_minor(*total) for total in snapshot["totals"]],
            "benefits": [from_minor(*total) for total in snapshot["benefits"]],
            "code": qr.draw(snapshot["check_at"]),
        }


def _line(line: Mapping[str, Any], words: Mapping[str, str]) -> Json:
    return {
        "number": line["number"],
        "given_on": date.fromisoformat(line["given_on"]),
        "fund": line["fund"],
        "method": line["method"],
        "how": _how(line),
        "amount": from_minor(*line["amount"]) if line["amount"] else None,
        "received": from_minor(*line["benefit"]) if line["benefit"] else None,
        "what": words.get("goods", ""),
        "in_return": words.get("benefit", ""),
    }


def _how(line: Mapping[str, Any]) -> str:
    if line["interval"] != Interval.ONCE:
        return str(Interval(line["interval"]).label)
    return "" if line["method"] == Method.STRIPE else str(Method(line["method"]).label)


def _tax_number(snapshot: Mapping[str, Any]) -> str:
    number = snapshot["entity"]["tax_number"]
    names = {
        LegalEntity.Profile.US_501C3: "EIN %(number)s",
        LegalEntity.Profile.CANADA: _("Registration number %(number)s"),
    }
    return names.get(snapshot["wording"], _("Tax number %(number)s")) % {"number": number} if number else ""
