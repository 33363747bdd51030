"""Whoever changes the books past the triggers is found: by audit_books on the rows, and by the checker on the export."""

import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ledger import tree_proofs
from ledger.models import Fund, Transaction
from organisation.models import Organisation
from tests.ledger.tree_stage import book, seal, tamper

DAY = timedelta(days=1)


@pytest.fixture
def gifts(liferaft: Organisation, aid_fund: Fund, now: datetime) -> list[Transaction]:
    first = book(aid_fund, 7, at=now, name="first")
    seal(at=now)
    seal(at=now + DAY)
    second = book(aid_fund, 6, at=now + DAY, name="second")
    seal(at=now + DAY)
    seal(at=now + 3 * DAY)
    return [*first, *second]


def test_sealed_books_are_sound(gifts: list[Transaction]) -> None:
    assert list(tree_proofs.broken()) == []
    assert tree_proofs.checked() == {"leaves": 13, "nodes": 10, "heads": 3}


def test_nothing_sealed_is_sound(liferaft: Organisation, aid_fund: Fund) -> None:
    assert list(tree_proofs.broken()) == []


@pytest.mark.parametrize(
    ("tampering", "sentence"),
    [
        # Balanced, so that no other proof would notice.
        (
            "UPDATE ledger_entry e SET amount_minor = amount_minor * 2 FROM ledger_transaction t"
            " WHERE t.id = e.transaction_id AND t.reference = 'first:2'",
            "transaction first:2 is not what was sealed",
        ),
        ("UPDATE ledger_transaction SET memo = 'x' WHERE reference = 'first:2'", "transaction first:2 is not"),
        ("UPDATE ledger_transaction SET occurred_at = occurred_at + interval '1 microsecond'", "first:0 is not"),
        ("UPDATE ledger_transaction SET booked_on = booked_on + 1", "transaction first:0 is not"),
        ("UPDATE ledger_transaction SET kind = 'refund' WHERE reference = 'second:5'", "second:5 is not"),
        ("UPDATE ledger_fund SET slug = 'other'", "first:0 is not"),
        ("UPDATE ledger_leaf SET salt = decode(repeat('00', 16), 'hex') WHERE position = 3", "first:3 is not"),
        ("UPDATE ledger_leaf SET hash = decode(repeat('00', 32), 'hex') WHERE position = 3", "node 1:1 of"),
        (
            "UPDATE ledger_leaf SET hash = decode(repeat('00', 32), 'hex') WHERE position = 3",
            "head of 2026-03-12 is not",
        ),
        ("UPDATE ledger_leaf SET hash = decode(repeat('00', 32), 'hex') WHERE position = 3", "first:3 is not"),
        ("DELETE FROM ledger_leaf WHERE position = 3", "a leaf of the sealed books is missing"),
        ("DELETE FROM ledger_leaf WHERE position = 12", "counts 13 leaves, more than there are"),
        ("UPDATE ledger_node SET hash = decode(repeat('00', 32), 'hex') WHERE level = 2 AND place = 1", "node 2:1"),
        ("DELETE FROM ledger_node WHERE level = 1 AND place = 0", "node 1:0"),
        ("INSERT INTO ledger_node (level, place, hash) VALUES (9, 9, '')", "11 nodes where 10 are due"),
        ("UPDATE ledger_head SET root = hash WHERE day = '2026-03-11'", "the head of 2026-03-11 is not what the books"),
        ("UPDATE ledger_head SET size = 6 WHERE day = '2026-03-10'", "the head of 2026-03-10 does not follow"),
        ("UPDATE ledger_head SET hash = root WHERE day = '2026-03-10'", "the head of 2026-03-11 does not follow"),
        ("DELETE FROM ledger_head WHERE day = '2026-03-11'", "the head of 2026-03-12 does not follow"),
        ("DELETE FROM ledger_head WHERE day = '2026-03-10'", "the head of 2026-03-11 does not follow"),
        ("DELETE FROM ledger_entry; DELETE FROM ledger_leaf; DELETE FROM ledger_transaction", "more than there are"),
    ],
)
def test_tampering_past_the_triggers_is_named(gifts: list[Transaction], tampering: str, sentence: str) -> None:
    tamper(tampering)

    broken = list(tree_proofs.broken())

    assert any(sentence in each for each in broken), broken


def test_unsealed_tail_is_named_and_no_fault(gifts: list[Transaction], aid_fund: Fund, now: datetime) -> None:
    late = now + 3 * DAY
    book(aid_fund, 2, at=late, name="late")

    assert list(tree_proofs.broken()) == []
    assert list(tree_proofs.noted(late + timedelta(minutes=3))) == [
        "2 transactions are not sealed yet, the oldest booked 3 minutes ago"
    ]
    assert list(tree_proofs.warned(late + timedelta(minutes=3))) == []
    assert len(list(tree_proofs.warned(late + timedelta(minutes=61)))) == 1


def test_audit_books_proves_the_tree(gifts: list[Transaction]) -> None:
    tamper("UPDATE ledger_transaction SET memo = 'x' WHERE reference = 'first:2'")
    out = StringIO()

    with pytest.raises(CommandError, match="not as they must be"):
        call_command("audit_books", "--json", stdout=out)

    part = json.loads(out.getvalue())["parts"]["sealed books"]
    assert part["checked"] == {"leaves": 13, "nodes": 10, "heads": 3}
    assert part["broken"] == ["transaction first:2 is not what was sealed as leaf 2"]
