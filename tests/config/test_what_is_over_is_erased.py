"""Letters' words, unmatched words of the bank and dead sessions go on their days; the worker does it every hour."""

from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.management import call_command
from django.utils.timezone import now as wall_clock

from config import keeping
from core import clock, sealing
from ledger.models import BankLine, BankStatement
from mail import outbox
from mail.models import Attachment, OutgoingEmail
from organisation.models import User

State = OutgoingEmail.State


@pytest.fixture(autouse=True)
def _an_hour_has_passed(db: None) -> None:
    caches["shared"].clear()


def letter(key: str, state: str, *, at: datetime) -> OutgoingEmail:
    paper = outbox.Enclosure("receipt.pdf", "application/pdf", b"%PDF-1.7")
    made = outbox.queue_ready(key=key, to="ann@example.org", subject="Thanks", text="Ann!", at=at, enclosures=[paper])
    made.state, made.sent_at = state, at if state == State.SENT else None
    made.save()
    return made


@pytest.mark.parametrize(("state", "kept"), [(State.SENT, 7), (State.FAILED, 90), (State.UNCERTAIN, 90)])
def test_words_and_papers_of_letters_go_and_the_letter_stays(now: datetime, state: str, kept: int) -> None:
    made = letter("receipt:1", state, at=now)

    list(keeping.erase(at=now + timedelta(days=kept)))
    made.refresh_from_db()
    before = made.text
    list(keeping.erase(at=now + timedelta(days=kept, seconds=1)))

    made.refresh_from_db()
    assert (before, made.text, made.html, made.recipient) == ("Ann!", "", "", "ann@example.org")
    assert not Attachment.objects.exists()


def test_letter_that_waits_keeps_its_words(now: datetime) -> None:
    made = letter("receipt:1", State.QUEUED, at=now)

    list(keeping.erase(at=now + timedelta(days=400)))

    made.refresh_from_db()
    assert made.text == "Ann!"


def test_words_of_the_bank_go_after_four_hundred_days(tess: User, now: datetime) -> None:
    statement = BankStatement.objects.create(
        file_name="march.csv", sha256=b"0" * 32, currency="USD", entered_by=tess, entered_at=now
    )
    line = BankLine(statement=statement, row=1, on=date(2026, 3, 1), amount_minor=5, currency="USD")
    line.words_sealed = sealing.seal("from Ann", context=line.place)
    line.save()
    day = datetime(2026, 3, 1, 12, tzinfo=now.tzinfo)

    list(keeping.erase(at=day + timedelta(days=400)))
    kept = BankLine.objects.get().words
    list(keeping.erase(at=day + timedelta(days=401)))

    assert (kept, BankLine.objects.get().words) == ("from Ann", "")


def test_sessions_go_when_they_open_nothing(now: datetime) -> None:
    for key, hours in (("over", -1), ("open", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=wall_clock() + timedelta(hours=hours))

    list(keeping.erase(at=now + timedelta(days=9999)))

    assert [session.session_key for session in Session.objects.all()] == ["open"]


def test_worker_does_it_once_an_hour(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=8))
    first = letter("receipt:1", State.SENT, at=now)
    keeping.sweep()
    second = letter("receipt:2", State.SENT, at=now)
    keeping.sweep()

    for made in (first, second):
        made.refresh_from_db()
    assert (first.text, second.text) == ("", "Ann!")


def test_command_says_what_it_erased_and_a_second_run_finds_nothing(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=8))
    letter("receipt:1", State.SENT, at=now)
    said = [StringIO() for _run in range(3)]

    call_command("erase_expired", dry_run=True, stdout=said[0])
    for each in said[1:]:
        call_command("erase_expired", stdout=each)

    assert "1 letters with words" in said[0].getvalue()
    assert "Nothing was erased" in said[0].getvalue()
    assert "1 were erased." in said[1].getvalue()
    assert "There was nothing to erase." in said[2].getvalue()
