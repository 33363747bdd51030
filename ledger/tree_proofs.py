"""Proves on live data that the sealed books are what they were: every leaf, node, root and head made anew from the rows."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from core import merkle
from core.merkle import Full
from ledger import leaves, tree
from ledger.models import Head, Leaf, Node, Transaction

# Leaves that are in memory at a time.
_PART = 2000
# Sealing runs every minute; what waits longer than this waits for somebody to look.
_PATIENCE = timedelta(hours=1)
_ROWS = """
    SELECT position, transaction_id, salt, hash FROM ledger_leaf WHERE position >= %s ORDER BY position LIMIT %s
"""


def broken() -> Iterator[str]:
    """Name every leaf, node and head that is not what the bookings make it. Needs the same memory for any number."""
    walk = _Walk()
    while part := _part(walk.size):
        if part[0][0] != walk.size or part[-1][0] != walk.size + len(part) - 1:
            yield f"a leaf of the sealed books is missing after the first {walk.size}: nothing behind it can be proved"
            break
        yield from walk.over(part)
    wanted = walk.size - walk.size.bit_count()
    if (nodes := Node.objects.count()) != wanted:
        yield f"the sealed books have {nodes} nodes where {wanted} are due"
    for head in walk.waiting:
        yield f"the head of {head.day} counts {head.size} leaves, more than there are"
    yield from _chain()


def checked() -> dict[str, int]:
    """Return how much there is to check."""
    return {"leaves": Leaf.objects.count(), "nodes": Node.objects.count(), "heads": Head.objects.count()}


def noted(at: datetime) -> Iterator[str]:
    """Say what is not sealed yet. That is nothing broken: it is sealed within a minute or two."""
    tail = tree.waiting()
    if tail.oldest:
        yield f"{tail.count} transactions are not sealed yet, the oldest booked {_age(at - tail.oldest)} ago"


def warned(at: datetime) -> Iterator[str]:
    """Say whether sealing seems to stand still."""
    tail = tree.waiting()
    if tail.oldest and at - tail.oldest > _PATIENCE:
        yield f"{tail.count} transactions wait for more than an hour to be sealed: does the worker run?"


class _Walk:
    """Makes the tree anew, leaf by leaf, and compares it with what was kept on the way."""

    def __init__(self) -> None:
        self.size = 0
        self._frontier: list[bytes] = []
        self.waiting = list(Head.objects.order_by("size", "day"))

    def over(self, part: Sequence[tuple[int, int, bytes, bytes]]) -> Iterator[str]:
        contents = leaves.contents([number for _position, number, _salt, _hash in part])
        made: dict[Full, bytes] = {}
        for position, number, salt, kept in part:
            if leaves.hash_of(salt=bytes(salt), content=contents.get(number, b"")) != bytes(kept):
                yield f"transaction {_name(number)} is not what was sealed as leaf {position}"
            # From here on what was kept: one changed booking is one sentence and not one for each day since.
            made.update(merkle.grow(self._frontier, self.size, [bytes(kept)]))
            self.size += 1
            yield from self._heads()
        kept_nodes = tree.kept_hashes(made)
        for full, digest in made.items():
            if kept_nodes.get(full) != digest:
                yield f"node {full.level}:{full.place} of the sealed books is not what its leaves make it"

    def _heads(self) -> Iterator[str]:
        while self.waiting and self.waiting[0].size == self.size:
            head = self.waiting.pop(0)
            if bytes(head.root) != merkle.root_of(self._frontier):
                yield f"the head of {head.day} is not what the books make it"


def _part(start: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [start, _PART])
        return list(cursor.fetchall())


def _chain() -> Iterator[str]:
    """Each head has the hash of what it says, follows the day before, and covers its head."""
    before: Head | None = None
    for head in Head.objects.order_by("day").iterator(chunk_size=_PART):
        previous = bytes(before.hash) if before else bytes(32)
        made = tree.head_hash(day=head.day, size=head.size, root=bytes(head.root), previous=bytes(head.previous))
        if bytes(head.hash) != made or bytes(head.previous) != previous:
            yield f"the head of {head.day} does not follow from the one before it"
        if before and (head.day - before.day != timedelta(days=1) or head.size < before.size):
            yield f"between the heads of {before.day} and {head.day} days or bookings are missing"
        before = head


def _name(number: int) -> str:
    found = Transaction.objects.filter(pk=number).values_list("reference", flat=True).first()
    return found or f"number {number}"


def _age(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
