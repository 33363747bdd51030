"""Makes the proof that a transaction is in the sealed books, for who has a right to it. ``static/check_books.py`` checks it.

It says of each transaction its leaf in the clear, its way to the root that the day's public head names, and the way from
that head to the newest one. It says nothing that the transaction itself does not say.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from core import merkle
from ledger import leaves, tree
from ledger.models import Head, Leaf, Transaction
from organisation.models import Organisation

FORMAT = "liferaft-proof-1"


def of(transactions: Sequence[Transaction], *, at: datetime) -> dict[str, Any]:
    """Return the proof for these transactions as what becomes its JSON.

    What is not in a public head yet is proved against the tree as it stands; what is not sealed yet says so.
    """
    contents = leaves.contents([each.pk for each in transactions])
    sealed = {leaf.transaction_id: leaf for leaf in Leaf.objects.filter(transaction__in=transactions)}
    newest = Head.objects.order_by("-day").first()
    proofs = [_of_one(contents[each.pk], sealed.get(each.pk), newest) for each in transactions]
    return {
        "format": FORMAT,
        "organisation": Organisation.current().name,
        "made_at": at.isoformat(timespec="seconds"),
        "meaning": [*_words(proofs, newest), _how_to_check()],
        "heads_at": settings.SITE_URL + reverse("ledger:heads_json"),
        "transactions": proofs,
    }


def head_as_data(head: Head) -> dict[str, Any]:
    """Return a head as it stands in files and proofs."""
    return {
        "day": head.day.isoformat(),
        "size": head.size,
        "root": bytes(head.root).hex(),
        "previous": bytes(head.previous).hex(),
        "hash": bytes(head.hash).hex(),
    }


def all_heads() -> dict[str, Any]:
    """Return all heads, the first one first, as ``check_books.py`` reads them."""
    return {"heads": [head_as_data(head) for head in Head.objects.order_by("day")]}


@cache
def checker_source() -> bytes:
    """Return ``check_books.py``: it stands alone, apart from the packages, and only its bytes are ever of use to us."""
    return (settings.BASE_DIR / "static" / "check_books.py").read_bytes()


def _of_one(content: bytes, leaf: Leaf | None, newest: Head | None) -> dict[str, Any]:
    if leaf is None:
        return {"state": "not sealed yet", "content": content.decode()}
    head = Head.objects.filter(size__gt=leaf.position).order_by("day").first()
    state = tree.State(head.size, bytes(head.root)) if head else tree.now()
    told: dict[str, Any] = {
        "state": "in the public head of its day" if head else "sealed, not in a public head yet",
        "content": content.decode(),
        "salt": bytes(leaf.salt).hex(),
        "leaf": bytes(leaf.hash).hex(),
        "position": leaf.position,
        "size": state.size,
        "root": state.root.hex(),
        "path": _resolved(merkle.inclusion(leaf.position, state.size)),
    }
    if head and newest:
        told["head"] = head_as_data(head)
        told["newest_head"] = head_as_data(newest)
        told["from_head_to_newest"] = _resolved(merkle.consistency(head.size, newest.size))
    return told


def _resolved(spans: list[merkle.Span]) -> list[str]:
    kept = tree.kept_hashes({full for each in spans for full in each})
    return [step.hex() for step in merkle.proof(spans, kept.__getitem__)]


def _words(proofs: list[dict[str, Any]], newest: Head | None) -> list[str]:
    words = []
    heads = sorted({each["head"]["day"] for each in proofs if "head" in each})
    if heads and newest:
        words.append(
            _(
                "This transaction is in our books as they were at the end of %(days)s, and in those of %(newest)s. The"
                " hashes of those days are public: nobody can change or take away this transaction without changing them."
            )
            % {"days": ", ".join(heads), "newest": newest.day.isoformat()}
        )
    if any(each["state"].startswith("sealed") for each in proofs):
        words.append(
            _(
                "It is sealed in our books, but today's public hash is not made yet. Fetch this file again tomorrow:"
                " it then leads to a hash that everybody sees."
            )
        )
    if any(each["state"].startswith("not") for each in proofs):
        words.append(
            _("It is booked and not sealed yet, which takes a minute or two. Fetch this file again then, and tomorrow.")
        )
    return words


def _how_to_check() -> str:
    return _(
        "To check it without trusting us, fetch check_books.py and heads.json from %(address)s and run: python3"
        " check_books.py proof.json --heads heads.json"
    ) % {"address": settings.SITE_URL + reverse("ledger:heads")}
