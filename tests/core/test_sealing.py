"""What was sealed opens only in its place, unchanged, and with a key that is there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from core import sealing

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


@pytest.mark.parametrize("blob", [b"", b"\1", b"\1\2k1", b"\2\2k1" + bytes(40), b"\1\0" + bytes(40), b"words"])
def test_nonsense_does_not_open(blob: bytes) -> None:
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(blob, context=HERE)


def test_older_key_still_opens_and_the_newest_seals(settings: Settings) -> None:
    old = sealing.seal("before", context=HERE)
    settings.SEALING_KEYS = {"k2": bytes(range(32))} | dict(settings.SEALING_KEYS)

    new = sealing.seal("after", context=HERE)

    assert sealing.unseal(old, context=HERE) == "before"
    assert new[2:4] == b"k2"


def test_without_its_key_it_does_not_open(settings: Settings) -> None:
    blob = sealing.seal("before", context=HERE)
    settings.SEALING_KEYS = {"k2": bytes(range(32))}

    with pytest.raises(sealing.SealBroken):
        sealing.unseal(blob, context=HERE)


def test_equal_texts_look_different_and_short_ones_alike() -> None:
    yes, no = sealing.seal("yes", context=HERE), sealing.seal("no", context=HERE)

    assert sealing.seal("yes", context=HERE) != yes
    assert len(yes) == len(no)


def test_index_finds_equal_values_of_one_column_only() -> None:
    index = sealing.blind_index("  Wanda@Example.org ", purpose="a")

    assert index == sealing.blind_index("wanda@example.org", purpose="a")
    assert index != sealing.blind_index("wanda@example.org", purpose="b")
    assert sealing.blind_index("n\u0303", purpose="a") == sealing.blind_index("\u00f1", purpose="a")
