"""An auditor gets everything in one file, and the checker recomputes it: sums, tree, heads, what each fund has."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from ledger import balances
from ledger.models import Fund
from organisation.models import AuditEvent, Organisation, User
from tests.ledger.books_stage import at_desk, give
from tests.ledger.tree_stage import CHECKER, book, check, public_heads, seal, tamper

DAY = timedelta(days=1)


@pytest.fixture
def books(liferaft: Organisation, aid_fund: Fund, general_fund: Fund, now: datetime) -> None:
    book(aid_fund, 7, at=now, name="first")
    seal(at=now)
    seal(at=now + DAY)
    book(general_fund, 6, at=now + DAY, name="second")
    seal(at=now + DAY)
    seal(at=now + 3 * DAY)


@pytest.fixture
def gift_of_today(books: None, aid_fund: Fund, now: datetime) -> None:
    """Sealed, and under no public head before tomorrow."""
    give(aid_fund, 25, at=now + 3 * DAY, reference="of today")
    seal(at=now + 3 * DAY)


def exported(folder: Path, name: str = "books.zip") -> Path:
    call_command("export_chain", str(folder / name), stdout=io.StringIO())
    return folder / name


def changed(archive: Path, name: str, change: Callable[[str], str]) -> Path:
    """The same export with one file changed."""
    other = archive.with_name("changed.zip")
    with zipfile.ZipFile(archive) as before, zipfile.ZipFile(other, "w") as after:
        for each in before.namelist():
            text = before.read(each).decode()
            after.writestr(each, change(text) if each == name else text)
    return other


def test_export_is_recomputed_by_the_checker(books: None, aid_fund: Fund, tmp_path: Path) -> None:
    status, text = check(exported(tmp_path), "--heads", public_heads(tmp_path))

    assert status == 0, text
    assert "13 transactions, each sums to zero, under 3 heads" in text
    posted = int(balances.of(aid_fund).posted.amount * 100)
    assert f"fund aid: {posted} USD" in text
    assert "All of it fits." in text


def test_export_brings_the_checker_along(books: None, tmp_path: Path) -> None:
    with zipfile.ZipFile(exported(tmp_path)) as archive:
        assert archive.read("check_books.py") == CHECKER.read_bytes()
        assert archive.testzip() is None


def test_nothing_sealed_is_an_export_too(liferaft: Organisation, tmp_path: Path) -> None:
    status, text = check(exported(tmp_path))

    assert (status, "0 transactions" in text) == (3, True)
    assert "NOT YET   sealed under a public head" in text
    assert "All of it fits" not in text


def test_what_no_head_holds_is_named_and_not_in_the_sums(
    gift_of_today: None, aid_fund: Fund, now: datetime, tmp_path: Path
) -> None:
    status, text = check(exported(tmp_path), "--heads", public_heads(tmp_path))

    assert status == 3
    assert "13 transactions" in text
    assert "NOT YET   sealed under a public head: 1 more, from leaf 13 on" in text
    posted = int(balances.of(aid_fund).posted.amount * 100)
    assert f"fund aid: {posted - 2500} USD" in text
    assert "What is there so far fits." in text
    assert "All of it fits" not in text

    seal(at=now + 4 * DAY)
    assert check(exported(tmp_path, "tomorrow.zip"), "--heads", public_heads(tmp_path))[0] == 0


def without_line(place: int) -> Callable[[str], str]:
    def change(text: str) -> str:
        lines = text.splitlines(keepends=True)
        del lines[place]
        return "".join(lines)

    return change


@pytest.mark.parametrize(
    ("name", "change", "word"),
    [
        ("leaves.jsonl", lambda text: text.replace(",300,", ",301,", 1), "does not have the hash"),
        ("leaves.jsonl", without_line(3), "leaf 3 is missing"),
        ("leaves.jsonl", without_line(12), "leaves are missing"),
        ("heads.json", lambda text: text.replace('"size": 7', '"size": 6'), "does not have the hash"),
    ],
)
def test_changed_export_is_refused(
    books: None, tmp_path: Path, name: str, change: Callable[[str], str], word: str
) -> None:
    status, text = check(changed(exported(tmp_path), name, change))

    assert word in text
    assert status == 1


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE ledger_entry e SET amount_minor = amount_minor * 2 FROM ledger_transaction t"
        " WHERE t.id = e.transaction_id AND t.reference = 'first:2'",
        "UPDATE ledger_transaction SET memo = 'x' WHERE reference = 'second:3'",
    ],
)
def test_books_changed_past_the_triggers_are_found_by_the_auditor(books: None, tmp_path: Path, tampering: str) -> None:
    tamper(tampering)

    status, text = check(exported(tmp_path))

    assert status == 1
    assert "does not have the hash of the leaf" in text


def test_books_written_anew_are_found_by_who_kept_the_heads(books: None, now: datetime, tmp_path: Path) -> None:
    kept = public_heads(tmp_path)
    tamper(
        "UPDATE ledger_entry e SET amount_minor = amount_minor * 2 FROM ledger_transaction t"
        " WHERE t.id = e.transaction_id AND t.reference = 'first:2'; TRUNCATE ledger_leaf, ledger_node, ledger_head"
    )
    seal(at=now)
    seal(at=now + 3 * DAY)
    anew = exported(tmp_path)

    assert check(anew)[0] == 0
    status, text = check(anew, "--heads", kept)
    assert status == 1
    assert "is another one" in text


def test_entries_that_do_not_balance_are_found(books: None, tmp_path: Path) -> None:
    """Sealed like that: the hashes fit, and yet the sums are looked at."""
    tamper("UPDATE ledger_entry SET amount_minor = amount_minor + 1 WHERE amount_minor > 0")
    tamper("TRUNCATE ledger_leaf, ledger_node, ledger_head")
    seal(at=datetime.fromisoformat("2026-03-20T12:00:00+00:00"))

    status, text = check(exported(tmp_path))

    assert status == 1
    assert "leaf 0 does not sum to zero" in text


def test_old_file_is_not_written_over(books: None, tmp_path: Path) -> None:
    exported(tmp_path)

    with pytest.raises(CommandError, match="there already"):
        exported(tmp_path)


def test_who_took_the_export_is_on_record(books: None, tess: User, tmp_path: Path) -> None:
    answer = at_desk(tess).get(reverse("ledger_chain_export"))
    file = tmp_path / "desk.zip"
    file.write_bytes(b"".join(answer))

    assert check(file)[0] == 0
    event = AuditEvent.objects.get(action="ledger.chain_exported")
    assert (event.actor_id, event.reason) == (tess.pk, "zip:13")
    assert "no-store" in answer["Cache-Control"]


def test_desk_shows_how_the_sealed_books_stand(books: None, tess: User, otto: User) -> None:
    page = at_desk(tess).get(reverse("ledger_seal"))

    assert "13" in page.content.decode()
    assert "March 12, 2026" in page.content.decode()
    assert reverse("ledger_chain_export") in page.content.decode()
