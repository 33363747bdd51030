"""What a file is, by its content, and what is kept of it: pictures are made anew from their pixels, PDFs kept unopened.

Everything a picture's file carries beside its pixels (place, time, device, name, thumbnails, a second file behind the
first) stays behind. It is done by ``aid.press``, a process of its own with a share of memory and time: a file that
takes either loses its process, not ours. It is done while the worker waits, so that they learn at once what cannot be
taken; one at a time in each process of the web server, and who would wait for long is asked to come back.
"""

import re
import subprocess
import sys
import threading
from dataclasses import dataclass
from enum import StrEnum, auto
from pathlib import Path

from aid import press
from aid.models import Attachment

Kind = Attachment.FileKind
_PRESS = [sys.executable, "-I", "-B", str(Path(press.__file__).resolve())]
_PRESS_SECONDS = 30
_WAIT_SECONDS = 20
_turn = threading.BoundedSemaphore(1)
_PDF_BEGINS = re.compile(rb"%PDF-[12]\.\d")
_PDF_ENDS = b"%%EOF"


class Why(StrEnum):
    """Why a file is not taken."""

    EMPTY = auto()
    OTHER_KIND = auto()
    DAMAGED = auto()
    DAMAGED_PDF = auto()
    TOO_MANY_PIXELS = auto()


class NotTaken(Exception):
    """The file cannot be kept."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class PressBusy(Exception):
    """Too many pictures come at once."""


@dataclass(frozen=True)
class Made:
    """What is kept of a file."""

    kind: Attachment.FileKind
    content: bytes


def make_safe(content: bytes) -> Made:
    """Return what is kept of a file that somebody sent. Its name and what the browser says of it do not matter.

    :raises NotTaken: if it is none of ours, or not whole
    :raises PressBusy: if too many come at once
    """
    if not content:
        raise NotTaken(Why.EMPTY)
    if _PDF_BEGINS.match(content):
        # What stands behind its end would be a second file in disguise.
        if not content.rstrip(b"\0\r\n\t ").endswith(_PDF_ENDS):
            raise NotTaken(Why.DAMAGED_PDF)
        return Made(Kind.PDF, content)
    if not _turn.acquire(timeout=_WAIT_SECONDS):
        raise PressBusy
    try:
        return _pressed(content)
    finally:
        _turn.release()


def _pressed(content: bytes) -> Made:
    try:
        done = subprocess.run(  # noqa: S603 - our own program; the file is its input and nothing else
            _PRESS, input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, timeout=_PRESS_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise NotTaken(Why.TOO_MANY_PIXELS) from error
    if done.returncode:
        refusals = {press.UNKNOWN: Why.OTHER_KIND, press.TOO_MANY_PIXELS: Why.TOO_MANY_PIXELS}
        raise NotTaken(refusals.get(done.returncode, Why.DAMAGED))
    name, _line, picture = done.stdout.partition(b"\n")
    return Made(Kind.PNG if name == b"png" else Kind.JPEG, picture)
