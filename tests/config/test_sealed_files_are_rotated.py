"""Sealed files on disk get the new key as columns do: each one whole, in its place, readable by nobody else."""

from datetime import datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from core import sealing
from core.resealing import Batch, Files, batches
from mail.models import OutgoingEmail
from tests.config.sealed_stage import NEW, letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def photos(tmp_path: Path, liferaft: object, now: datetime) -> Files:
    """A sealed file for each of three letters; a fourth has none any more."""
    photos = Files(
        OutgoingEmail,
        "photo",
        path=lambda row: None if row.key == "test:4" else tmp_path / row.key,
        context=lambda row: f"mail_outgoingemail.photo:{row.key}",
    )
    for number in (1, 2, 3, 4):
        row = letter(now, f"test:{number}")
        path = photos.path(row)
        if path:
            path.write_bytes(sealing.seal_bytes(bytes([number]) * 5000, context=photos.context(row)))
    return photos


def rotate(files: Files) -> list[Batch]:
    return list(batches(files, size=2))


def test_files_open_with_the_new_key_alone(photos: Files, tmp_path: Path, settings: Settings) -> None:
    settings.SEALING_KEYS = NEW | settings.SEALING_KEYS

    done = rotate(photos)

    assert [(batch.looked_at, batch.broken) for batch in done] == [(2, []), (2, [])]
    assert photos.headers() == {sealing.current_header(): 3}
    settings.SEALING_KEYS = NEW
    opened = sealing.unseal_bytes((tmp_path / "test:2").read_bytes(), context="mail_outgoingemail.photo:test:2")
    assert opened == b"\2" * 5000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["test:1", "test:2", "test:3"]
    assert (tmp_path / "test:2").stat().st_mode & 0o777 == 0o600


def test_file_that_is_up_to_date_is_left_alone(photos: Files, tmp_path: Path, settings: Settings) -> None:
    settings.SEALING_KEYS = NEW | settings.SEALING_KEYS
    rotate(photos)
    before = (tmp_path / "test:1").stat()

    rotate(photos)

    assert (tmp_path / "test:1").stat().st_ino == before.st_ino


def test_file_that_is_missing_or_lies_in_another_place_is_named(
    photos: Files, tmp_path: Path, settings: Settings
) -> None:
    (tmp_path / "test:1").unlink()
    (tmp_path / "test:2").write_bytes((tmp_path / "test:3").read_bytes())
    (tmp_path / "test:3.resealing").write_bytes(b"what a killed run left")
    settings.SEALING_KEYS = NEW | settings.SEALING_KEYS

    broken = [pk for batch in rotate(photos) for pk in batch.broken]

    assert set(OutgoingEmail.objects.filter(pk__in=broken).values_list("key", flat=True)) == {"test:1", "test:2"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["test:2", "test:3"]
