"""Takes one file from a form into memory, and nothing above the limit: what a worker sends never lies on a disk in clear."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

FIELD = "file"
_MEGABYTE = 1024 * 1024
# The other fields of the form, and what the browser writes between them.
_AROUND = 64 * 1024
# So much is read and thrown away, so that whoever sends a photo somewhat too large can read our answer: a browser
# shows none as long as it is still sending. Above that the line is closed.
_THROWN_AWAY = 64 * _MEGABYTE


class OneInMemory(FileUploadHandler):
    """Keeps the form's one file in memory and lets others go. The body is not longer than ``is_too_long`` lets pass."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._taken = BytesIO() if self.field_name == FIELD and not hasattr(self, "_taken") else None

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self._taken is not None:
            self._taken.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile | None:
        if self._taken is None:
            return None
        self._taken.seek(0)
        return InMemoryUploadedFile(self._taken, self.field_name, self.file_name or "", None, file_size, self.charset)


def most_bytes() -> int:
    """Return how large a file may be."""
    return settings.ATTACHMENT_MEGABYTES * _MEGABYTE


def is_too_long(request: HttpRequest) -> bool:
    """Return whether the body is longer than a form with a file that we take. It is not read; what is not is prepared for.

    To be asked before anything looks at ``request.POST``.
    """
    request.upload_handlers = [OneInMemory(request)]
    # A body without a length is none: Django reads as much as was announced.
    return int(request.META.get("CONTENT_LENGTH") or 0) > most_bytes() + _AROUND


def throw_away(request: HttpRequest) -> None:
    """Read a body that is somewhat too long, so that the answer reaches who sent it."""
    if int(request.META.get("CONTENT_LENGTH") or 0) <= _THROWN_AWAY:
        while request.read(_AROUND):
            pass
