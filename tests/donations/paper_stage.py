"""The stage for tests of papers: gifts without Stripe, snapshots as they were, and what a reader finds in a PDF."""

import io
from datetime import UTC, date, datetime
from typing import Any

from moneyed import Money
from pypdf import PdfReader

from donations import offline, receipts
from donations.models import Donor, Method, Receipt, ReceiptDetails
from ledger.models import Fund
from organisation.models import User

AT = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)

FIRST_VERSION: dict[str, Any] = {
    "version": 1,
    "language": "en",
    "number": "RW-2024-000007",
    "code": "ABCDEFGHJKMN",
    "is_test": False,
    "issued_on": "2024-03-02",
    "given_on": "2024-03-01",
    "amount": [2000, "USD"],
    "given": [2500, "USD"],
    "interval": "month",
    "fund": "Mutual aid",
    "donor": "Ann Example",
    "method": "stripe",
    "organisation": "Raft Workers",
    "entity": {"name": "Raft Workers Inc.", "address": "1 Harbour Street\nPortland", "tax_number": "00-0000000"},
    "statement": ["This acknowledges that your gift was received."],
    "replaces": "RW-2024-000006",
    "check_at": "https://raft.example/receipts/verify/ABCDEFGHJKMN/",
}
SECOND_VERSION = FIRST_VERSION | {"version": 2, "address": "2 Quay\nPortland", "honouree": "Grandma Zelda"}


def receipt_of(
    by: User,
    fund: Fund,
    *,
    amount: str = "25",
    goods: str = "",
    benefit: str = "",
    name: str = "Ann Example",
    address: str = "17 Birch Lane\nSpringfield, IL 62704",
    language: str = "en",
) -> Receipt:
    """Book an offline gift of Ann's and issue its receipt."""
    entered = offline.Entered(
        method=Method.IN_KIND if goods else Method.CHEQUE,
        amount=Money(amount, fund.currency),
        received_on=date(2026, 3, 9),
        fund=fund,
        name=name,
        address=address,
        goods=goods,
        benefit=Money(benefit, fund.currency) if benefit else None,
        benefit_words="Dinner for two" if benefit else "",
    )
    payment = offline.record(entered=entered, by=by, at=AT)
    Donor.objects.update(language=language)
    payment.donor.refresh_from_db()
    receipt = receipts.bring_up_to_date(payment=payment, at=AT)
    assert receipt
    return receipt


def write_details(receipt: Receipt, by: User, **said: Any) -> None:
    ReceiptDetails.objects.create(
        payment=receipt.payment, written_by=by, written_at=AT, reason="They wrote to us", **said
    )


def issued_anew(receipt: Receipt) -> Receipt:
    """Replace a receipt, as a correction does."""
    receipt.state, receipt.ended_at, receipt.ended_because = Receipt.State.REPLACED, AT, Receipt.Ended.CORRECTED
    receipt.save(update_fields=["state", "ended_at", "ended_because"])
    fresh = receipts.bring_up_to_date(payment=receipt.payment, at=AT)
    assert fresh
    return fresh


def reader(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def words(pdf: bytes) -> str:
    """Everything that can be read, its line breaks as blanks."""
    return " ".join(" ".join(page.extract_text() for page in reader(pdf).pages).replace("\0", "").split())


def tags(pdf: bytes) -> list[tuple[str, str]]:
    """The PDF's structure in reading order: the tag, and for a figure what is said instead of it."""
    found: list[tuple[str, str]] = []
    root: Any = reader(pdf).trailer["/Root"]
    waiting: list[Any] = [root["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop(0)
        if not hasattr(node, "get"):
            continue
        found.append((str(node.get("/S", "")), str(node.get("/Alt", ""))))
        kids = node.get("/K", [])
        kids = kids if isinstance(kids, list) else [kids]
        waiting = [kid.get_object() for kid in kids if not isinstance(kid, int)] + waiting
    return found
