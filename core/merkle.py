"""The Merkle tree of Certificate Transparency: hashes, proofs and how to verify them, after RFC 9162, section 2.1.

Knows hashes alone, neither what they are of nor where they are kept. ``Full`` names a subtree all of whose leaves are
there, by its level (it has ``2 ** level`` leaves; a leaf is level 0) and its place among those of its size. Such a
subtree never changes again, so the hashes of all of them can be kept, and any root and proof is made of few of them.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from typing import NamedTuple

EMPTY = hashlib.sha256().digest()
_LEAF, _NODE = b"\x00", b"\x01"


class Full(NamedTuple):
    """A full subtree."""

    level: int
    place: int


class ProofFails(Exception):
    """The proof does not lead from what it is about to the root."""


# One step of a proof is the hash over a span of leaves: that of these full subtrees, from left to right.
Span = list[Full]


def leaf_hash(content: bytes) -> bytes:
    """Return the hash of a leaf (2.1.1). What begins with another byte is a node: one is never taken for the other."""
    return hashlib.sha256(_LEAF + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


def root_of(frontier: Sequence[bytes]) -> bytes:
    """Return the root over a tree's largest full subtrees, given from left to right as ``span`` names them."""
    if not frontier:
        return EMPTY
    return reduce(lambda right, left: node_hash(left, right), reversed(frontier[:-1]), frontier[-1])


def span(start: int, end: int) -> Span:
    """Name the largest full subtrees over the leaves from ``start`` up to ``end``, from left to right.

    :param start: 0, or where a tree that goes on to ``end`` is split
    """
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append(Full(level, start >> level))
        start += 1 << level
    return found


def grow(frontier: list[bytes], size: int, leaves: Iterable[bytes]) -> Iterator[tuple[Full, bytes]]:
    """Add leaves at the end; yield each subtree that becomes full, the leaves themselves aside. Changes ``frontier``.

    :param frontier: the hashes over ``span(0, size)``
    """
    for leaf in leaves:
        frontier.append(leaf)
        size += 1
        level = 0
        while size % (2 << level) == 0:
            right = frontier.pop()
            frontier[-1] = node_hash(frontier[-1], right)
            level += 1
            yield Full(level, (size >> level) - 1), frontier[-1]


def inclusion(position: int, size: int) -> list[Span]:
    """Name what the proof is made of that the leaf at ``position`` is in the tree of ``size`` leaves (2.1.3.1)."""
    return _inclusion(position, 0, size)


def _inclusion(position: int, start: int, end: int) -> list[Span]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if position < middle:
        return [*_inclusion(position, start, middle), span(middle, end)]
    return [*_inclusion(position, middle, end), span(start, middle)]


def consistency(old: int, new: int) -> list[Span]:
    """Name what the proof is made of that the tree of ``old`` leaves is the beginning of that of ``new`` (2.1.4.1).

    :param old: at least 1, at most ``new``
    """
    return _consistency(old, 0, new, is_known=True)


def _consistency(old: int, start: int, end: int, *, is_known: bool) -> list[Span]:
    if old == end:
        return [] if is_known else [span(start, end)]
    middle = start + _split(end - start)
    if old <= middle:
        return [*_consistency(old, start, middle, is_known=is_known), span(middle, end)]
    return [*_consistency(old, middle, end, is_known=False), span(start, middle)]


def _split(size: int) -> int:
    """Return the largest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def proof(spans: Sequence[Span], hash_of: Callable[[Full], bytes]) -> list[bytes]:
    """Make a proof from its names, given where the hashes of full subtrees are kept."""
    return [root_of([hash_of(full) for full in each]) for each in spans]


def verify_inclusion(*, leaf: bytes, position: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Verify as 2.1.3.2 says.

    :raises ProofFails: if the path does not lead from the leaf to the root
    """
    if not 0 <= position < size:
        raise ProofFails("there is no such place in a tree of this size")
    made = leaf
    for step, is_left in _climb(position, size - 1, path):
        made = node_hash(step, made) if is_left else node_hash(made, step)
    if made != root:
        raise ProofFails("the path does not lead to the root")


def verify_consistency(*, old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> None:
    """Verify as 2.1.4.2 says.

    :raises ProofFails: if the old tree is not the beginning of the new one
    """
    if not 0 < old <= new:
        raise ProofFails("a tree does not shrink, and of an empty one there is nothing to prove")
    if old == new:
        if path or old_root != new_root:
            raise ProofFails("two trees of one size have different roots")
        return
    is_full = old & (old - 1) == 0
    first, *steps = [old_root, *path] if is_full else [*path] or [b""]
    place = old - 1
    level = (~place & old).bit_length() - 1  # as many halvings as it takes to come to a left half
    made_old = made_new = first
    for step, is_left in _climb(place >> level, (new - 1) >> level, steps):
        made_new = node_hash(step, made_new) if is_left else node_hash(made_new, step)
        made_old = node_hash(step, made_old) if is_left else made_old
    if made_old != old_root or made_new != new_root:
        raise ProofFails("the path does not lead to both roots")


def _climb(at: int, last: int, path: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield each step of a path upwards, and whether it is the left half.

    :param at: where the path begins, among the subtrees of its size; ``last`` is the last one of them
    :raises ProofFails: if the path is longer or shorter than the tree is high
    """
    for step in path:
        if last == 0:
            raise ProofFails("the path is too long")
        is_left = bool(at % 2) or at == last
        yield step, is_left
        # The last one of a size has no right half: it goes up unchanged until it is a right half itself.
        while is_left and at and not at % 2:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    if last:
        raise ProofFails("the path is too short")
