"""audit_books finds what is wrong even where a trigger was switched off to make it so."""

import json
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ledger import posting
from ledger.models import Fund
from tests.ledger.tree_stage import book_fees


@pytest.fixture
def fee(aid_fund: Fund, now: datetime) -> None:
    """A booking that stands for itself."""
    book_fees(aid_fund, 1, at=now)
    posting.check_entries()


def audit() -> str:
    out = StringIO()
    call_command("audit_books", stdout=out)
    return out.getvalue()


def test_sound_books_are_called_sound(fee: None) -> None:
    text = audit()

    assert "1 transactions, 2 entries" in text
    assert "All of it is sound." in text


def test_json_says_the_same(fee: None) -> None:
    out = StringIO()
    call_command("audit_books", "--json", stdout=out)

    report = json.loads(out.getvalue())
    assert report["sound"] is True
    assert report["parts"]["books"]["checked"]["entries"] == 2


@pytest.mark.parametrize(
    ("tampering", "sentence"),
    [
        ("UPDATE ledger_entry SET amount_minor = amount_minor + 1 WHERE amount_minor > 0", "do not sum to zero"),
        ("DELETE FROM ledger_entry WHERE amount_minor > 0", "fewer than two entries"),
        ("UPDATE ledger_fund SET currency = 'EUR'", "another currency than its fund"),
        ("ALTER TABLE ledger_entry DISABLE TRIGGER USER", "has lost a trigger"),
    ],
)
def test_tampering_past_the_triggers_is_named(fee: None, tampering: str, sentence: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(tampering)
        cursor.execute("SET session_replication_role = origin")
    out = StringIO()

    with pytest.raises(CommandError, match="not as they must be"):
        call_command("audit_books", stdout=out)

    assert sentence in out.getvalue()
