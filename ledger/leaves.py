"""What a leaf of the sealed books says: a transaction with its entries, written in one way only.

The content is JSON without white space, its keys in order, in UTF-8 (version 1):

- ``version``, ``reference``, ``kind``, ``memo``, ``reverses``: the reference of the transaction that it reverses, or null
- ``occurred_at``, ``recorded_at``: in UTC with microseconds; ``booked_on``: the day it counts for
- ``entries``: in order, each [fund's short name, account, minor units (debit positive), currency]

In a reference, by which the desk finds a gift or case (the UUID of a case, the name of an offline gift) is replaced by the
beginning of its SHA-256: whoever reads a proof or the auditor's export can tell references apart, and cannot find from one
what it books. The number of a proposal by hand stands as it is: two members of staff decide those, and nobody gives by them.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from core import merkle

VERSION = 1
_DESK_NAME = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=offline:)[^:]+")
_ROWS = """
    SELECT t.id, t.reference, t.kind, t.memo, t.occurred_at, t.recorded_at, t.booked_on, r.reference, (
        SELECT json_agg(json_build_array(f.slug, e.account, e.amount_minor, e.currency))::text
        FROM ledger_entry e JOIN ledger_fund f ON f.id = e.fund_id WHERE e.transaction_id = t.id)
    FROM ledger_transaction t LEFT JOIN ledger_transaction r ON r.id = t.reverses_id WHERE t.id = ANY(%s)
"""


def contents(numbers: Sequence[int]) -> dict[int, bytes]:
    """Return the leaves' contents of these transactions, by their primary keys, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [list(numbers)])
        return {row[0]: _content(row) for row in cursor.fetchall()}


def hash_of(*, salt: bytes, content: bytes) -> bytes:
    """Return the leaf's hash: over the salt (16 bytes) and then the content."""
    return merkle.leaf_hash(salt + content)


def _content(row: tuple[Any, ...]) -> bytes:
    _number, reference, kind, memo, occurred_at, recorded_at, booked_on, reverses, entries = row
    return _canonical(
        {
            "version": VERSION,
            "reference": _veiled(reference),
            "kind": kind,
            "memo": memo,
            "occurred_at": _moment(occurred_at),
            "recorded_at": _moment(recorded_at),
            "booked_on": booked_on.isoformat(),
            "reverses": _veiled(reverses) if reverses else None,
            "entries": sorted(json.loads(entries or "[]")),
        }
    )


def _canonical(told: dict[str, Any]) -> bytes:
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _veiled(reference: str) -> str:
    return _DESK_NAME.sub(lambda found: hashlib.sha256(found[0].encode()).hexdigest()[:32], reference)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
