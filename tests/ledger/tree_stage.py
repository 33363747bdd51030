"""The stage for tests of the sealed books: bookings, days that pass, and the real check_books.py as anybody runs it."""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.urls import reverse
from moneyed import Money

from ledger import posting, tree
from ledger.models import Account, Fund, Kind, Transaction
from ledger.posting import Line
from organisation.models import Organisation
from tests.ledger.books_stage import give

CHECKER = settings.BASE_DIR / "static" / "check_books.py"


def book(fund: Fund, many: int, *, at: datetime, name: str = "test") -> list[Transaction]:
    return [give(fund, 1 + place, at=at, reference=f"{name}:{place}") for place in range(many)]


def book_fees(fund: Fund, many: int, *, at: datetime, name: str = "test") -> list[Transaction]:
    """Book fees that Stripe gave back: of all that happens by itself, only they stand for themselves."""
    dime = Money("0.10", "USD")
    lines = [Line(Account.STRIPE, fund, dime), Line(Account.FEES, fund, -dime)]
    return [
        posting.post(kind=Kind.PROVIDER_FEE, reference=f"stripe:{name}:{place}", lines=lines, occurred_at=at, at=at)
        for place in range(many)
    ]


def seal(*, at: datetime) -> int:
    """Do what the sweep does at that moment; return how many transactions it sealed."""
    tree.make_heads(at=at)
    batch = tree.seal_next(after=0, at=at)
    return batch.count if batch else 0


def move_to(zone: str) -> None:
    Organisation.objects.update(time_zone=zone)
    caches["default"].clear()  # Else this process goes on in the old one for a second.


def public_heads(folder: Path) -> Path:
    """Fetch heads.json as anybody does."""
    file = folder / "heads.json"
    file.write_bytes(Client().get(reverse("ledger:heads_json")).content)
    return file


def check(*arguments: Path | str) -> tuple[int, str]:
    """Run the checker in a Python of its own that finds nothing of ours."""
    done = subprocess.run(
        [sys.executable, "-I", str(CHECKER), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def write(told: Mapping[str, Any], folder: Path, name: str = "proof.json") -> Path:
    file = folder / name
    file.write_text(json.dumps(told), encoding="utf-8")
    return file


def tamper(statement: str) -> None:
    """Do what somebody with the database's keys can do: past every trigger."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
