"""Whoever writes the books also writes the files that ``check_books.py`` is given: here they write what was never booked."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.ledger.tree_stage import check, write

SALT = b"s" * 16


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def content(minor: Any, **changed: Any) -> str:
    entries = [["general", "bank", minor, "USD"], ["general", "gifts", -minor, "USD"]]
    return json.dumps({"kind": "gift", "booked_on": "2026-01-01", "entries": entries} | changed)


def leaf_of(text: str, salt: bytes = SALT) -> bytes:
    return sha(b"\x00", salt, text.encode())


def head(day: str, size: int, root: bytes, before: str = "00" * 32) -> dict[str, Any]:
    made = sha(b"\x02", day.encode(), size.to_bytes(8, "big"), root, bytes.fromhex(before))
    return {"day": day, "size": size, "root": root.hex(), "previous": before, "hash": made.hex()}


def days(contents: Sequence[str], *, first: int = 1) -> list[dict[str, Any]]:
    """Two heads over two leaves, on days that follow each other."""
    one, two = (leaf_of(text) for text in contents)
    start = head(f"2026-01-{first:02}", 1, one)
    return [start, head(f"2026-01-{first + 1:02}", 2, sha(b"\x01", one, two), start["hash"])]


def export(folder: Path, contents: Sequence[str], heads: object, **changed: Any) -> Path:
    file = folder / "books.zip"
    lines = [
        {"position": place, "leaf": leaf_of(text).hex(), "salt": SALT.hex(), "content": text} | changed
        for place, text in enumerate(contents)
    ]
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("heads.json", json.dumps({"heads": heads}))
        archive.writestr("leaves.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    return file


TRUE = [content(100), content(200)]
FALSE = [content(1), content(2)]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return write({"heads": days(TRUE)}, tmp_path, "kept.json")


def test_true_export_fits_what_was_kept(tmp_path: Path, kept: Path) -> None:
    assert check(export(tmp_path, TRUE, days(TRUE)), "--heads", kept)[0] == 0


@pytest.mark.parametrize("first", [1, 2, 3, 20])
def test_books_written_anew_under_other_days_are_refused(tmp_path: Path, kept: Path, first: int) -> None:
    status, text = check(export(tmp_path, FALSE, days(FALSE, first=first)), "--heads", kept)

    assert (status, "WRONG" in text) == (1, True)


def test_kept_day_that_is_left_out_is_missed(tmp_path: Path, kept: Path) -> None:
    only_second = [head("2026-01-02", 2, sha(b"\x01", *(leaf_of(text) for text in TRUE)))]

    assert check(export(tmp_path, TRUE, only_second), "--heads", kept)[0] == 1


def test_days_follow_each_other(tmp_path: Path) -> None:
    start = head("2026-01-01", 1, leaf_of(TRUE[0]))
    later = head("2026-01-03", 2, sha(b"\x01", *(leaf_of(text) for text in TRUE)), start["hash"])

    status, text = check(export(tmp_path, TRUE, [start, later]))

    assert (status, "skips a day" in text) == (1, True)


def test_heads_of_later_days_do_not_hurt_an_older_export(tmp_path: Path, kept: Path) -> None:
    status, text = check(export(tmp_path, TRUE[:1], days(TRUE)[:1]), "--heads", kept)

    assert status == 0, text


def test_export_without_heads_is_not_sealed(tmp_path: Path, kept: Path) -> None:
    file = export(tmp_path, FALSE, [])

    status, text = check(file)
    assert status == 3
    assert "NOT YET   sealed under a public head: 2 more" in text
    assert "300" not in text
    assert "All of it" not in text
    assert check(file, "--heads", kept)[0] == 1


@pytest.mark.parametrize("change", [str, str.upper, lambda text: f" {text}\n"])
def test_lone_hash_is_found_among_the_heads(tmp_path: Path, change: Callable[[str], str]) -> None:
    lone = change(days(TRUE)[0]["hash"])

    status, text = check(export(tmp_path, TRUE, days(TRUE)), "--hash", lone)
    assert (status, "Without public heads" in text) == (0, False)
    status, text = check(export(tmp_path, FALSE, days(FALSE)), "--hash", lone)
    assert (status, "hash that you kept" in text) == (1, True)


def proof(text: str = TRUE[0], **changed: Any) -> dict[str, Any]:
    first, second = days([text, TRUE[1]])
    told = {"content": text, "salt": SALT.hex(), "leaf": leaf_of(text).hex(), "position": 0, "size": 1, "path": []}
    told |= {"root": first["root"], "head": first, "newest_head": second}
    told |= {"from_head_to_newest": [leaf_of(TRUE[1]).hex()]}
    return {"transactions": [told | changed]}


def test_lone_hash_is_found_among_those_of_a_proof(tmp_path: Path, kept: Path) -> None:
    for each in days(TRUE):
        assert check(write(proof(), tmp_path), "--hash", each["hash"])[0] == 0
    other = days(FALSE)[0]["hash"]
    assert check(write(proof(), tmp_path), "--hash", other)[0] == 1
    assert check(write(proof(), tmp_path), "--heads", kept, "--hash", other)[0] == 1


def test_head_beside_no_leaf_proves_nothing(tmp_path: Path, kept: Path) -> None:
    status, text = check(
        write({"transactions": [{"content": content(9), "head": days(TRUE)[0]}]}, tmp_path), "--heads", kept
    )

    assert status == 3
    assert "All of it" not in text


@pytest.mark.parametrize(
    "named",
    [
        {"kind": "gift\rIN BOOKS  gift (general bank 1 USD)\nAll of it fits.\x1b[8m"},
        {"booked_on": "\x1b]0;x\x07\u202e2026\u2028IN BOOKS"},
        {"kind": " " * 500 + "IN BOOKS"},
    ],
)
def test_file_writes_nothing_but_words_on_the_screen(tmp_path: Path, named: dict[str, str]) -> None:
    text = content(100, **named)

    for told in ({"content": text}, proof(text)["transactions"][0]):
        _status, said = check(write({"transactions": [told]}, tmp_path))
        assert all(line.isprintable() for line in said.split("\n"))
        assert len(said.split("\n")) <= 4
        assert " " * 100 not in said


def test_fund_writes_nothing_but_words_on_the_screen(tmp_path: Path) -> None:
    fund = "a\x1b[2J\nAll of it fits."
    texts = [content(1, entries=[[fund, "bank", 1, "USD"], [fund, "gifts", -1, "US\u202eD"]])] * 2

    said = check(export(tmp_path, texts, days(texts)))[1]

    assert all(line.isprintable() for line in said.split("\n"))


@pytest.mark.parametrize(
    "changed",
    [
        {"salt": "73" * 15},
        {"salt": "73 " * 16},
        {"leaf": "00" * 31},
        {"size": 1.0},
        {"position": False},
        {"head": days(TRUE)[0] | {"size": True}},
        {"head": days(TRUE)[0] | {"day": "2026-1-1"}},
        {"from_head_to_newest": [leaf_of(TRUE[1]).hex() + " "]},
    ],
)
def test_what_is_not_written_as_it_should_be_is_refused(tmp_path: Path, changed: dict[str, Any]) -> None:
    status, text = check(write(proof(**changed), tmp_path))

    assert status in {1, 2}, text


def test_salt_of_another_length_does_not_move_the_text(tmp_path: Path) -> None:
    """Else a gift's memo could be given out as a transaction of its own."""
    inner = content(5_000_000)
    outer = "x" * 16 + inner
    told = {"salt": (SALT + b"x" * 16).hex(), "leaf": leaf_of(outer).hex(), "root": leaf_of(outer).hex()}

    assert (
        check(write({"transactions": [{"content": inner, "position": 0, "size": 1, "path": []} | told]}, tmp_path))[0]
        == 1
    )


def test_amounts_are_whole(tmp_path: Path) -> None:
    for minor in (0.5, True):
        texts = [content(minor)] * 2
        status, text = check(export(tmp_path, texts, days(texts)))
        assert (status, "whole number" in text) == (1, True)


def test_broken_archive_is_said_to_be_one(tmp_path: Path) -> None:
    file = export(tmp_path, TRUE, days(TRUE))
    bytes_of = bytearray(file.read_bytes())
    bytes_of[40:60] = b"\xff" * 20
    file.write_bytes(bytes_of)

    status, text = check(file)

    assert (status, "could not be read" in text) == (2, True)
