"""The tree over the books: takes up each transaction once, after it was booked, and says at the end of a day what it is.

The tree is a log of what was committed, in the order in which it was taken up. Nothing here holds a lock that a booking
waits for: one sealer at a time takes what has no leaf yet, whatever its number. What commits late is simply next.
"""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Count, Min

from core import merkle
from core.merkle import Full
from ledger import leaves
from ledger.models import Head, Leaf, Node, Transaction
from organisation.models import Organisation

# Who seals has it alone; whoever comes second goes away. The number only has to be the same everywhere.
_SEALING_LOCK = 0x4C43_5345
# In one database transaction: a sealer that is killed loses no more than this much of its own work.
BATCH = 2000
_BEFORE_THE_FIRST = bytes(32)
_ONE_DAY = timedelta(days=1)

# What has no day that a calendar knows, written past the desk, waits (and is told of) and keeps nothing else from its place.
_UNSEALED = """
    SELECT t.id FROM ledger_transaction t
    WHERE t.id > %s AND t.booked_on BETWEEN '0002-01-01' AND '9999-01-01'
    AND t.occurred_at BETWEEN '0002-01-01' AND '9999-01-01' AND t.recorded_at BETWEEN '0002-01-01' AND '9999-01-01'
    AND NOT EXISTS (SELECT 1 FROM ledger_leaf l WHERE l.transaction_id = t.id)
    ORDER BY t.id LIMIT %s
"""
_KEPT = """
    SELECT 0, l.position, l.hash FROM ledger_leaf l WHERE l.position = ANY(%s)
    UNION ALL
    SELECT n.level, n.place, n.hash FROM ledger_node n
    JOIN unnest(%s::int[], %s::bigint[]) AS wanted (level, place) ON wanted.level = n.level AND wanted.place = n.place
"""


class SomebodyElseSeals(Exception):
    """Another process is at it now."""


@dataclass(frozen=True)
class Batch:
    """What was taken up: how many transactions, and the number of the last; none if there was nothing."""

    count: int
    last: int


@dataclass(frozen=True)
class State:
    """What the tree is: how many leaves, and the hash over them."""

    size: int
    root: bytes


@dataclass(frozen=True)
class Waiting:
    """What has no leaf yet, and when the oldest of it was booked."""

    count: int
    oldest: datetime | None


@transaction.atomic
def seal_next(*, after: int, at: datetime, most: int = BATCH) -> Batch | None:
    """Take up the next transactions that are not in the tree yet.

    :param after: only those with a higher number, so that a run of many batches need not look at the first ones again
    :raises SomebodyElseSeals: if so
    """
    _lock()
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED, [after, most])
        numbers = [number for (number,) in cursor.fetchall()]
    if not numbers:
        return None
    contents = leaves.contents(numbers)
    first = size()
    made = []
    for position, number in enumerate(numbers, start=first):
        salt = os.urandom(16)
        digest = leaves.hash_of(salt=salt, content=contents[number])
        made.append(Leaf(position=position, transaction_id=number, salt=salt, hash=digest, sealed_at=at))
    grown = list(merkle.grow(_frontier(first), first, [bytes(leaf.hash) for leaf in made]))
    Leaf.objects.bulk_create(made)
    Node.objects.bulk_create(Node(level=full.level, place=full.place, hash=digest) for full, digest in grown)
    return Batch(len(numbers), numbers[-1])


@transaction.atomic
def make_heads(*, at: datetime) -> list[Head]:
    """Write down what the tree was at the end of each day that is over, from the day of the first leaf on.

    A day without bookings has its head too. A head holds what was sealed until midnight where the organisation is.

    :raises SomebodyElseSeals: if another process seals
    """
    _lock()
    zone = ZoneInfo(Organisation.current().time_zone)
    last = Head.objects.order_by("-day").first()
    if last:
        day = last.day + _ONE_DAY
    elif first := Leaf.objects.filter(position=0).first():
        day = first.sealed_at.astimezone(zone).date()
    else:
        return []
    made = []
    while day < at.astimezone(zone).date():
        last = _make_head(day, after=last, end=datetime.combine(day + _ONE_DAY, time(), tzinfo=zone), at=at)
        made.append(last)
        day += _ONE_DAY
    return made


def _make_head(day: date, *, after: Head | None, end: datetime, at: datetime) -> Head:
    # Not less than the day before, even if the organisation moved to a zone where the day ends earlier.
    since = Leaf.objects.filter(position__gte=after.size if after else 0)
    later = since.filter(sealed_at__gte=end).order_by("position").values_list("position", flat=True).first()
    many = size() if later is None else later
    previous = bytes(after.hash) if after else _BEFORE_THE_FIRST
    root = root_at(many)
    return Head.objects.create(
        day=day,
        size=many,
        root=root,
        previous=previous,
        hash=head_hash(day=day, size=many, root=root, previous=previous),
        made_at=at,
    )


def head_hash(*, day: date, size: int, root: bytes, previous: bytes) -> bytes:
    """Return a head's hash: SHA-256 over 0x02, the day (YYYY-MM-DD), the size (8 bytes, big endian), root and previous."""
    return hashlib.sha256(b"\x02" + day.isoformat().encode() + size.to_bytes(8, "big") + root + previous).digest()


def size() -> int:
    """Return how many leaves the tree has."""
    last = Leaf.objects.order_by("-position").values_list("position", flat=True).first()
    return 0 if last is None else last + 1


def now() -> State:
    """Return what the tree is at this moment."""
    many = size()
    return State(many, root_at(many))


def waiting() -> Waiting:
    """Return what the next run takes up."""
    found = Transaction.objects.filter(leaf__isnull=True).aggregate(count=Count("pk"), oldest=Min("recorded_at"))
    return Waiting(found["count"], found["oldest"])


def root_at(many: int) -> bytes:
    """Return the root of the first so many leaves."""
    return merkle.root_of(_frontier(many))


def kept_hashes(wanted: Iterable[Full]) -> dict[Full, bytes]:
    """Return the hashes of full subtrees, in one query."""
    nodes = list(wanted)
    higher = [full for full in nodes if full.level]
    with connection.cursor() as cursor:
        cursor.execute(
            _KEPT,
            [
                [full.place for full in nodes if not full.level],
                [full.level for full in higher],
                [full.place for full in higher],
            ],
        )
        return {Full(level, place): bytes(digest) for level, place, digest in cursor.fetchall()}


def _frontier(many: int) -> list[bytes]:
    names = merkle.span(0, many)
    kept = kept_hashes(names)
    return [kept[full] for full in names]


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEALING_LOCK])
        if not cursor.fetchone()[0]:
            raise SomebodyElseSeals
