"""Every night the books are proved; whoever must know is told if something does not fit, and the desk says so."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now as wall_clock
from django_q.models import Schedule
from pytest_django import Settings

from config import nightly, proofs
from ledger.models import Fund
from mail.models import OutgoingEmail
from organisation.models import AuditEvent, AuditNote, Organisation, User
from tests.ledger.tree_stage import book_fees, move_to, seal, tamper

HOUR = timedelta(hours=1)


@pytest.fixture
def clock(settings: Settings, tmp_path: Path) -> Callable[[datetime], None]:
    """Turn the clock that the edges read, as the demo does."""

    def turn(to: datetime) -> None:
        seconds = int((to - wall_clock()).total_seconds())
        Path(settings.CLOCK_FILE).write_text(str(seconds), encoding="ascii")

    settings.CLOCK_FILE = str(tmp_path / "clock")
    return turn


@pytest.fixture
def gifts(liferaft: Organisation, aid_fund: Fund, now: datetime) -> None:
    book_fees(aid_fund, 3, at=now)
    seal(at=now)


def desk_says(who: User) -> str:
    browser = Client()
    browser.force_login(who)
    return " ".join(browser.get(reverse("wagtailadmin_home")).content.decode().split())


def test_night_that_is_well_is_kept_and_sends_nothing(gifts: None, tess: User, now: datetime) -> None:
    assert "not been proved yet" in desk_says(tess)

    assert nightly.prove(at=now).is_sound

    event = AuditEvent.objects.get(action=nightly.ACTION)
    assert (event.reason, event.actor_id, event.object_type) == ("sound", None, "organisation.Organisation")
    assert not OutgoingEmail.objects.exists()
    assert "March 10, 2026, 4 p.m. (UTC): all of it is sound" in desk_says(tess)


def test_what_the_command_finds_is_not_promised_on_the_desk(gifts: None, tess: User) -> None:
    call_command("audit_books", stdout=StringIO())

    assert "the command audit_books says what it finds only where it is run" in desk_says(tess)


def test_night_that_is_not_well_tells_treasurers_and_administrators(
    gifts: None, tess: User, adam: User, fay: User, now: datetime
) -> None:
    tamper("UPDATE ledger_transaction SET memo = 'x' WHERE reference = 'stripe:test:1'")

    assert nightly.prove(at=now).wrong == 1

    letters = list(OutgoingEmail.objects.order_by("pk"))
    assert {letter.recipient for letter in letters} == {tess.email, adam.email}
    assert all("transaction stripe:test:1 is not what was sealed as leaf 1" in letter.text for letter in letters)
    assert AuditEvent.objects.get(action=nightly.ACTION).reason == "wrong:1"
    assert AuditNote.objects.count() >= 1
    for who in (tess, adam, fay):
        assert "1 thing is not as it must be." in desk_says(who)


def test_proof_that_fails_is_told_and_stops_no_other(
    gifts: None, tess: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that no proof expects, written past the triggers, does not silence the alarm."""

    def stumbling() -> Iterator[str]:
        yield "something was found before"
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    first = next(proof for proof in proofs.PROOFS if proof.name == "books")
    monkeypatch.setattr(
        proofs, "PROOFS", [replace(each, broken=stumbling) if each is first else each for each in proofs.PROOFS]
    )
    tamper("UPDATE ledger_transaction SET memo = 'x' WHERE reference = 'stripe:test:1'")

    assert nightly.prove(at=now).wrong == 3

    told = OutgoingEmail.objects.get().text
    assert "something was found before" in told
    assert "books: this proof could not be finished: DataError" in told
    assert "transaction stripe:test:1 is not what was sealed as leaf 1" in told


def test_sealing_that_stands_still_is_told_too(gifts: None, aid_fund: Fund, tess: User, now: datetime) -> None:
    book_fees(aid_fund, 2, at=now, name="late")

    assert nightly.prove(at=now + HOUR / 2).is_sound
    assert nightly.prove(at=now + 2 * HOUR).wrong == 1
    assert "does the worker run?" in OutgoingEmail.objects.get().text


def test_trail_knows_what_the_cache_lost(gifts: None, now: datetime) -> None:
    nightly.prove(at=now)
    caches["shared"].clear()

    assert nightly.last() == nightly.Result(now, 0)


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland", "Asia/Kolkata"])
def test_it_is_done_once_a_night_where_the_organisation_is(
    gifts: None, clock: Callable[[datetime], None], zone: str
) -> None:
    move_to(zone)
    done = []
    for hour in range(1, 49):
        at = datetime(2026, 6, 1, 0, 40, tzinfo=UTC) + hour * HOUR
        clock(at)
        if nightly.look() == "sound":
            done.append(at)

    from_first = done[1:]
    zoned = [at.astimezone(ZoneInfo(zone)).hour for at in from_first]
    assert done[0] == datetime(2026, 6, 1, 1, 40, tzinfo=UTC)  # never proved before, and sealed in March
    assert len(from_first) in {1, 2}
    assert set(zoned) <= {3, 4}


def test_what_was_booked_since_is_sealed_first(
    gifts: None, aid_fund: Fund, tess: User, clock: Callable[[datetime], None], now: datetime
) -> None:
    """What a machine that slept has not sealed yet is no reason for a letter."""
    book_fees(aid_fund, 2, at=now, name="before the sleep")
    clock(now + 30 * HOUR)

    assert nightly.look() == "sound"
    assert not OutgoingEmail.objects.exists()


def test_books_that_are_just_taken_over_are_left_in_peace(
    gifts: None, clock: Callable[[datetime], None], now: datetime
) -> None:
    clock(now + HOUR / 2)
    assert nightly.look() == "not due"
    clock(now + 2 * HOUR)
    assert nightly.look() == "sound"


def test_second_worker_goes_away_while_one_proves(
    committed_db: None, at_once: Callable[..., list[object]], now: datetime
) -> None:
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    book_fees(Fund.objects.create(slug="aid", name="Aid"), 3, at=now)
    seal(at=now)

    outcomes = at_once(*[nightly.look] * 4)

    assert set(outcomes) <= {"sound", "under way", "not due"}
    assert AuditEvent.objects.filter(action=nightly.ACTION).count() == 1


def test_it_is_scheduled(db: None) -> None:
    schedule = Schedule.objects.get(func="config.nightly.look")

    assert schedule.schedule_type == Schedule.HOURLY
    assert schedule.repeats == -1


def test_readiness_does_not_wait_for_it(db: None, client: Client) -> None:
    Schedule.objects.filter(func="config.nightly.look").update(next_run=datetime(2020, 1, 1, tzinfo=UTC))
    Schedule.objects.filter(name="sweep").update(next_run=wall_clock())

    assert client.get(reverse("readyz")).status_code == 200


def test_migration_can_go_back(db: None) -> None:
    call_command("migrate", "config", "0002", verbosity=0)
    assert not Schedule.objects.filter(func="config.nightly.look").exists()
    call_command("migrate", "config", verbosity=0)
    assert Schedule.objects.filter(func="config.nightly.look").exists()
