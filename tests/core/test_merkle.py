"""The tree is that of RFC 9162: the vectors that its implementations share, and proofs of every size."""

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import merkle

# The inputs and roots of the reference implementation (certificate-transparency, merkletree/merkle_tree_test.cc).
INPUTS = [
    bytes.fromhex(text)
    for text in [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


class Tree:
    """All full subtrees of a tree, as the database keeps them."""

    def __init__(self, size: int) -> None:
        self.leaves = [merkle.leaf_hash(str(place).encode()) for place in range(size)]
        self.kept = dict(merkle.grow([], 0, self.leaves))

    def hash_of(self, full: merkle.Full) -> bytes:
        return self.kept[full] if full.level else self.leaves[full.place]

    def root(self, size: int) -> bytes:
        return merkle.root_of([self.hash_of(full) for full in merkle.span(0, size)])


def plain_root(leaves: list[bytes]) -> bytes:
    """Section 2.1.1, word by word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = max(1 << power for power in range(len(leaves).bit_length()) if 1 << power < len(leaves))
    return hashlib.sha256(b"\x01" + plain_root(leaves[:split]) + plain_root(leaves[split:])).digest()


def test_known_inputs_give_the_known_roots() -> None:
    frontier: list[bytes] = []

    for size, (content, root) in enumerate(zip(INPUTS, ROOTS, strict=True)):
        list(merkle.grow(frontier, size, [merkle.leaf_hash(content)]))
        assert merkle.root_of(frontier).hex() == root
    assert merkle.root_of([]) == hashlib.sha256().digest()


def test_known_inclusion_and_consistency_proofs() -> None:
    leaves = [merkle.leaf_hash(content) for content in INPUTS]
    kept = dict(merkle.grow([], 0, leaves))

    def hash_of(full: merkle.Full) -> bytes:
        return kept[full] if full.level else leaves[full.place]

    assert [step.hex() for step in merkle.proof(merkle.inclusion(5, 8), hash_of)] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [step.hex() for step in merkle.proof(merkle.consistency(6, 8), hash_of)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@pytest.mark.parametrize("size", range(1, 40))
def test_every_leaf_of_every_size_is_proved(size: int) -> None:
    tree = Tree(size)
    root = tree.root(size)

    assert root == plain_root(tree.leaves)
    for position in range(size):
        path = merkle.proof(merkle.inclusion(position, size), tree.hash_of)
        merkle.verify_inclusion(leaf=tree.leaves[position], position=position, size=size, path=path, root=root)


@pytest.mark.parametrize("new", range(1, 40))
def test_every_size_is_the_beginning_of_every_later_one(new: int) -> None:
    tree = Tree(new)

    for old in range(1, new + 1):
        path = merkle.proof(merkle.consistency(old, new), tree.hash_of)
        merkle.verify_consistency(old=old, old_root=tree.root(old), new=new, new_root=tree.root(new), path=path)


def fails(verify: Callable[..., None], **told: object) -> bool:
    try:
        verify(**told)
    except merkle.ProofFails:
        return True
    return False


def flipped(told: bytes, bit: int) -> bytes:
    whole = bytearray(told)
    whole[bit // 8 % len(whole)] ^= 1 << bit % 8
    return bytes(whole)


@given(st.data())
def test_no_flipped_bit_and_no_other_place_passes(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 300))
    position = data.draw(st.integers(0, size - 1))
    bit = data.draw(st.integers(0, 255))
    tree = Tree(size)
    path = merkle.proof(merkle.inclusion(position, size), tree.hash_of)
    step = data.draw(st.integers(0, len(path) - 1))
    told: dict[str, object] = {
        "leaf": tree.leaves[position],
        "position": position,
        "size": size,
        "path": path,
        "root": tree.root(size),
    }
    other = data.draw(st.integers(0, size - 1).filter(lambda place: place != position))

    merkle.verify_inclusion(**told)  # type: ignore[arg-type]  # one table for all the wrong ones below
    wrong: list[dict[str, object]] = [
        {"leaf": flipped(tree.leaves[position], bit)},
        {"root": flipped(tree.root(size), bit)},
        {"path": [*path[:step], flipped(path[step], bit), *path[step + 1 :]]},
        {"path": path[:-1]},
        {"path": [*path, path[0]]},
        {"position": other},
        {"position": size},
    ]
    assert [each for each in wrong if not fails(merkle.verify_inclusion, **(told | each))] == []


@given(st.data())
def test_what_is_not_the_beginning_does_not_pass_for_it(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, 300))
    old = data.draw(st.integers(1, new - 1))
    bit = data.draw(st.integers(0, 255))
    tree = Tree(new)
    path = merkle.proof(merkle.consistency(old, new), tree.hash_of)
    step = data.draw(st.integers(0, len(path) - 1))
    told: dict[str, object] = {
        "old": old,
        "old_root": tree.root(old),
        "new": new,
        "new_root": tree.root(new),
        "path": path,
    }

    merkle.verify_consistency(**told)  # type: ignore[arg-type]  # one table for all the wrong ones below
    wrong: list[dict[str, object]] = [
        {"old_root": flipped(tree.root(old), bit)},
        {"new_root": flipped(tree.root(new), bit)},
        {"path": [*path[:step], flipped(path[step], bit), *path[step + 1 :]]},
        {"path": path[:-1]},
        {"path": [*path, path[0]]},
        {"old": new},
        {"old": 0},
        {"old": new, "new": old},
    ]
    assert [each for each in wrong if not fails(merkle.verify_consistency, **(told | each))] == []
