"""Handlers and posts for tests of the inbox, which need no Stripe."""

import itertools
import json
import os
import signal
import time
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import stripe
from django.db import connection
from django.test import Client
from moneyed import Money

from ledger import posting
from ledger.models import Account, Fund, Kind
from ledger.posting import Line
from stripe_gateway.models import StripeCall

EVENT: dict[str, Any] = {
    "id": "evt_1",
    "object": "event",
    "api_version": "2026-10-28.endive",
    "created": 1_773_158_400,
    "livemode": False,
    "type": "test.thing",
    "data": {"object": {"id": "thing_1", "object": "thing"}},
}


def post(client: Client, body: str | bytes, secret: str, *, timestamp: int | None = None) -> Any:
    """Post a body signed with a secret."""
    text = body.decode("latin-1") if isinstance(body, bytes) else body
    header = stripe.WebhookSignature.generate_signature_header(text, secret, timestamp)
    return client.post(
        "/webhooks/stripe/", data=body, content_type="application/json", headers={"Stripe-Signature": header}
    )


def book(object_id: str, *, at: datetime) -> None:
    """Book a dollar."""
    fund, money = Fund.objects.get(slug="aid"), Money(1, "USD")
    posting.post(
        kind=Kind.GIFT,
        reference=f"stripe:{object_id}",
        lines=[Line(Account.STRIPE, fund, money), Line(Account.GIFTS, fund, -money)],
        occurred_at=at,
        at=at,
    )


def book_and_die(object_id: str, *, at: datetime) -> None:
    """Book, then be killed as by a power cut, once: the second time there is a note that it happened."""
    book(object_id, at=at)
    note = Path(os.environ["LIFERAFT_VAR"]) / "died"
    if not note.exists():
        note.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def fail(object_id: str, *, at: datetime) -> None:
    """Book, then find something wrong that names a person."""
    book(object_id, at=at)
    raise ValueError("@".join(["ann", "example.org"]))


def count(object_id: str, *, at: datetime) -> None:
    """Leave a trace that shows each time that this ran."""
    StripeCall.objects.create(key=str(uuid.uuid4()), request_hash=b"", asked_at=at)


_versions = itertools.count(1)


def follow_slowly(object_id: str, *, at: datetime) -> None:
    """Ask for the newest version, be slow the first time, write it down."""
    version = next(_versions)
    time.sleep(0.5 if version == 1 else 0)
    Fund.objects.filter(slug="aid").update(description=str(version))


COUNTS = {"test.thing": count}
FOLLOWS = {"test.thing": follow_slowly}
BOOKS = {"test.thing": book}
DIES = {"test.thing": book_and_die}
FAILS = {"test.thing": fail}


def dumped(**changes: Any) -> str:
    return json.dumps(EVENT | changes)


def own_database() -> str:
    """Return the address of the test's own database, for a process of its own."""
    base = connection.settings_dict
    if base["PASSWORD"] or not base["HOST"].startswith("/"):
        return f"postgresql://{base['USER']}:{base['PASSWORD']}@{base['HOST']}:{base['PORT'] or 5432}/{base['NAME']}"
    port = f"&port={base['PORT']}" if base["PORT"] else ""
    return f"postgresql://{base['USER']}@/{base['NAME']}?host={quote(base['HOST'])}{port}"
