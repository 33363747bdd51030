"""A worker adds a photo of the notice: what is a picture or a PDF is taken without what else it told, the rest refused."""

import io
import threading
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from pytest_django import Settings

from aid import file_types
from aid.models import AidRequest, Attachment
from core import formtoken
from tests.aid.files_stage import (
    MARK,
    PDF,
    PLACE,
    archive,
    bomb,
    browser,
    draft,
    encoded,
    page_says,
    phone,
    photo,
    picture_of,
    post,
    send,
    telling_jpeg,
    telling_png,
    token,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]
__all__ = ["draft", "phone"]

SCREEN = Image.new("RGB", (360, 640), "white")
FILES: dict[str, tuple[bytes, str]] = {
    "a photo": (telling_jpeg(), "image/jpeg"),
    "a photo of a new telephone": (encoded(photo(), "HEIF"), "image/jpeg"),
    "a picture from the web": (encoded(photo(), "WEBP"), "image/jpeg"),
    "a screenshot of a photo": (telling_png(), "image/jpeg"),
    "a screenshot of text": (encoded(SCREEN, "PNG"), "image/png"),
    "a transparent picture": (encoded(Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "PNG"), "image/png"),
    "a picture of 16 bits of grey": (encoded(Image.new("I;16", (9, 9), 60_000), "PNG"), "image/png"),
    "a picture for print": (encoded(photo().convert("CMYK"), "JPEG"), "image/jpeg"),
    "a PDF": (PDF, "application/pdf"),
}


@pytest.mark.parametrize("what", FILES)
def test_picture_or_pdf_is_taken_by_its_content(phone: Client, what: str) -> None:
    content, kind = FILES[what]

    response = send(phone, content, "whatever.bin")

    assert (response.status_code, response.headers.get("Location")) == (302, PLACE)
    taken = Attachment.objects.get()
    answer = phone.get(f"{PLACE}{taken.pk}/")
    assert (taken.kind, answer["Content-Type"]) == (kind, kind)
    if kind != "application/pdf":
        assert Image.MIME[str(picture_of(phone, taken).format)] == kind


@pytest.mark.parametrize("content", [telling_jpeg(), telling_png()], ids=["JPEG", "PNG"])
def test_of_a_picture_nothing_but_its_pixels_is_kept(phone: Client, content: bytes) -> None:
    assert MARK.encode() in content

    send(phone, content)

    kept = phone.get(f"{PLACE}{Attachment.objects.get().pk}/").content
    picture = Image.open(io.BytesIO(kept))
    picture.load()
    assert MARK.encode() not in kept
    assert b"PK" not in kept
    assert dict(picture.getexif()) == {}
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert max(abs(a - b) for a, b in zip(pixel(picture, 110, 70), pixel(photo(), 110, 70), strict=True)) < 20


