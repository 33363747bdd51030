"""A worker's file lies sealed in private storage, is theirs alone, and goes when its time is over."""

import errno
import os
import stat
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.cache import caches
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from aid import applying, attaching, erasing, file_store, transitions
from aid.models import AidRequest, Attachment
from aid.statuses import Status
from core import sealing
from tests.aid.files_stage import PDF, PLACE, browser, draft, page_says, phone, post, send, telling_jpeg
from tests.config.sealed_stage import NEW, OLD, rotate, rotate_in_vain

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("liferaft")]
__all__ = ["draft", "phone"]
Committed = DjangoCaptureOnCommitCallbacks


def kept(private_files: Path) -> list[Path]:
    return [each for each in private_files.rglob("*") if each.is_file()]


@pytest.fixture
def sent(phone: Client, private_files: Path) -> Attachment:
    """A PDF that wanda added."""
    assert send(phone, PDF, "notice of wanda.pdf").status_code == 302
    return Attachment.objects.get()


def test_file_is_sealed_private_and_nameless_on_disk(sent: Attachment, private_files: Path) -> None:
    (found,) = kept(private_files)

    assert b"Catalog" not in found.read_bytes()
    assert "wanda" not in str(found.relative_to(private_files))
    assert stat.S_IMODE(found.stat().st_mode) == 0o600
    assert stat.S_IMODE(found.parent.stat().st_mode) == 0o700
    assert b"wanda" not in bytes(sent.name_sealed or b"")


def test_file_moved_to_another_row_does_not_open(sent: Attachment, phone: Client, private_files: Path) -> None:
    (found,) = kept(private_files)
    send(phone, telling_jpeg())
    other = Attachment.objects.exclude(pk=sent.pk).get()
    found.replace(private_files / other.pk.hex[:2] / other.pk.hex)

    with pytest.raises(sealing.SealBroken):
        file_store.read(other)


@pytest.mark.parametrize("path", ["/media/attachments/", "/media/../attachments/", "/media/%2e%2e/attachments/", "/"])
def test_no_address_leads_to_the_storage(
    sent: Attachment, client: Client, private_files: Path, settings: Settings, path: str
) -> None:
    settings.MEDIA_ROOT = private_files.parent / "media"

    answer = client.get(f"{path}{kept(private_files)[0].relative_to(private_files)}", follow=True)

    assert answer.status_code in (400, 404)


def test_worker_gets_it_back_as_a_download_that_nothing_keeps_or_runs(sent: Attachment, phone: Client) -> None:
    answer = phone.get(f"{PLACE}{sent.pk}/")

    assert answer.content == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="file.pdf"'
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"


def test_file_of_another_worker_is_not_there(sent: Attachment, reach: Callable[..., AidRequest]) -> None:
    other = browser(reach(Status.DRAFT))

    assert other.get(f"{PLACE}{sent.pk}/").status_code == 404
    assert other.get(f"{PLACE}{uuid.uuid4()}/").status_code == 404
    post(other, f"{PLACE}{sent.pk}/remove/")
    assert Attachment.objects.filter(pk=sent.pk).exists()


