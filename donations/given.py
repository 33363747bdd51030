"""What one donor gave, as they see it: each gift with its receipts, and what a year came to."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db.models import Prefetch
from moneyed import Money

from donations.models import Donor, Payment, Receipt, ReceiptDocument
from donations.models.money import PaymentQuerySet
from organisation.models import Organisation


@dataclass(frozen=True)
class Year:
    """The gifts of one year, newest first, and what is left of the money after refunds, in each currency."""

    year: int
    payments: list[Payment] = field(default_factory=list)

    @property
    def totals(self) -> Sequence[Money]:
        sums: dict[str, Money] = {}
        for payment in self.payments:
            if not payment.is_money:
                continue
            left = payment.remaining
            sums[left.currency.code] = sums[left.currency.code] + left if left.currency.code in sums else left
        return [sums[code] for code in sorted(sums)]


def payments(donor: Donor) -> PaymentQuerySet:
    """Return all gifts of a person, newest first, with what a page about them needs."""
    documents = Prefetch("receipts__document", queryset=ReceiptDocument.objects.defer("pdf"))
    return (
        Payment.objects.of(donor)
        .select_related("fund", "checkout")
        .prefetch_related("refunds", "disputes__moves", "receipts", documents)
        .order_by("-occurred_at", "-pk")
    )


def by_year(donor: Donor) -> list[Year]:
    """Return all gifts of a person by calendar year where the organisation is, the newest year first."""
    zone = ZoneInfo(Organisation.current().time_zone)
    years: dict[int, list[Payment]] = defaultdict(list)
    for payment in payments(donor):
        years[payment.occurred_at.astimezone(zone).year].append(payment)
    return [Year(year, found) for year, found in years.items()]


def newest_receipt(years: Sequence[Year]) -> Receipt | None:
    """Return the valid receipt of the newest gift that has one."""
    gifts = (payment for year in years for payment in year.payments)
    return next((receipt for gift in gifts for receipt in gift.receipts.all() if receipt.is_valid), None)
