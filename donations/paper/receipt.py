"""The receipt on paper: one page made from its snapshot and nothing else."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.money import from_minor
from donations.paper import engine


def render(snapshot: Mapping[str, Any], *, is_duplicate: bool = False) -> bytes:
    """Return the PDF of a receipt. The same snapshot gives the same bytes.

    :param is_duplicate: say on it that it is a second print
    """
    context = {
        "receipt": snapshot,
        "is_duplicate": is_duplicate,
        "amount": from_minor(*snapshot["amount"]),
        "given": from_minor(*snapshot["given"]),
        "is_partly_sent_back": snapshot["amount"] != snapshot["given"],
        "issued_on": date.fromisoformat(snapshot["issued_on"]),
        "given_on": date.fromisoformat(snapshot["given_on"]),
        "address": snapshot["entity"]["address"].splitlines(),
        # Receipts issued before donors could write an address have none in their snapshot.
        "donor_address": snapshot.get("address", "").splitlines(),
    }
    # Receipts issued before there were two sizes were printed on Letter.
    size = snapshot.get("paper_size", "letter")
    return engine.render("receipts/receipt.html", context, language=snapshot["language"], paper_size=size)
