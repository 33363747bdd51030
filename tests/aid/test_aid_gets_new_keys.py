"""What workers told us opens after a change of keys, and the gate for it lets nobody rewrite what was said."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, models, transaction
from pytest_django import Settings

from aid import deciding, holding, proofs
from aid import models as aid
from aid.reasons import HoldReason
from aid.sealed import SEALED
from aid.statuses import Status
from core import sealing
from core.resealing import Column
from organisation.models import User
from tests.config.sealed_stage import NEW, OLD, rotate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("liferaft")]
Reach = Callable[..., aid.AidRequest]
COLUMNS = [each for each in SEALED if isinstance(each, Column)]


def with_words(row: models.Model, *fields: str) -> None:
    for field in fields:
        holding.put(row, field, f"{field} in confidence")
    row.save()


@pytest.fixture
def told(reach: Reach, ada: User, carl: User, now: datetime) -> aid.Case:
    """A case with something in every column that is sealed. A new column of aid needs its words here."""
    paid = reach(Status.PAID)
    case = paid.case
    back = reach(Status.RECOMMENDED_GRANT)
    deciding.send_back(request_id=back.pk, by=ada, seen=back.version, note="ask once more", at=now)
    holding.put_requester(case, "A2REQUESTER")
    with_words(case, "notice")
    with_words(aid.Message(case=case, sender="worker", at=now), "body")
    with_words(aid.Note(case=case, author=carl, at=now), "body")
    with_words(aid.Attachment(case=case, kind="image/png", size=1, digest=b"1", at=now), "name")
    with_words(aid.Complaint(case=case, about="delay", at=now), "body", "answer")
    with_words(aid.LegalHold(case=case, by=carl, at=now), "reason")
    with_words(aid.Appeal(request=reach(Status.DECLINED), at=now), "ground")
    until = now + timedelta(days=1)
    with_words(aid.Hold(request=paid, reason=HoldReason.QUESTION, by=carl, at=now, until=until), "note")
    return case


def in_clear() -> dict[str, dict[Any, str]]:
    return {
        column.label: {
            row.pk: text
            for row in column.model._base_manager.all()
            if (text := holding.get(row, column.name.removesuffix("_sealed")))
        }
        for column in COLUMNS
    }


def test_everything_opens_with_the_new_key_alone(told: aid.Case, settings: Settings) -> None:
    before = in_clear()
    assert [name for name, texts in before.items() if not texts] == []
    settings.SEALING_KEYS = NEW | settings.SEALING_KEYS

    said = rotate()

    assert f"Key {OLD} is used nowhere any more" in said
    settings.SEALING_KEYS = NEW
    assert in_clear() == before
    assert list(proofs.broken()) == []


@pytest.fixture
def note(told: aid.Case) -> aid.Note:
    return aid.Note.objects.get()


def place(note: aid.Note) -> str:
    return holding.place(note, "body")


def change(note: aid.Note, **columns: object) -> None:
    with transaction.atomic():
        aid.Note.objects.filter(pk=note.pk).update(**columns)


def test_words_of_a_kept_row_are_not_rewritten(note: aid.Note) -> None:
    for other in (sealing.seal("another story", context=place(note)), b"nonsense", b"", b"\2"):
        with pytest.raises(DatabaseError):
            change(note, body_sealed=other)


def test_words_of_a_kept_row_may_get_a_newer_key_and_nothing_beside(
    note: aid.Note, now: datetime, settings: Settings
) -> None:
    settings.SEALING_KEYS = NEW | settings.SEALING_KEYS
    anew = sealing.seal(holding.get(note, "body"), context=place(note))

    with pytest.raises(DatabaseError):
        change(note, body_sealed=anew, at=now + timedelta(days=1))
    change(note, body_sealed=anew)
    with pytest.raises(DatabaseError):
        change(note, body_sealed=sealing.seal("another story", context=place(note)))

    note.refresh_from_db()
    assert holding.get(note, "body") == "body in confidence"


def test_words_that_were_erased_do_not_come_back(note: aid.Note) -> None:
    change(note, body_sealed=None)

    with pytest.raises(DatabaseError):
        change(note, body_sealed=sealing.seal("another story", context=place(note)))
