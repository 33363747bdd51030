"""Anybody can fetch the public heads and the checker, and the checker, run as it is, tells right from wrong."""

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ledger import posting, proving
from ledger.models import Fund, Transaction
from organisation.models import Organisation
from tests.ledger.tree_stage import CHECKER, book, check, public_heads, seal, tamper, write

DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("liferaft")


@pytest.fixture
def gifts(liferaft: Organisation, aid_fund: Fund, now: datetime) -> list[Transaction]:
    """Three days of seven, five and no gifts, each with its head."""
    first = book(aid_fund, 7, at=now, name="first")
    seal(at=now)
    seal(at=now + DAY)
    second = book(aid_fund, 5, at=now + DAY, name="second")
    seal(at=now + DAY)
    seal(at=now + 3 * DAY)
    return [*first, *second]


def proof(gift: Transaction, now: datetime) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(json.dumps(proving.of([gift], at=now)))
    return told


def test_every_gift_is_proved_to_who_has_the_public_heads(
    gifts: list[Transaction], now: datetime, tmp_path: Path
) -> None:
    heads = public_heads(tmp_path)

    for place, gift in enumerate(gifts):
        status, text = check(write(proof(gift, now), tmp_path), "--heads", heads)
        assert (status, "All of it fits." in text) == (0, True), text
        day = "2026-03-10" if place < 7 else "2026-03-11"
        assert f"number {place + 1} of {7 if place < 7 else 12} on {day}" in text


def test_proof_without_public_heads_says_what_it_is_worth(
    gifts: list[Transaction], now: datetime, tmp_path: Path
) -> None:
    status, text = check(write(proof(gifts[0], now), tmp_path))

    assert status == 0
    assert "Without public heads" in text


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"content": "2500"}, "text does not have the hash"),
        ({"salt": "00" * 16}, "text does not have the hash"),
        ({"leaf": "00" * 32}, "text does not have the hash"),
        ({"position": 3}, "path"),
        ({"path": []}, "path"),
        ({"root": "00" * 32}, "path does not lead"),
        ({"size": 6}, "its head is of another tree"),
        ({"from_head_to_newest": []}, "path between"),
    ],
)
def test_changed_proof_is_refused(
    gifts: list[Transaction], now: datetime, tmp_path: Path, change: dict[str, Any], word: str
) -> None:
    told = proof(gifts[0], now)
    if "content" in change:
        change = {"content": told["transactions"][0]["content"].replace(":100", ":1000").replace(",100,", ",900,")}
        assert change["content"] != told["transactions"][0]["content"]
    told["transactions"][0] |= change

    status, text = check(write(told, tmp_path), "--heads", public_heads(tmp_path))

    assert status == 1
    assert "WRONG" in text
    assert word in text


def test_head_that_is_not_the_public_one_is_refused(gifts: list[Transaction], now: datetime, tmp_path: Path) -> None:
    """Somebody wrote the past anew and made everything fit; who kept the old heads sees it."""
    kept = public_heads(tmp_path)
    tamper("TRUNCATE ledger_head, ledger_leaf, ledger_node")
    seal(at=now)
    seal(at=now + 3 * DAY)
    told = write(proof(gifts[0], now), tmp_path)

    assert check(told)[0] == 0
    status, text = check(told, "--heads", kept)
    assert status == 1
    assert "is another one" in text


def test_heads_that_do_not_follow_are_refused(gifts: list[Transaction], now: datetime, tmp_path: Path) -> None:
    told = write(proof(gifts[0], now), tmp_path)
    heads = json.loads(public_heads(tmp_path).read_text(encoding="utf-8"))
    del heads["heads"][1]

    status, text = check(told, "--heads", write(heads, tmp_path, "heads.json"))

    assert status == 1
    assert "does not follow" in text


def test_what_is_no_proof_is_said_to_be_none(tmp_path: Path) -> None:
    assert check(write({"transactions": "none"}, tmp_path))[0] == 2
    assert check(write({"transactions": []}, tmp_path))[0] == 1
    assert check(tmp_path / "nothing there")[0] == 2


def test_gift_of_today_is_proved_against_the_tree_as_it_stands(
    gifts: list[Transaction], aid_fund: Fund, now: datetime, tmp_path: Path
) -> None:
    fresh = book(aid_fund, 1, at=now + 3 * DAY, name="today")[0]
    unsealed = proof(fresh, now + 3 * DAY)
    seal(at=now + 3 * DAY)
    sealed = proof(fresh, now + 3 * DAY)

    assert "minute" in " ".join(unsealed["meaning"])
    assert "tomorrow" in " ".join(sealed["meaning"])
    for told, words in [(unsealed, "it is not sealed"), (sealed, "no public head holds it")]:
        status, text = check(write(told, tmp_path), "--heads", public_heads(tmp_path))
        assert status == 3
        assert words in text
        assert "What is there so far fits." in text
    seal(at=now + 4 * DAY)
    assert "All of it fits." in check(write(proof(fresh, now), tmp_path), "--heads", public_heads(tmp_path))[1]


def test_reversal_names_what_it_reverses(gifts: list[Transaction], now: datetime) -> None:
    back = posting.reverse(original=gifts[0], occurred_at=now, at=now)

    told = proof(back, now)

    assert json.loads(told["transactions"][0]["content"])["reverses"] == "first:0"


def test_page_shows_the_newest_head_and_how_to_check(client: Client, gifts: list[Transaction]) -> None:
    heads = json.loads(client.get(reverse("ledger:heads_json")).content)["heads"]
    page = client.get(reverse("ledger:heads"))

    assert [head["day"] for head in heads] == ["2026-03-10", "2026-03-11", "2026-03-12"]
    shown = page.content.decode().replace("<wbr>", "")  # where a narrow screen may break it
    assert heads[-1]["hash"] in shown
    assert heads[-1]["root"] in shown
    assert reverse("ledger:checker") in page.content.decode()
    assert "max-age" in page["Cache-Control"]
    assert not page.cookies


def test_page_says_when_there_is_nothing_yet(client: Client) -> None:
    assert "first hash is published" in client.get(reverse("ledger:heads")).content.decode()


def test_heads_come_as_a_table_too(client: Client, gifts: list[Transaction]) -> None:
    lines = client.get(reverse("ledger:heads_csv")).content.decode().splitlines()

    assert lines[0] == "day,size,root,previous,hash"
    assert lines[1].startswith("2026-03-10,7,")
    assert len(lines) == 4


def test_checker_that_is_given_out_is_the_one_that_is_tested(client: Client) -> None:
    answer = client.get(reverse("ledger:checker"))

    assert answer.content == CHECKER.read_bytes()
    assert "check_books.py" in answer["Content-Disposition"]


def test_checker_stands_alone_and_is_short() -> None:
    text = CHECKER.read_text(encoding="utf-8")

    imported = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names
    assert not imported & {"os", "socket", "subprocess", "urllib", "http"}
    assert len(text.splitlines()) < 220
