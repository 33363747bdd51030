"""What was sealed opens only in its place, unchanged, and with a key that is there."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from core import sealing
from tests.core.older_seals import sealed_in_version_1

HERE = "aid_case.story:1"


@given(st.text())
def test_opens_to_what_was_sealed(text: str) -> None:
    assert sealing.unseal(sealing.seal(text, context=HERE), context=HERE) == text


def test_moved_to_another_row_it_does_not_open() -> None:
    blob = sealing.seal("her son", context=HERE)

    with pytest.raises(sealing.SealBroken):
        sealing.unseal(blob, context="aid_case.story:2")


@given(st.data())
def test_one_changed_bit_is_noticed(data: st.DataObject) -> None:
    blob = bytearray(sealing.seal("her son", context=HERE))
    place = data.draw(st.integers(0, len(blob) - 1))
    blob[place] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(sealing.SealBroken):
        sealing.unseal(bytes(blob), context=HERE)


@pytest.mark.parametrize(
    "blob",
    [b"", b"\1", b"\1\2k1", b"\2\2k1", b"\2\2k1" + bytes(40), b"\3\2k1" + bytes(40), b"\1\0" + bytes(40), b"words"],
)
def test_nonsense_does_not_open(blob: bytes) -> None:
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(blob, context=HERE)


def test_older_key_still_opens_and_the_newest_seals(settings: Settings) -> None:
    old = sealing.seal("before", context=HERE)
    settings.SEALING_KEYS = {"k2": bytes(range(32))} | dict(settings.SEALING_KEYS)

    new = sealing.seal("after", context=HERE)

    assert sealing.unseal(old, context=HERE) == "before"
    assert new[2:4] == b"k2"
    assert [sealing.is_current(blob) for blob in (old, new)] == [False, True]


def test_without_its_key_it_does_not_open(settings: Settings) -> None:
    blob = sealing.seal("before", context=HERE)
    settings.SEALING_KEYS = {"k2": bytes(range(32))}

    with pytest.raises(sealing.SealBroken):
        sealing.unseal(blob, context=HERE)


def test_equal_texts_look_different_and_short_ones_alike() -> None:
    yes, no = sealing.seal("yes", context=HERE), sealing.seal("no", context=HERE)

    assert sealing.seal("yes", context=HERE) != yes
    assert len(yes) == len(no)


def test_version_1_still_opens_in_its_place_and_is_not_current() -> None:
    blob = sealed_in_version_1("Ñandú", context=HERE)

    assert sealing.unseal(blob, context=HERE) == "Ñandú"
    assert not sealing.is_current(blob)
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(blob, context="aid_case.story:2")


def test_version_that_says_it_is_another_does_not_open() -> None:
    old, new = sealed_in_version_1("her son", context=HERE), sealing.seal("her son", context=HERE)

    for blob in (b"\2" + old[1:], b"\1" + new[1:]):
        with pytest.raises(sealing.SealBroken):
            sealing.unseal(blob, context=HERE)


def test_key_of_one_purpose_opens_nothing_of_another(settings: Settings) -> None:
    """The derived key alone, as it would leak, with the right place named."""
    ring_key = next(iter(settings.SEALING_KEYS.values()))
    info = b"liferaft.sealing\0aid_case.email"
    leaked = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(ring_key)
    email, story = sealing.seal("a@b", context="aid_case.email:1"), sealing.seal("her son", context=HERE)

    assert AESGCM(leaked).decrypt(email[4:16], email[16:], b"aid_case.email:1").startswith(b"a@b\1")
    with pytest.raises(InvalidTag):
        AESGCM(leaked).decrypt(story[4:16], story[16:], HERE.encode())


@given(st.binary())
def test_files_open_to_what_was_sealed_whatever_they_end_in(content: bytes) -> None:
    for data in (content, content + b"\0", content + b"\1\0"):
        assert sealing.unseal_bytes(sealing.seal_bytes(data, context=HERE), context=HERE) == data


def test_size_of_a_file_tells_little_and_costs_little() -> None:
    sizes = [len(sealing.seal_bytes(bytes(n), context=HERE)) for n in range(900_000, 1_000_000, 1000)]

    assert len(set(sizes)) <= 3
    assert all(size < n * 9 / 8 + 100 for size, n in zip(sizes, range(900_000, 1_000_000, 1000), strict=True))


def test_index_finds_equal_values_of_one_column_only() -> None:
    index = sealing.blind_index("  Wanda@Example.org ", purpose="a")

    assert index == sealing.blind_index("wanda@example.org", purpose="a")
    assert index != sealing.blind_index("wanda@example.org", purpose="b")
    assert sealing.blind_index("n\u0303", purpose="a") == sealing.blind_index("\u00f1", purpose="a")
