"""Files that people send: good ones, with all that cameras write into them, and those that are something else."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from PIL import ExifTags, Image, PngImagePlugin
from pillow_heif import register_heif_opener

from aid.models import AidRequest, Attachment
from aid.statuses import Status
from aid.worker import visiting
from core import formtoken

PLACE = "/aid/case/files/"
MARK = "WANDA-WAS-AT-HOME"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"

register_heif_opener()


def photo(width: int = 120, height: int = 80) -> Image.Image:
    """Many colours, no two corners alike."""
    picture = Image.new("RGB", (width, height))
    picture.putdata([(x * 255 // width, y * 255 // height, 128) for y in range(height) for x in range(width)])
    return picture


def encoded(picture: Image.Image, kind: str, **how: Any) -> bytes:
    made = io.BytesIO()
    picture.save(made, kind, **how)
    return made.getvalue()


def telling_jpeg(*, turned: int = 1) -> bytes:
    """A photo as a telephone makes it: EXIF with place and device, XMP, IPTC, a comment, and a ZIP behind its end."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = turned
    exif[ExifTags.Base.Make] = MARK
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (40.0, 26.0, 46.3), 3: "W", 4: (79.0, 58.0, 56.0)})
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = MARK
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{MARK}</x:xmpmeta>'.encode()
    made = encoded(photo(), "JPEG", quality=95, exif=exif, xmp=xmp, comment=MARK)
    block = b"8BIM\x04\x04\0\0" + struct.pack(">I", 5 + len(MARK)) + b"\x1c\x02\x78" + struct.pack(">H", len(MARK))
    iptc = b"Photoshop 3.0\0" + block + MARK.encode()
    with_iptc = made[:2] + b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc + made[2:]
    return with_iptc + archive()


def telling_png() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", MARK)
    texts.add_itxt("XML:com.adobe.xmp", MARK)
    texts.add_text("Comment", MARK, zip=True)
    return encoded(photo(), "PNG", pnginfo=texts) + MARK.encode()


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("note.txt", MARK)
    return made.getvalue()


def bomb(*, width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of some bytes that would be gigabytes of pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress(bytes(1_000_000))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def browser(request: AidRequest) -> Client:
    """The worker's telephone, with the page of this request open."""
    client = Client()
    told = visiting.Visit(request_id=request.pk, began=visiting._now())
    response = HttpResponse()
    visiting.go_on(response, told)
    client.cookies[visiting.cookie_name()] = response.cookies[visiting.cookie_name()].value
    return client


def token(client: Client) -> str:
    """Return the token that the page's forms carry."""
    page = client.get(PLACE)
    return formtoken.issue(page.context.get("purpose", ""))


def send(client: Client, content: bytes, name: str = "photo.jpg", **fields: str) -> Any:
    sent = {formtoken.FIELD: token(client), "file": SimpleUploadedFile(name, content)} | fields
    return client.post(PLACE, sent, headers={"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"})


def post(client: Client, path: str) -> Any:
    sent = {formtoken.FIELD: token(client)}
    return client.post(path, sent, headers={"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"})


def picture_of(client: Client, attachment: Attachment) -> Image.Image:
    return Image.open(io.BytesIO(client.get(f"{PLACE}{attachment.pk}/").content))


def page_says(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def draft(reach: Callable[..., AidRequest], liferaft: object) -> AidRequest:
    return reach(Status.DRAFT)


@pytest.fixture
def phone(draft: AidRequest) -> Client:
    """Wanda's telephone while she applies."""
    return browser(draft)
