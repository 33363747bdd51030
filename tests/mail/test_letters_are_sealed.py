"""A stolen copy of the database tells neither who got a letter nor what stood in it."""

from datetime import datetime

import pytest
from django.db import connection

from core.sealing import SealBroken
from mail import outbox
from mail.models import OutgoingEmail

MARK = "zqkanarienvogelqz"


def queue(at: datetime, key: str) -> OutgoingEmail:
    return outbox.queue_ready(
        key=key, to=f"{MARK}@mail.example", subject="News", text=f"go to {MARK}\n", html=f"<p>{MARK}</p>", at=at
    )


def rows_as_text() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(row_to_json(letter)::text, '\n') FROM mail_outgoingemail letter")
        return str(cursor.fetchone()[0])


def test_address_and_words_of_a_letter_are_not_in_the_database_in_clear(db: None, now: datetime) -> None:
    queue(now, "test:1")

    assert MARK not in rows_as_text()
    assert MARK.encode().hex() not in rows_as_text()
    letter = OutgoingEmail.objects.get()
    assert (letter.recipient, letter.text, letter.html) == (
        f"{MARK}@mail.example",
        f"go to {MARK}\n",
        f"<p>{MARK}</p>",
    )


def test_address_moved_to_another_letter_does_not_open(db: None, now: datetime) -> None:
    mine, other = queue(now, "test:1"), queue(now, "test:2")
    mine.recipient_sealed = other.recipient_sealed

    with pytest.raises(SealBroken):
        _ = mine.recipient
