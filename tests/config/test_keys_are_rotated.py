"""A new key in front, one command, and the old key can go: everything opens with the new one alone."""

from datetime import datetime

import pytest
from allauth.mfa.models import Authenticator
from pytest_django import Settings

from config.sealed import SEALED
from ledger.models import BankLine, Fund
from mail.models import OutgoingEmail, place
from organisation import audit
from organisation.models import AuditEvent, AuditNote, Organisation, User
from tests.config.sealed_stage import NEW, OLD, counts, hold_something, letter, opened, rotate, rotate_in_vain
from tests.core.older_seals import sealed_in_version_1

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(liferaft: Organisation, tess: User, general_fund: Fund, now: datetime) -> None:
    hold_something(tess, at=now)


def add_key(settings: Settings) -> None:
    settings.SEALING_KEYS = NEW | settings.SEALING_KEYS


def test_everything_opens_with_the_new_key_alone(held: None, tess: User, settings: Settings) -> None:
    before = opened(tess)
    add_key(settings)

    told = rotate()

    assert f"Key {OLD} is used nowhere any more: take it out of SEALING_KEYS." in told
    assert "done   mail_outgoingemail.recipient_sealed: 2 sealed anew" in told
    settings.SEALING_KEYS = NEW
    assert opened(tess) == before
    assert ["Cheque of Ann"] in before
    assert list(audit.broken_links()) == []


def test_every_place_outside_of_aid_was_really_tried(held: None) -> None:
    assert [name for name, (many, _old) in counts().items() if not many and not name.startswith("aid_")] == []


def test_second_run_finds_nothing_to_do(held: None, settings: Settings) -> None:
    add_key(settings)
    rotate()
    before = list(OutgoingEmail.objects.order_by("pk").values()), list(Authenticator.objects.order_by("pk").values())

    told = rotate()

    assert told.count("done   ") == told.count(": 0 sealed anew") == len(SEALED)
    after = list(OutgoingEmail.objects.order_by("pk").values()), list(Authenticator.objects.order_by("pk").values())
    assert after == before


def test_older_version_is_brought_up_to_date_without_a_new_key(held: None, now: datetime) -> None:
    old = letter(now, "test:old")
    old.text_sealed = sealed_in_version_1("as it was", context=place(old.key, "text"))
    old.save()

    told = rotate()

    assert "mail_outgoingemail.text_sealed: 1 sealed anew" in told
    old.refresh_from_db()
    assert (old.text, bytes(old.text_sealed)[0]) == ("as it was", 2)


def test_dry_run_counts_and_changes_nothing(held: None, settings: Settings) -> None:
    add_key(settings)
    before = counts()

    told = rotate("--dry-run")

    assert "mail_outgoingemail.text_sealed: 1 of 1 would be sealed anew" in told
    assert "mfa_authenticator.data: 2 of 2 would be sealed anew" in told
    assert f"Key {OLD} is still needed: " in told
    assert counts() == before


def test_what_was_sealed_for_another_place_is_named_each_time_without_its_content(
    held: None, now: datetime, settings: Settings
) -> None:
    moved = letter(now, "test:moved")
    moved.text_sealed = OutgoingEmail.objects.get(key="test:1").text_sealed
    moved.save()
    add_key(settings)

    first, second = rotate_in_vain(), rotate_in_vain()

    for told in (first, second):
        assert f"mail_outgoingemail.text_sealed: row {moved.pk} could not be opened" in told
        assert f"Key {OLD} is still needed: 1 things" in told
        assert "andú" not in told
    assert counts()["mail_outgoingemail.text_sealed"] == (2, 1)


def test_key_that_is_gone_is_named(held: None, settings: Settings) -> None:
    settings.SEALING_KEYS = NEW

    told = rotate_in_vain()

    assert f"Key '{OLD}' is not in SEALING_KEYS: " in told
    assert f"organisation_auditnote.sealed_text: row {AuditNote.objects.first().pk} could not" in told  # type: ignore[union-attr]  # one is there
    assert f"mfa_authenticator.data: row {Authenticator.objects.order_by('pk')[0].pk} could not" in told


def test_nonsense_is_named_and_stays(held: None, settings: Settings) -> None:
    line = BankLine.objects.get()
    BankLine.objects.filter(pk=line.pk).update(words_sealed=b"\2")
    add_key(settings)

    told = rotate_in_vain()

    assert f"ledger_bankline.words_sealed: row {line.pk} could not be opened" in told
    assert bytes(BankLine.objects.values_list("words_sealed", flat=True).get() or b"") == b"\2"


def test_change_of_keys_is_on_record(held: None, settings: Settings) -> None:
    add_key(settings)

    rotate()
    rotate()

    reasons = AuditEvent.objects.filter(action="organisation.resealed").values_list("reason", flat=True)
    assert sorted(set(reasons)) == sorted(reasons)
    assert "mail_outgoingemail.text_sealed" in reasons