def pixel(picture: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = picture.convert("RGB").getpixel((x, y))
    assert isinstance(found, tuple)
    return tuple(int(part) for part in found)


def test_photo_taken_sideways_stands_upright(phone: Client) -> None:
    send(phone, telling_jpeg(turned=6))

    assert picture_of(phone, Attachment.objects.get()).size == (80, 120)


def test_large_photo_is_made_smaller_and_a_long_screenshot_stays_legible(phone: Client) -> None:
    send(phone, encoded(Image.new("RGB", (8000, 6000), "navy"), "JPEG"))
    send(phone, encoded(Image.new("L", (1080, 12_000), 255), "PNG"))

    made = [picture_of(phone, each) for each in Attachment.objects.order_by("at", "size")]
    assert all(picture.width * picture.height <= 8_000_000 for picture in made)
    assert min(picture.width for picture in made) > 800


KIND = "We cannot take this kind of file. You can send a photo or a screenshot (JPEG, PNG, WebP or HEIC), or a PDF."
REFUSED: dict[str, tuple[str, bytes, str]] = {
    "script": ("photo.png", b"#!/bin/sh\nrm -rf /\n", KIND),
    "HTML": ("photo.jpg", b"<script>alert(1)</script>", KIND),
    "SVG": ("photo.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', KIND),
    "ZIP": ("photo.jpg", archive(), KIND),
    "film": ("film.gif", encoded(photo(), "GIF"), KIND),
    "TIFF": ("photo.jpg", encoded(photo(), "TIFF"), KIND),
    "PostScript": ("photo.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", KIND),
    "script that begins as a PNG": ("photo.png", b"\x89PNG\r\n\x1a\n<?php system($_GET[0]); ?>", KIND),
    "photo cut off": ("photo.jpg", encoded(photo(), "JPEG")[:1000], "is damaged"),
    "bomb": ("photo.png", bomb(), "too large to be opened"),
    "bomb with a little file's size": ("photo.png", bomb(width=8000, height=8000), "is damaged"),
    "PDF cut off": ("notice.pdf", PDF[:40], "PDF is damaged"),
    "PDF with a ZIP behind it": ("notice.pdf", PDF + archive(), "PDF is damaged"),
    "script that says it is a PDF": ("notice.pdf", b"#!/bin/sh\n" + PDF, KIND),
    "nothing": ("photo.jpg", b"", "This file is empty"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_other_files_get_a_sentence_that_says_what_can_be_sent(phone: Client, what: str) -> None:
    name, content, sentence = REFUSED[what]

    response = send(phone, content, name)

    assert response.status_code == 422
    assert sentence in page_says(response)
    assert not Attachment.objects.exists()


NAMES = {
    "../../etc/passwd": "passwd",
    "C:\\Users\\wanda\\notice.jpg": "notice.jpg",
    "no&#13;&#10;Set-Cookie: x=1.jpg": "noSet-Cookie: x=1.jpg",
    "\u202egpj.exe": "gpj.exe",
    "a" * 300 + ".jpg": "a" * 80,
    "<img src=x onerror=alert(1)>.jpg": "<img src=x onerror=alert(1)>.jpg",
    "aviso de suspensión.jpg": "aviso de suspensión.jpg",
}


@pytest.mark.parametrize(("name", "shown"), NAMES.items())
def test_name_is_shown_to_the_worker_without_tricks(phone: Client, name: str, shown: str) -> None:
    send(phone, telling_jpeg(), name)

    page = phone.get(PLACE)
    assert [row["name"] for row in page.context["files"]] == [shown]
    assert "<img src=x" not in page.content.decode()
    answer = phone.get(f"{PLACE}{Attachment.objects.get().pk}/")
    assert answer["Content-Disposition"] == 'attachment; filename="file.jpg"'


def test_form_without_a_file_or_with_a_nameless_one_asks_to_choose_one(phone: Client) -> None:
    nameless = (
        f'--x\r\nContent-Disposition: form-data; name="form_token"\r\n\r\n{token(phone)}\r\n'
        '--x\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\nwords\r\n--x--\r\n'
    )

    for response in (post(phone, PLACE), phone.post(PLACE, nameless.encode(), "multipart/form-data; boundary=x")):
        assert response.status_code == 422
        assert "Please choose a file first." in page_says(response)


def test_second_click_adds_nothing(phone: Client) -> None:
    for _click in range(2):
        assert send(phone, telling_jpeg()).status_code == 302

    assert Attachment.objects.count() == 1


def test_so_many_files_and_no_more(phone: Client, settings: Settings) -> None:
    settings.ATTACHMENTS_PER_CASE = 2
    for shade in range(2):
        send(phone, encoded(Image.new("L", (9, 9), shade), "PNG"))

    response = send(phone, PDF)

    assert "as many files as we can take" in page_says(response)
    assert Attachment.objects.count() == 2
    assert "No more files can be added" in page_says(phone.get(PLACE))


def test_so_many_files_an_hour_and_no_more(phone: Client, settings: Settings) -> None:
    settings.ATTACHMENTS_PER_HOUR = 10
    answers = [send(phone, b"nonsense").status_code for _try in range(3)]

    assert answers == [422, 422, 429]


def test_file_above_the_limit_is_refused_in_words(phone: Client, settings: Settings) -> None:
    settings.ATTACHMENT_MEGABYTES = 1

    for size in (1024 * 1024 + 1, 3 * 1024 * 1024):
        response = send(phone, b"x" * size)
        assert response.status_code in (413, 422)
        assert "at most 1 megabytes" in page_says(response)


class Unread(io.BytesIO):
    """A body that nobody may read."""

    def read(self, size: int | None = -1) -> bytes:
        raise AssertionError("it was read")


def announce(client: Client, length: str) -> Any:
    """Begin to send a form of this length."""
    unread: dict[str, Any] = {"CONTENT_LENGTH": length, "wsgi.input": Unread()}
    return client.generic("POST", PLACE, b"", "multipart/form-data; boundary=x", **unread)


@pytest.mark.parametrize("length", ["209715200", "9" * 30])
def test_photo_of_200_megabytes_is_refused_unread(phone: Client, length: str) -> None:
    response = announce(phone, length)

    assert response.status_code == 413
    assert "at most 10 megabytes" in page_says(response)


def test_large_file_without_a_visit_is_refused_unread(client: Client, draft: AidRequest) -> None:
    assert announce(client, "20000000").status_code == 413


def test_file_never_lies_on_a_disk_in_clear(phone: Client, settings: Settings) -> None:
    """Django would write what is above 2.5 MB into a temporary folder: this one does not exist."""
    settings.FILE_UPLOAD_TEMP_DIR = "/nowhere"
    noise = Image.effect_noise((2000, 2000), 100)

    assert len(encoded(noise, "PNG")) > 3_000_000
    assert send(phone, encoded(noise, "PNG")).status_code == 302


def test_form_of_another_site_and_an_old_one_are_refused(phone: Client) -> None:
    sent = {"file": io.BytesIO(PDF), formtoken.FIELD: token(phone)}
    foreign = phone.post(PLACE, sent, headers={"Origin": "https://evil.example"})
    stale = send(phone, PDF, form_token="")

    assert foreign.status_code == 403
    assert "open for a long time" in page_says(stale)
    assert not Attachment.objects.exists()


def test_who_comes_while_a_picture_is_made_waits_and_then_is_asked_to_come_back(
    phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_types, "_WAIT_SECONDS", 0.01)
    taken = threading.BoundedSemaphore(1)
    taken.acquire()
    monkeypatch.setattr(file_types, "_turn", taken)

    assert "Many people send files" in page_says(send(phone, telling_jpeg()))
    assert send(phone, PDF).status_code == 302


def test_picture_that_takes_too_long_is_given_up(phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_types, "_PRESS_SECONDS", 0.001)

    assert "too large to be opened" in page_says(send(phone, telling_jpeg()))


def test_without_a_visit_the_words_are_asked_for(client: Client, draft: AidRequest, now: datetime) -> None:
    for response in (client.get(PLACE), send(client, PDF), client.get(f"{PLACE}{draft.pk}/")):
        assert "your seven words open it again" in page_says(response)
    assert browser(draft).get(PLACE).status_code == 200
    assert not Attachment.objects.exists()


def test_files_stand_on_the_page_where_all_is_checked(phone: Client) -> None:
    assert "Your files" not in page_says(phone.get("/aid/apply/check/"))
    send(phone, encoded(photo(), "PNG"), name="they-wrote.png")

    page = page_says(phone.get("/aid/apply/check/"))

    assert "Your files" in page
    assert "<li>they-wrote.png</li>" in page
    assert 'href="/aid/case/files/"' in page


def test_warning_to_save_first_stands_above_the_way_to_the_files(phone: Client) -> None:
    page = page_says(phone.get("/aid/apply/notice/"))

    assert page.index("Save first what you typed") < page.index('href="/aid/case/files/"')