def test_it_can_be_taken_back_before_the_request_is_sent(
    sent: Attachment, phone: Client, private_files: Path, django_capture_on_commit_callbacks: Committed
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert post(phone, f"{PLACE}{sent.pk}/remove/")["Location"] == PLACE

    assert not Attachment.objects.exists()
    assert kept(private_files) == []


def test_what_was_sent_in_stays(sent: Attachment, draft: AidRequest, phone: Client, now: datetime) -> None:
    applying.submit(request_id=draft.pk, at=now)

    response = post(phone, f"{PLACE}{sent.pk}/remove/")

    assert response.status_code == 409
    assert "sent meanwhile" in page_says(response)
    assert phone.get(f"{PLACE}{sent.pk}/").status_code == 200


def forgotten_draft(request: AidRequest, at: datetime) -> None:
    assert applying.forget_unsent(at=at + timedelta(days=400)) == 1


def withdrawn_draft(request: AidRequest, at: datetime) -> None:
    applying.withdraw(request_id=request.pk, at=at)


def erased_draft(request: AidRequest, at: datetime) -> None:
    erasing.erase_now(request_id=request.pk, at=at)


def erased_case(request: AidRequest, at: datetime) -> None:
    applying.submit(request_id=request.pk, at=at)
    erasing.erase_now(request_id=request.pk, at=at)


@pytest.mark.parametrize("end", [forgotten_draft, withdrawn_draft, erased_draft, erased_case])
def test_file_goes_with_its_case(
    end: Callable[[AidRequest, datetime], None],
    sent: Attachment,
    draft: AidRequest,
    private_files: Path,
    now: datetime,
    django_capture_on_commit_callbacks: Committed,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        end(draft, now)
        assert len(kept(private_files)) == 1, "before the commit it may still come back"

    assert kept(private_files) == []
    assert not Attachment.objects.filter(gone_at__isnull=True).exists()


def test_erased_file_says_when_and_keeps_no_name(
    sent: Attachment, phone: Client, private_files: Path, now: datetime, django_capture_on_commit_callbacks: Committed
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        attaching.forget(sent, at=now)

    sent.refresh_from_db()
    assert (sent.gone_at, sent.name_sealed, kept(private_files)) == (now, None, [])
    assert "erased on March 10, 2026" in page_says(phone.get(PLACE))
    assert phone.get(f"{PLACE}{sent.pk}/").status_code == 404


def test_row_whose_file_is_lost_says_so(sent: Attachment, phone: Client, private_files: Path) -> None:
    kept(private_files)[0].unlink()

    response = phone.get(f"{PLACE}{sent.pk}/")

    assert response.status_code == 404
    assert "This file is not here" in page_says(response)


def test_file_without_a_row_is_swept_and_the_others_stay(
    sent: Attachment, phone: Client, private_files: Path, now: datetime
) -> None:
    send(phone, telling_jpeg())
    gone = Attachment.objects.exclude(pk=sent.pk).get()
    Attachment.objects.filter(pk=gone.pk).update(gone_at=now)
    strays = [uuid.uuid4().hex, f"{uuid.uuid4().hex}.0a1b.new"]
    for name in strays:
        (private_files / sent.pk.hex[:2] / name).write_bytes(b"x")
    for each in kept(private_files):
        os.utime(each, (time.time() - 7200,) * 2)
    fresh = private_files / sent.pk.hex[:2] / uuid.uuid4().hex
    fresh.write_bytes(b"its row is not committed yet")

    caches["shared"].delete("aid.strays")
    assert attaching.remove_strays() == 3

    assert sorted(each.name for each in kept(private_files)) == sorted([sent.pk.hex, fresh.name])
    assert attaching.remove_strays() == 0, "once an hour"


@pytest.mark.parametrize(("code", "status"), [(errno.ENOSPC, 422), (errno.EIO, 500)])
def test_write_that_fails_leaves_neither_row_nor_half_a_file(
    phone: Client, private_files: Path, monkeypatch: pytest.MonkeyPatch, code: int, status: int
) -> None:
    def fail(_handle: int) -> None:
        raise OSError(code, "the disk")

    phone.raise_request_exception = False
    monkeypatch.setattr("aid.file_store.os.fsync", fail)

    assert send(phone, PDF).status_code == status
    assert not Attachment.objects.exists()
    assert kept(private_files) == []


def test_full_disk_is_kept_for_the_books(phone: Client, private_files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_store, "_SPARE_BYTES", 1 << 60)

    assert "was not saved" in page_says(send(phone, PDF))
    assert not Attachment.objects.exists()


def test_file_gets_a_new_key(sent: Attachment, phone: Client, settings: Settings) -> None:
    settings.SEALING_KEYS = NEW | settings.SEALING_KEYS

    said = rotate()

    assert f"Key {OLD} is used nowhere any more" in said
    settings.SEALING_KEYS = NEW
    assert file_store.read(sent) == PDF


def test_damaged_file_is_named_when_keys_change(sent: Attachment, private_files: Path, settings: Settings) -> None:
    (found,) = kept(private_files)
    found.write_bytes(found.read_bytes()[:-1] + b"x")
    settings.SEALING_KEYS = NEW | settings.SEALING_KEYS

    assert str(sent.pk) in rotate_in_vain()


@pytest.mark.parametrize("status", [Status.IN_REVIEW, Status.JOINED, Status.DECLINED, Status.PAID])
def test_file_can_be_added_later_and_a_joined_case_is_like_the_others(
    reach: Callable[..., AidRequest], private_files: Path, status: Status
) -> None:
    request = reach(status)

    assert send(browser(request), PDF).status_code == 302
    request.refresh_from_db()
    assert request.status == status


@pytest.mark.parametrize("status", [Status.NEEDS_INFO, Status.EXPIRED, Status.ANSWERED])
def test_where_we_wait_for_the_worker_a_file_is_an_answer(
    reach: Callable[..., AidRequest], private_files: Path, status: Status
) -> None:
    request = reach(status)

    send(browser(request), PDF)

    request.refresh_from_db()
    assert request.status == Status.IN_REVIEW
    assert request.case.messages.order_by("at").last().sender == "worker"  # type: ignore[union-attr]  # there is one


@pytest.mark.parametrize("status", [Status.WITHDRAWN, Status.DECLINED_FINALLY])
def test_case_that_is_over_takes_none(
    reach: Callable[..., AidRequest], private_files: Path, status: Status, now: datetime
) -> None:
    request = reach(status)

    assert "takes no more files" in page_says(send(browser(request), PDF))
    with pytest.raises(transitions.NotNow):
        attaching.add(request_id=request.pk, name="", content=PDF, at=now)
