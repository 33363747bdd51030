"""What an annual statement says: the valid receipts of a year's gifts of one person, as they are now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from donations import receipts
from donations.models import Donor, Method, Receipt, ReceiptDetails, Statement
from organisation.models import LegalEntity, Organisation

Json = dict[str, Any]


@dataclass(frozen=True)
class Period:
    """The gifts that one series of statements is about: of a legal entity, in a year where it is, live or test."""

    entity: LegalEntity
    year: int
    is_test: bool

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.entity.time_zone)

    @property
    def start(self) -> datetime:
        return datetime(self.year, 1, 1, tzinfo=self.zone).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """The moment at which the next year begins there."""
        return datetime(self.year + 1, 1, 1, tzinfo=self.zone).astimezone(UTC)

    def receipts(self) -> QuerySet[Receipt]:
        """Return the valid receipts of gifts that were *given* in the year; when they were issued does not matter."""
        return Receipt.objects.filter(
            state=Receipt.State.ISSUED,
            payment__legal_entity=self.entity,
            payment__livemode=not self.is_test,
            payment__occurred_at__gte=self.start,
            payment__occurred_at__lt=self.end,
        )


@dataclass(frozen=True)
class Content:
    """What one person's statement lists, and whom it names.

    ``words``: what was given or received, as somebody typed it, by receipt number; it goes with the donor's name when
    that is erased, so it stands apart from the lines.
    """

    name: str
    address: str
    lines: list[Json]
    words: dict[str, dict[str, str]]

    @property
    def sha256(self) -> bytes:
        """Of what makes another statement necessary when it changes."""
        listed = {"name": self.name, "address": self.address, "lines": self.lines, "words": self.words}
        return receipts.digest(listed)

    def totals(self, key: str = "amount") -> list[list[Any]]:
        """Return the sums of money, one per currency: gifts in kind are not counted as money."""
        sums: dict[str, int] = {}
        for line in self.lines:
            if line[key] and (key != "amount" or line["method"] != Method.IN_KIND):
                minor, currency = line[key]
                sums[currency] = sums.get(currency, 0) + minor
        return [[minor, currency] for currency, minor in sorted(sums.items())]


def collect(person: Donor, rows: Sequence[Donor], period: Period) -> Content:
    """Look up what a person's statement has to say now: what the receipts themselves say. Two queries.

    :param rows: the person and those who were merged into it
    """
    listed = period.receipts().filter(payment__donor__in=rows).order_by("payment__occurred_at", "payment_id")
    lines, words = [], {}
    for number, said in listed.values_list("number", "snapshot"):
        lines.append(_line(number, said))
        if typed := {key: said[name] for key, name in _TYPED.items() if said.get(name)}:
            words[number] = typed
    name, address = _called(person, rows)
    return Content(name, address, lines, words)


# What somebody typed, here and in the snapshot of a receipt.
_TYPED = {"goods": "goods", "benefit": "benefit_text"}


def _line(number: str, said: Json) -> Json:
    benefit = said.get("benefit")  # Receipts of the first versions knew of none.
    return {
        "number": number,
        "given_on": said["given_on"],
        "fund": said["fund"],
        "method": said["method"],
        "interval": said["interval"],
        "amount": said["amount"] if said.get("states_value", True) else None,
        "benefit": benefit if benefit and benefit[0] else None,
    }


def _called(person: Donor, rows: Sequence[Donor]) -> tuple[str, str]:
    """Return name and address: as the donor wrote them, or as staff corrected them for a receipt since."""
    name, address = person.name or person.email, person.address
    since = {"written_at__gt": person.details_at} if person.details_at else {}
    for details in ReceiptDetails.objects.filter(payment__donor__in=rows, **since).order_by("pk"):
        name, address = details.name or name, details.address or address
    return name, address


def snapshot(statement: Statement, content: Content, period: Period, *, language: str) -> Json:
    """Return everything that is printed. ``donor`` and ``address`` are all that says who it was."""
    entity = period.entity
    with translation.override(language):
        return {
            "version": 1,
            "language": language,
            "paper_size": entity.paper_size,
            "number": statement.number,
            "code": statement.code,
            "is_test": period.is_test,
            "year": period.year,
            "issued_on": statement.issued_on.isoformat(),
            "organisation": Organisation.current().name,
            "entity": {"name": entity.name, "address": entity.address, "tax_number": entity.tax_number},
            "wording": entity.wording,
            "donor": {"name": content.name, "words": content.words},
            "address": content.address,
            "lines": content.lines,
            "totals": content.totals(),
            "benefits": content.totals("benefit"),
            "statement": _sentences(entity, content),
            "replaces": statement.replaces.number if statement.replaces else "",
            "check_at": settings.SITE_URL + reverse("donations:verify_receipt", args=[statement.code]),
        }


def _sentences(entity: LegalEntity, content: Content) -> list[str]:
    """Return the legal wording of the entity's profile.

    United States: IRS Publication 1771, "Written acknowledgments": one annual summary may acknowledge several gifts; it
    says that no goods or services were provided, or describes them with their value. Canada: every gift has an official
    receipt of its own already, so the summary must not be taken for another one.
    """
    if entity.wording == LegalEntity.Profile.US_501C3:
        received = (
            _("Apart from what is listed as received in return, no goods or services were provided for these gifts.")
            if content.totals("benefit")
            else _("No goods or services were provided in exchange for these gifts.")
        )
        exempt = _(
            "%(name)s is a tax-exempt organization under section 501(c)(3) of the Internal Revenue Code. EIN %(ein)s."
        )
        return [received, exempt % {"name": entity.name, "ein": entity.tax_number}]
    if entity.wording == LegalEntity.Profile.CANADA:
        return [
            _(
                "This is a summary for your records and not an official receipt for income tax purposes: the official"
                " receipts are those whose numbers it lists."
            )
        ]
    return [_("This acknowledges that your gifts were received. It is not a receipt for tax purposes.")]
