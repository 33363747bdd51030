"""The auditor's export: every leaf of the sealed books in the clear, with all heads, for ``check_books.py``.

A ZIP of ``leaves.jsonl`` (one leaf a line, the first one first), ``heads.json`` and the checker itself. It is written
part by part: memory stays the same for ten bookings and a million.
"""

import json
import zipfile
from collections.abc import Callable
from typing import IO

from django.db import transaction

from ledger import leaves, proving, tree
from ledger.models import Leaf

_PART = 2000


@transaction.atomic
def write(file: IO[bytes], *, tell: Callable[[int, int], object] = lambda done, of: None) -> int:
    """Write the export; return how many leaves it has.

    :param tell: is told after each part how many leaves are written, of how many
    """
    # The heads first: what is sealed meanwhile is beyond them and does no harm.
    told_heads = proving.all_heads()
    many = tree.size()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        archive.writestr("heads.json", json.dumps(told_heads, indent=1))
        archive.writestr("check_books.py", proving.checker_source())
        with archive.open("leaves.jsonl", "w", force_zip64=True) as lines:
            for start in range(0, many, _PART):
                lines.write(_lines(start, min(start + _PART, many)))
                tell(min(start + _PART, many), many)
    return many


def _lines(start: int, end: int) -> bytes:
    part = list(
        Leaf.objects.filter(position__gte=start, position__lt=end)
        .order_by("position")
        .values_list("position", "transaction_id", "salt", "hash")
    )
    contents = leaves.contents([number for _position, number, _salt, _hash in part])
    rows = (
        {
            "position": position,
            "leaf": bytes(kept).hex(),
            "salt": bytes(salt).hex(),
            "content": contents[number].decode(),
        }
        for position, number, salt, kept in part
    )
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)
