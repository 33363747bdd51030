"""What was done stays on record; notes can be erased without breaking the record."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from organisation import audit
from organisation.models import AuditEvent, AuditNote, Organisation, User

CUT = "ALTER TABLE organisation_auditevent DISABLE TRIGGER ALL"


def note_three(user: User, at: datetime) -> None:
    for word in ["one", "two", "three"]:
        audit.record(actor=user, action=f"test.{word}", subject=user, note=f"said {word}", at=at)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE organisation_auditevent SET action = 'nothing'",
        "DELETE FROM organisation_auditevent",
        "TRUNCATE organisation_auditevent",
    ],
)
def test_events_cannot_be_changed_even_by_sql(otto: User, now: datetime, statement: str) -> None:
    note_three(otto, now)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert AuditEvent.objects.count() == 3


@pytest.mark.django_db
def test_whole_chain_has_no_broken_link(otto: User, now: datetime) -> None:
    note_three(otto, now)

    assert list(audit.broken_links()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("UPDATE organisation_auditevent SET actor_id = 99 WHERE position = 2", "event 2 "),
        ("UPDATE organisation_auditevent SET at = at + interval '1 microsecond' WHERE position = 2", "event 2 "),
        ("DELETE FROM organisation_auditevent WHERE position = 2", "event 3 "),
        ("UPDATE organisation_auditnote SET salt = decode(repeat('00', 16), 'hex') WHERE position = 2", "event 2 was"),
    ],
)
def test_broken_link_is_named(otto: User, now: datetime, damage: str, named: str) -> None:
    note_three(otto, now)
    with connection.cursor() as cursor:
        cursor.execute(CUT)  # as somebody with the database's keys could
        cursor.execute(damage)
        cursor.execute("ALTER TABLE organisation_auditevent ENABLE TRIGGER ALL")

    broken = list(audit.broken_links())

    assert any(named in line for line in broken), broken


@pytest.mark.django_db
def test_note_is_sealed_and_not_in_the_event(otto: User, now: datetime) -> None:
    audit.record(actor=otto, action="test.one", subject=otto, note="wanda told me so", at=now)

    row = AuditEvent.objects.values().get()
    assert b"wanda" not in bytes(AuditNote.objects.get().sealed_text)
    assert "wanda" not in str(row)


@pytest.mark.django_db
def test_erased_note_leaves_the_chain_whole(otto: User, now: datetime) -> None:
    note_three(otto, now)

    AuditNote.objects.filter(position=2).delete()

    assert list(audit.broken_links()) == []


@pytest.mark.django_db
def test_event_outlives_the_person(otto: User, now: datetime) -> None:
    audit.record(actor=otto, action="test.one", subject=otto, at=now)
    number = otto.pk

    otto.delete()

    assert AuditEvent.objects.get().actor_id == number


@pytest.mark.django_db
def test_event_of_a_deed_that_failed_is_not_kept(otto: User, now: datetime) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        audit.record(actor=otto, action="test.one", subject=otto, at=now)
        raise RuntimeError

    assert not AuditEvent.objects.exists()


def test_events_at_the_same_moment_make_one_chain(
    committed_db: None, at_once: Callable[..., list[object]], now: datetime
) -> None:
    us = Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")

    def record(word: int) -> Callable[[], object]:
        return lambda: audit.record(actor=None, action=f"test.{word}", subject=us, at=now)

    outcomes = at_once(*[record(word) for word in range(6)])

    assert [type(outcome) for outcome in outcomes] == [AuditEvent] * 6
    assert list(AuditEvent.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert list(audit.broken_links()) == []
